/** What the blocks of a GIF say, or why no picture can be made of it, as a clause. */
export type GifBlocks =
  | { readonly width: number; readonly height: number; readonly frames: number }
  | { readonly problem: string };

const screenEnd = 13;
const imageBlock = 0x2c;
const extensionBlock = 0x21;
const trailer = 0x3b;

/**
 * Walks over the blocks of a GIF (GIF89a, 1990-07-31) without decoding one, because libvips takes a file that is cut short and one
 * whose frames do not fit. Stops after `maxFrames`.
 */
export function readGif(bytes: Uint8Array, maxFrames: number): GifBlocks {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < screenEnd) return cutShort;
  const [width, height] = [file.readUInt16LE(6), file.readUInt16LE(8)];
  if (width * height === 0) return { problem: 'it has no pixels' };
  let frames = 0;
  let at = screenEnd + tableBytes(file[10]!);
  while (at < file.length) {
    const kind = file[at];
    if (kind === trailer)
      return frames === 0 ? { problem: 'it has no frames' } : { width, height, frames };
    if (kind === extensionBlock) at = afterSubBlocks(file, at + 2);
    else if (kind === imageBlock) {
      if (at + 10 > file.length) return cutShort;
      const [left = 0, top = 0, w = 0, h = 0] = [1, 3, 5, 7].map((offset) =>
        file.readUInt16LE(at + offset),
      );
      frames++;
      if (frames > maxFrames) return { problem: `it has more than ${maxFrames} frames` };
      if (w * h === 0) return { problem: `its frame ${frames} has no pixels` };
      if (left + w > width || top + h > height)
        return { problem: `its frame ${frames} is larger than its ${width}x${height} pixels` };
      // One byte of the code size comes before the pixels.
      at = afterSubBlocks(file, at + 10 + tableBytes(file[at + 9]!) + 1);
    } else return { problem: `its byte ${at} begins no block of a GIF` };
  }
  return cutShort;
}

const cutShort = { problem: 'it does not decode: it is cut short' } as const;

/** A table of colours is announced by flags, with its size in the lowest three bits. */
function tableBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

/** Where the next block begins: after pieces of up to 255 bytes, each with its length first, and an empty one. */
function afterSubBlocks(file: Buffer, from: number): number {
  let at = from;
  while (at < file.length && file[at] !== 0) at += file[at]! + 1;
  return at + 1;
}
