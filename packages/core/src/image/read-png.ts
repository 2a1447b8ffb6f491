import { crc32 } from 'node:zlib';
import type { PictureInfo } from '../types.ts';

/**
 * What a PNG says of itself, once it is known to be whole: each chunk hashes to the sum that it carries, and the last one
 * is there (PNG, third edition, 5.3 and 11.2.5; read 2026-11-26). No pixel is decompressed, so that this takes a
 * millisecond where to decode takes 20: what it lets pass is what its own writer got wrong. `null`: it is no PNG. Throws an
 * Error whose message is a clause: "it ends …".
 */
export function readPng(bytes: Uint8Array): PictureInfo | null {
  const png = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!png.subarray(0, signature.length).equals(signature)) return null;
  let header: Buffer | null = null;
  let hasPixels = false;
  let hasTransparency = false;
  for (const { type, data } of chunksOf(png)) {
    if (header === null && type !== 'IHDR') throw new Error('it begins without a header');
    if (type === 'IHDR') header = data;
    if (type === 'IDAT') hasPixels = true;
    if (type === 'tRNS') hasTransparency = true;
  }
  if (header === null || header.length !== headerLength || !hasPixels)
    throw new Error('it has no pixels');
  const [width, height, colourType] = [header.readUInt32BE(0), header.readUInt32BE(4), header[9]!];
  if (width === 0 || height === 0) throw new Error('it has no pixels');
  return {
    format: 'png',
    width,
    height,
    hasAlpha: hasTransparency || typesWithAlpha.has(colourType),
  };
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const headerLength = 13;
/** Grey with alpha, RGB with alpha (11.2.1). */
const typesWithAlpha = new Set([4, 6]);

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

/** Up to `IEND`; what follows it is not looked at. A chunk: the length of its data, its type, the data, the sum of both. */
function* chunksOf(png: Buffer): Iterable<Chunk> {
  for (let at = signature.length; ;) {
    const dataAt = at + 8;
    const sumAt = dataAt + (dataAt > png.length ? 0 : png.readUInt32BE(at));
    if (sumAt + 4 > png.length) throw new Error('it ends before it should');
    if (crc32(png.subarray(at + 4, sumAt)) !== png.readUInt32BE(sumAt))
      throw new Error(`the bytes from ${at} to ${sumAt} are damaged`);
    const type = png.toString('latin1', at + 4, dataAt);
    if (type === 'IEND') return;
    yield { type, data: png.subarray(dataAt, sumAt) };
    at = sumAt + 4;
  }
}
