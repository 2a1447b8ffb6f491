const trailer = 0x3b;

/**
 * Adds an XMP packet to a GIF, before its end, because libvips 8.18 writes none. XMP is an application extension whose packet is not
 * cut into pieces, so 258 bytes follow it that lead every reader of pieces to the end (XMP specification, part 3, 1.1.2, 2020-01).
 */
export function addGifXmp(gif: Uint8Array, xmp: string): Uint8Array {
  if (gif.at(-1) !== trailer) throw new Error('the GIF does not end');
  const descending = Array.from({ length: 256 }, (_, at) => 255 - at);
  return Buffer.concat([
    gif.subarray(0, -1),
    Buffer.from('\x21\xff\x0bXMP DataXMP', 'latin1'),
    Buffer.from(xmp),
    Buffer.from([1, ...descending, 0, trailer]),
  ]);
}
