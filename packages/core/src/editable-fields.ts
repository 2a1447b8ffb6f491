import type { FieldName } from './fields.ts';

/** The fields that can be edited where an image is looked at. None of them names a key, a provider, a program or a file. */
export const editableFields = [
  'prompt',
  'model',
  'quality',
  'aspect_ratio',
  'size',
  'background',
  'number_of_images',
  'take',
  'alt',
  'decorative',
  'crop',
] as const satisfies readonly FieldName[];
