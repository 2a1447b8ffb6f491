import { type Fields, limits } from '../fields.ts';
import type { Size } from './picture-size.ts';

/** How many frames a manifest asks for; `null`: it does not ask for an animation. */
export function framesOf({ output_format: format, frame_count: count }: Fields): number | null {
  return format === 'gif' ? (count ?? limits.frames.default) : null;
}

/**
 * The sheets on which a model may draw all frames of an animation at once: 4 x 2, 3 x 3, 4 x 3 or 4 x 4 of them. Their price and their
 * limits are those of a picture as large as the sheet. OpenAI publishes neither; third parties found both, with square frames
 * (2026-11-05). So a sheet may also be turned.
 */
export function sheetsOf({ width, height }: Size, frames: number): readonly Size[] {
  const [more, fewer] = cells(frames);
  const sheets = [
    [more, fewer],
    [fewer, more],
  ] as const;
  return sheets.map(([columns, rows]) => ({ width: columns * width, height: rows * height }));
}

function cells(frames: number): readonly [number, number] {
  if (frames <= 8) return [4, 2];
  if (frames === 9) return [3, 3];
  return frames <= 12 ? [4, 3] : [4, 4];
}
