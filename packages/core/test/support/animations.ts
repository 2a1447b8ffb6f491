import sharp from 'sharp';

export interface Animated {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  /** @default 100 for each */
  readonly delay?: readonly number[];
  /** @default for ever */
  readonly loop?: number;
  /** Around the disc. @default false */
  readonly isTransparent?: boolean;
}

/** A disc that moves to the right before a grey wall. */
export function animatedGif(animated: Animated): Promise<Buffer> {
  return opened(animated)
    .gif({ ...played(animated), effort: 1 })
    .toBuffer();
}

export function animatedWebp(animated: Animated): Promise<Buffer> {
  return opened(animated)
    .webp({ ...played(animated), lossless: true, effort: 0 })
    .toBuffer();
}

function played({ frames, delay = Array<number>(frames).fill(100), loop = 0 }: Animated) {
  return { delay: [...delay], loop };
}

function opened({ width, height, frames, isTransparent = false }: Animated) {
  const data = Buffer.alloc(width * height * frames * 4);
  for (let frame = 0; frame < frames; frame++) {
    const x0 = (width * (frame + 1)) / (frames + 1);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const isDisc = Math.hypot(x - x0, y - height / 2) < height / 4;
        const wall = isTransparent ? [0, 0, 0, 0] : [120, 120, 120, 255];
        const at = ((frame * height + y) * width + x) * 4;
        data.set(isDisc ? [220, 60, 20 + frame, 255] : wall, at);
      }
    }
  }
  return sharp(data, {
    raw: { width, height: height * frames, channels: 4, pageHeight: height },
  });
}
