/** What is drawn on stand-ins is what the fonts have. */
import { readFile } from 'node:fs/promises';
import { brotliDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { outlinesText } from '../../../scripts/glyph-outlines.ts';

test('the outlines that ship are those of the fonts', async () => {
  const file = new URL('../assets/manrope/outlines.json.br', import.meta.url);
  const how = 'run: node -C tintype-source scripts/write-outlines.ts';
  expect(String(brotliDecompressSync(await readFile(file))) === outlinesText(), how).toBe(true);
});
