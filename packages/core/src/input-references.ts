import type { InputReference, PictureFields } from './types.ts';

/** The pictures that an image is made from: its inputs in order, then its overlay. */
export function inputReferences({
  inputs,
  overlay,
}: Pick<PictureFields, 'inputs' | 'overlay'>): readonly InputReference[] {
  return overlay === null ? inputs : [...inputs, overlay.reference];
}
