import { crc32 } from 'node:zlib';

/**
 * What is wrong with a PNG around its pixels, which decode: a chunk that does not hash to the sum that it carries, or an
 * end that is missing (PNG, third edition, 5.3 and 11.2.5; read 2026-11-26). A clause; `null`: nothing, or it is no PNG.
 */
export function findPngDamage(bytes: Uint8Array): string | null {
  const png = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!png.subarray(0, signature.length).equals(signature)) return null;
  // A chunk: the length of its data, its type, the data, the sum of the last two.
  for (let at = signature.length; ;) {
    const dataAt = at + 8;
    const sumAt = dataAt + (dataAt > png.length ? 0 : png.readUInt32BE(at));
    if (sumAt + 4 > png.length) return 'its end is missing';
    const type = png.toString('latin1', at + 4, dataAt);
    if (crc32(png.subarray(at + 4, sumAt)) !== png.readUInt32BE(sumAt))
      return `the checksum of its ${type} chunk is wrong`;
    if (type === 'IEND') return null;
    at = sumAt + 4;
  }
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
