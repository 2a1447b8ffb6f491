import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';
import { publicEvents, viewMembers } from '../../packages/cli/src/reporters/json.ts';
import { documents, type Schema } from './documents.ts';

/** The JSON Schema of each document, by its file, as text. Takes seconds, because it reads the types of the packages. */
export function schemaTexts(): Readonly<Record<string, string>> {
  const generator = createGenerator({
    path: fileURLToPath(new URL('document-types.ts', import.meta.url)),
    tsconfig: fileURLToPath(new URL('../../tsconfig.json', import.meta.url)),
    // The compiler of the workspace has checked them.
    skipTypeCheck: true,
    expose: 'none',
    topRef: false,
    // A minor version may add members.
    additionalProperties: true,
  });
  const texts = documents.map(({ type, file, title, what }): [string, string] => {
    const made = withoutBrands(generator.createSchema(type) as Schema);
    const schema = type === 'EventLine' ? publicLines(made) : made;
    const { $schema, ...rest } = schema as Schema & { readonly $schema?: string };
    const whole = { $schema, title, description: what.replaceAll('`', ''), ...rest };
    return [file, `${JSON.stringify(whole, null, 2)}\n`];
  });
  return Object.fromEntries(texts);
}

/** Only the events and members that the JSON reporter prints. */
function publicLines(schema: Schema): Schema {
  const events = (schema.anyOf ?? []).flatMap((event): Schema[] => {
    const { properties = {}, required = [] } = event;
    const isPublic = Object.entries(publicEvents).some(
      ([type, isShown]) => isShown && properties['type']?.const === type,
    );
    if (!isPublic) return [];
    const shown = Object.entries(properties).filter(([name]) => !viewMembers.has(name));
    return [
      {
        ...event,
        properties: Object.fromEntries(shown),
        required: required.filter((name) => !viewMembers.has(name)),
      },
    ];
  });
  return { ...schema, anyOf: events };
}

/** A branded text of the code, such as a sha-256, is an object with an unreadable name to the generator. */
function withoutBrands<Part>(part: Part): Part {
  if (Array.isArray(part)) return part.map(withoutBrands) as Part;
  if (typeof part !== 'object' || part === null) return part;
  const { properties, description } = part as Schema;
  if (Object.keys(properties ?? {}).some((name) => name.startsWith('__@'))) {
    const hash = { type: 'string', pattern: '^[0-9a-f]{64}$' };
    return { ...hash, ...(description !== undefined && { description }) } as Part;
  }
  const entries = Object.entries(part).map(([name, value]) => [name, withoutBrands(value)]);
  return Object.fromEntries(entries) as Part;
}
