import type { SharpOptions } from 'sharp';
import { headerOf } from './end-pipeline.ts';
import { inputOptions, loadSharp } from './load-sharp.ts';

/** The least longer side of an SVG, in pixels: image models make 1024 to 2048 (2026-11), while an icon's own size is often 24. */
const minSvgSide = 1024;
const maxSvgSide = 2048;

/** At this many pixels per inch, an SVG has the size that it states. */
const svgDensity = 72;

/** The first bytes of PNG, JPEG, WebP and GIF. No SVG begins with one of these, so the header need not be read. */
const firstOfPixels: ReadonlySet<number | undefined> = new Set([0x89, 0xff, 0x52, 0x47]);

/** The options for opening a picture. An SVG is drawn in its own shape, and large enough. Rejects with sharp's own error. */
export async function pictureOptions(bytes: Uint8Array): Promise<SharpOptions> {
  if (firstOfPixels.has(bytes[0])) return inputOptions;
  const sharp = await loadSharp();
  const { format, width, height } = await headerOf(
    sharp(bytes, { ...inputOptions, limitInputPixels: false }),
  );
  if (format !== 'svg') return inputOptions;
  const side = Math.max(width, height);
  const drawn = Math.min(Math.max(side, minSvgSide), maxSvgSide);
  return { ...inputOptions, density: (svgDensity * drawn) / side };
}
