import type { AreaCrop, Crop, Cut, RatioCrop } from './types.ts';

/** The crop of a picture in pixels. A ratio becomes the largest part of the picture that has this shape, an area a cut. */
export function cropIn(
  crop: Crop | RatioCrop | AreaCrop | null,
  { width, height }: { readonly width: number; readonly height: number },
): Crop | Cut | null {
  if (crop === null || 'width' in crop) return crop;
  if ('area' in crop) {
    const [left, top, across, down] = crop.area;
    const [x, y] = [sideIn(width, left, across), sideIn(height, top, down)];
    return { left: x.start, top: y.start, width: x.size, height: y.size };
  }
  const [across, down] = crop.ratio.split(':').map(Number) as [number, number];
  const { position } = crop;
  return width * down > height * across
    ? { width: atLeastOne((height * across) / down), height, position }
    : { width, height: atLeastOne((width * down) / across), position };
}

/** Both ends are rounded, so that areas that touch have no pixel between them. */
function sideIn(side: number, start: number, share: number): { start: number; size: number } {
  const at = (percent: number) => Math.round((side * percent) / 100);
  const first = Math.min(at(start), side - 1);
  return { start: first, size: atLeastOne(Math.min(at(start + share), side) - first) };
}

function atLeastOne(side: number): number {
  return Math.max(1, Math.round(side));
}
