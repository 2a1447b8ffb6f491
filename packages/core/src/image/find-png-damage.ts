import { crc32 } from 'node:zlib';

/**
 * Finds damage in a PNG that decoding does not notice: a wrong checksum of a chunk, or a missing end (PNG, third edition,
 * 5.3 and 11.2.5; read 2026-11-26). Returns a clause that describes it; `null`: no damage, or not a PNG.
 */
export function findPngDamage(bytes: Uint8Array): string | null {
  const png = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!png.subarray(0, signature.length).equals(signature)) return null;
  // A chunk has the length of its data, its type, its data, and a checksum of type and data.
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
