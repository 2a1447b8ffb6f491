import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { schemaFolder } from '../../../scripts/reference/documents.ts';
import { schemaTexts } from '../../../scripts/reference/schemas.ts';

/** The check before each landing runs this, too (`scripts/check.ts`). */
test('the schemas are those of the types', async () => {
  const howTo = 'run: node -C tintype-source scripts/write-reference.ts';
  for (const [file, text] of Object.entries(schemaTexts()))
    expect(await readFile(new URL(file, schemaFolder), 'utf8'), howTo).toBe(text);
}, 300_000);
