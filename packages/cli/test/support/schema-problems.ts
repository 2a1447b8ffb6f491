import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { documents, schemaFolder, type Schema } from '../../../../scripts/reference/documents.ts';

/** What is wrong with real output, by the schema of its type that ships. */
export async function schemaProblems(type: string, values: readonly unknown[]): Promise<unknown[]> {
  const { file } = documents.find((document) => document.type === type)!;
  const schema = JSON.parse(await readFile(new URL(file, schemaFolder), 'utf8')) as Schema;
  const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
  const validate = ajv.compile(strict(schema));
  return values.flatMap((value) => (validate(value) ? [] : [validate.errors]));
}

/** Fails for a member that the schema does not have, so that none is undocumented. */
function strict(schema: Schema): Schema {
  const { properties, items, anyOf, additionalProperties, ...rest } = schema;
  const members = Object.entries(properties ?? {}).map(([name, part]) => [name, strict(part)]);
  return {
    ...rest,
    ...(properties !== undefined && { properties: Object.fromEntries(members) as object }),
    ...(properties !== undefined && { additionalProperties: false }),
    ...(typeof additionalProperties === 'object' && {
      additionalProperties: strict(additionalProperties),
    }),
    ...(items !== undefined && { items: strict(items) }),
    ...(anyOf !== undefined && { anyOf: anyOf.map(strict) }),
  } as Schema;
}
