import { bytesOf } from '../image/end-pipeline.ts';
import { loadSharp } from '../image/load-sharp.ts';

export interface StandInFrames {
  readonly count: number;
  /** Milliseconds of each. */
  readonly delayMs: number;
}

/** Where the bar is, in shares of the width and the height: inside of the shape that a transparent stand-in has. */
const bar = { left: 0.3, right: 0.7, top: 0.86, bottom: 0.885 };

/** Lets a bar grow over a stand-in, as an animated WebP without loss. `png`: the stand-in. */
export async function animateStandIn(
  png: Uint8Array,
  { count, delayMs }: StandInFrames,
): Promise<Buffer> {
  const sharp = await loadSharp();
  const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const frames = Array.from({ length: count }, (_, at) => {
    const frame = Buffer.from(data);
    const [left, right] = [Math.round(bar.left * width), Math.round(bar.right * width)];
    const filled = left + Math.round(((right - left) * (at + 1)) / count);
    for (let y = Math.floor(bar.top * height); y < Math.ceil(bar.bottom * height); y++) {
      frame.fill(dark, (y * width + left) * 4, (y * width + right) * 4);
      frame.fill(light, (y * width + left) * 4, (y * width + filled) * 4);
    }
    return frame;
  });
  const raw = { width, height: height * count, channels: 4, pageHeight: height } as const;
  const delay = frames.map(() => delayMs);
  return bytesOf(
    sharp(Buffer.concat(frames), { raw }).webp({ lossless: true, effort: 0, delay, loop: 0 }),
  );
}

const dark = Buffer.from([0x22, 0x22, 0x22, 0xff]);
const light = Buffer.from([0xff, 0xff, 0xff, 0xff]);
