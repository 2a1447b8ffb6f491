/**
 * Writes the reference in `docs/reference`, the commands in the README of the CLI, and the JSON Schemas of what programs read, all from the code:
 * `node -C tintype-source scripts/write-reference.ts`. A test fails where they differ.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { schemaFolder } from './reference/documents.ts';
import { referencePages } from './reference/pages.ts';
import { withCommands } from './reference/readme.ts';
import { schemaTexts } from './reference/schemas.ts';

const pagesFolder = new URL('../docs/reference/', import.meta.url);
mkdirSync(pagesFolder, { recursive: true });
for (const [file, text] of Object.entries(schemaTexts()))
  writeFileSync(new URL(file, schemaFolder), text);
// The pages list what the schemas have.
for (const [file, text] of Object.entries(await referencePages()))
  writeFileSync(new URL(file, pagesFolder), text);
const readme = new URL('../packages/cli/README.md', import.meta.url);
writeFileSync(readme, withCommands(readFileSync(readme, 'utf8')));
