import { readFileSync } from 'node:fs';
import type { RequestEntry } from '@tintype/emulators/openai';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

/** The path of an OpenAPI document of OpenAI's Images API; `undefined`: not given. */
export const openApiPath: string | undefined = process.env['TINTYPE_OPENAPI'] || undefined;

/** Values of `openai@7.57.0` and the image guide (2026-11-22) that the document of 2026-08-21 does not have. */
export const knownStaleness: readonly string[] = [
  'quality: xhigh (gpt-image-2.5, 2026-09-08)',
  'quality: max (gpt-image-2.5, 2026-09-08)',
];

/** The mistakes of requests for pictures according to the document, without `knownStaleness`. Empty without a document. */
export function conformanceProblems(requests: readonly RequestEntry[]): string[] {
  if (openApiPath === undefined) return [];
  return requests.flatMap(({ path, body, code }) => {
    const endpoint = path.replace(/^.*\/images\//, '');
    // Tests send what the emulator refuses on purpose.
    if (!(endpoint in schemas) || body === null || code !== null) return [];
    const validate = validator(schemas[endpoint as keyof typeof schemas]);
    const fields = fieldsOf(body as Record<string, unknown>);
    if (validate(fields)) return [];
    return (validate.errors ?? [])
      .map(({ instancePath, message }) => {
        const name = instancePath.slice(1);
        return {
          text: `${name}: ${String(fields[name])}`,
          why: `${endpoint} ${instancePath} ${message}`,
        };
      })
      .filter(({ text }) => !knownStaleness.some((known) => known.startsWith(`${text} (`)))
      .map(({ text, why }) => `${why} (${text})`);
  });
}

const schemas = { generations: 'CreateImageRequest', edits: 'CreateImageEditRequest' } as const;

const validators = new Map<string, ValidateFunction>();

function validator(name: string): ValidateFunction {
  const validate = validators.get(name) ?? compile(name);
  validators.set(name, validate);
  return validate;
}

function compile(name: string): ValidateFunction {
  const document = JSON.parse(readFileSync(openApiPath!, 'utf8')) as object;
  // The fields of a form are text, so "1" counts as a number.
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    coerceTypes: true,
    validateFormats: false,
  });
  ajv.addSchema(document, 'openapi');
  return ajv.compile({ $ref: `openapi#/components/schemas/${name}` });
}

/** The files of a form under the names of the document, which has `image` for the client's `image[]`. */
function fieldsOf(body: Record<string, unknown>): Record<string, unknown> {
  const { files, ...fields } = body;
  if (!Array.isArray(files)) return { ...fields };
  const named = (names: readonly string[]) =>
    (files as { name: string; sha256: string }[])
      .filter(({ name }) => names.includes(name))
      .map(({ sha256 }) => sha256);
  const [mask] = named(['mask']);
  return { ...fields, image: named(['image', 'image[]']), ...(mask === undefined ? {} : { mask }) };
}
