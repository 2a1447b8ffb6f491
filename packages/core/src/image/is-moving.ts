import { moves } from '../fields.ts';
import type { Source, VariantSpec } from '../types.ts';

/** Whether a file shows all frames of a picture. */
export function isMoving(
  { frames = 1 }: Pick<Source, 'frames'>,
  { format, isStill }: Pick<VariantSpec, 'format' | 'isStill'>,
): boolean {
  return frames > 1 && moves(format) && isStill !== true;
}
