/**
 * Writes the outlines of the letters on stand-ins, from the fonts in `scripts/fonts`: `node -C tintype-source scripts/write-outlines.ts`.
 * A test fails where they differ.
 */
import { writeFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { outlinesText } from './glyph-outlines.ts';

const file = new URL('../packages/core/assets/manrope/outlines.json.br', import.meta.url);
writeFileSync(file, brotliCompressSync(outlinesText()));
