import type { FieldName } from './fields.ts';

/**
 * The fields that can be edited where an image is looked at. None of them names a key, a provider or a program. `input_images` can be
 * given other images of the project, and no file or address that it does not have.
 */
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
  'input_images',
  'widths',
  'sizes',
  'formats',
  'crop',
  'sources',
] as const satisfies readonly FieldName[];
