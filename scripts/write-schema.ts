/** Writes the JSON Schema that ships with `@tintype/core`, from the schema that its parser uses: `node -C tintype-source scripts/write-schema.ts`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { manifestSchemaText } from '../packages/core/src/manifest/manifest-schema.ts';

const folder = new URL('../packages/core/schema/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('manifest.json', folder), manifestSchemaText());
