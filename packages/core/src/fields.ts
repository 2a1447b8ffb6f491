import type { Format } from './types.ts';

/**
 * A manifest's fields as they are written, under their public names: what an image, a preset or a `defaults` may hold.
 * Strings may still contain `{{ templates }}`.
 */
export interface Fields {
  readonly openai_api_key?: string | undefined;
  readonly prompt?: string | undefined;
  readonly aspect_ratio?: string | undefined;
  readonly background?: string | undefined;
  readonly input_fidelity?: string | undefined;
  readonly input_images?: readonly string[] | undefined;
  readonly moderation?: string | undefined;
  readonly number_of_images?: number | undefined;
  readonly output_compression?: number | undefined;
  readonly output_format?: string | undefined;
  readonly quality?: string | undefined;
  readonly user_id?: string | undefined;
  readonly model?: string | undefined;
  readonly size?: string | undefined;
  readonly mask?: string | undefined;
  readonly complexity?: string | undefined;
  readonly take?: number | undefined;
  readonly provider?: string | undefined;

  readonly alt?: string | undefined;
  readonly decorative?: boolean | undefined;
  readonly widths?: readonly number[] | undefined;
  readonly formats?:
    | readonly string[]
    | Readonly<Record<string, number | null | undefined>>
    | undefined;
  readonly crop?: string | CropFields | undefined;
  readonly placeholder?: string | undefined;
  readonly sizes?: string | undefined;
}

interface CropFields {
  readonly width: number;
  readonly height: number;
  readonly position?: string | undefined;
}

export type FieldName = keyof Fields;

/** Every field, in the order of the contract. */
export const fieldNames: readonly FieldName[] = [
  'openai_api_key',
  'prompt',
  'aspect_ratio',
  'background',
  'input_fidelity',
  'input_images',
  'moderation',
  'number_of_images',
  'output_compression',
  'output_format',
  'quality',
  'user_id',
  'model',
  'size',
  'mask',
  'complexity',
  'take',
  'provider',
  'alt',
  'decorative',
  'widths',
  'formats',
  'crop',
  'placeholder',
  'sizes',
];

export const formats: readonly Format[] = ['avif', 'webp', 'jpeg', 'png'];

/** The formats that hold an alpha channel. */
export const alphaFormats: readonly Format[] = ['avif', 'webp', 'png'];

/** The values of the fields that are one of a few words. */
export const choices = {
  background: ['auto', 'transparent', 'opaque'],
  input_fidelity: ['low', 'high'],
  moderation: ['auto', 'low'],
  output_format: ['png', 'jpeg', 'webp', 'avif'],
  quality: ['auto', 'low', 'medium', 'high', 'xhigh', 'max'],
  complexity: ['low', 'medium', 'high'],
  placeholder: ['blur', 'color', 'none'],
} as const satisfies Partial<Record<FieldName, readonly string[]>>;

/** The form of the fields that are a word of a certain form, with what to call it in a message. */
export const forms = {
  aspect_ratio: { pattern: /^[1-9]\d{0,3}:[1-9]\d{0,3}$/, is: 'a ratio such as "3:2"' },
  size: {
    pattern: /^(?:auto|[1-9]\d{0,4}x[1-9]\d{0,4})$/,
    is: '"auto" or pixels such as "1536x1024"',
  },
  crop: { pattern: /^[1-9]\d{0,4}x[1-9]\d{0,4}$/, is: 'pixels such as "1200x630"' },
  openai_api_key: {
    pattern: /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/,
    is: 'the name of an environment variable, such as ${OPENAI_API_KEY}',
  },
} as const satisfies Partial<Record<FieldName, { pattern: RegExp; is: string }>>;

/** An `openai_api_key` with `{{ variables }}` in the name that it names: never a key with a variable in it. */
export const keyTemplate: RegExp = /^\$\{(?:[A-Za-z0-9_]*\{\{[^{}]*\}\})+[A-Za-z0-9_]*\}$/;

/** sharp's `resize` positions, gravities and strategies: https://sharp.pixelplumbing.com/api-resize/ (2026-11-22). */
export const cropPositions = [
  'centre',
  'center',
  'top',
  'right top',
  'right',
  'right bottom',
  'bottom',
  'left bottom',
  'left',
  'left top',
  'north',
  'northeast',
  'east',
  'southeast',
  'south',
  'southwest',
  'west',
  'northwest',
  'entropy',
  'attention',
] as const;

/** An image's id: segments of `a-z 0-9 -` joined by `/`, none of them empty. */
export const idForm = { pattern: /^[a-z0-9-]+(?:\/[a-z0-9-]+)*$/, maxLength: 200 } as const;

/** Upper limits, inclusive. `width` is WebP's own: 14 bits, https://developers.google.com/speed/webp/faq (2026-11-22). */
export const limits = {
  promptLength: 32_000,
  numberOfImages: 10,
  inputImages: 16,
  compression: 100,
  width: 16_383,
} as const;

/** What an image has where nobody says otherwise: the contract's defaults. */
export const defaults = {
  model: 'gpt-image-2.5-flare',
  aspect_ratio: '1:1',
  background: 'auto',
  input_fidelity: 'low',
  moderation: 'auto',
  number_of_images: 1,
  output_compression: 90,
  output_format: 'webp',
  quality: 'auto',
  take: 1,
  placeholder: 'blur',
  position: 'centre',
} as const;

/** How many characters a text has, as the API and JSON Schema count them: an emoji is one. */
export function lengthOf(text: string): number {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}
