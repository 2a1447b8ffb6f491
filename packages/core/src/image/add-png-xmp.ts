import { crc32 } from 'node:zlib';

/** The PNG signature and the `IHDR` chunk, which must come first. */
const headerLength = 8 + 25;

/**
 * Adds an XMP packet to a PNG. sharp is not used for this, because libvips 8.18 writes a compressed `zTXt` chunk, while XMP in
 * PNG is an uncompressed `iTXt` chunk (XMP specification, part 3, 1.1.5) and many readers look only for that.
 */
export function addPngXmp(png: Uint8Array, xmp: string): Uint8Array {
  // The zero bytes mean: end of the keyword, not compressed, no compression method, no language, no translated keyword.
  const body = Buffer.from(`iTXtXML:com.adobe.xmp\0\0\0\0\0${xmp}`);
  const chunk = Buffer.alloc(4 + body.length + 4);
  chunk.writeUInt32BE(body.length - 'iTXt'.length);
  chunk.set(body, 4);
  chunk.writeUInt32BE(crc32(body), 4 + body.length);
  return Buffer.concat([png.subarray(0, headerLength), chunk, png.subarray(headerLength)]);
}
