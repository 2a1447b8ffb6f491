import type { Crop, RatioCrop } from './types.ts';

/** The crop of a picture in pixels. A ratio becomes the largest part of the picture that has this shape. */
export function cropIn(
  crop: Crop | RatioCrop | null,
  { width, height }: { readonly width: number; readonly height: number },
): Crop | null {
  if (crop === null || !('ratio' in crop)) return crop;
  const [across, down] = crop.ratio.split(':').map(Number) as [number, number];
  const { position } = crop;
  return width * down > height * across
    ? { width: atLeastOne((height * across) / down), height, position }
    : { width, height: atLeastOne((width * down) / across), position };
}

function atLeastOne(side: number): number {
  return Math.max(1, Math.round(side));
}
