import type { Region } from '../types.ts';
import { loadSharp } from './load-sharp.ts';

/** A PNG as large as a picture: opaque, and transparent in a region, which a model then draws again. */
export async function drawMask(
  { width, height }: { readonly width: number; readonly height: number },
  region: Region,
): Promise<Buffer> {
  const sharp = await loadSharp();
  const left = Math.floor((region.left / 100) * width);
  const top = Math.floor((region.top / 100) * height);
  const right = Math.ceil(((region.left + region.width) / 100) * width);
  const bottom = Math.ceil(((region.top + region.height) / 100) * height);
  const pixels = Buffer.alloc(width * height * 4, 255);
  for (let y = top; y < Math.min(bottom, height); y++)
    pixels.fill(0, (y * width + left) * 4, (y * width + Math.min(right, width)) * 4);
  return sharp(pixels, { raw: { width, height, channels: 4 } })
    .png({ compressionLevel: 9 })
    .toBuffer();
}
