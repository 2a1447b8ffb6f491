/**
 * Writes the JSON Schema that ships with `@tintype/core` and, because pnpm lets a project see only what it names, with
 * `tintype`; from the schema that the parser uses: `node -C tintype-source scripts/write-schema.ts`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fieldNotes } from './reference/field-notes.ts';
import { manifestSchemaText } from '../packages/core/src/manifest/manifest-schema.ts';

const text = manifestSchemaText(await fieldNotes());
for (const name of ['core', 'cli']) {
  const folder = new URL(`../packages/${name}/schema/`, import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('manifest.json', folder), text);
}
