import { z } from 'zod';
import {
  choices,
  cropPositions,
  defaults,
  type FieldName,
  fieldNames,
  type Fields,
  formats,
  forms,
  idForm,
  keyTemplate,
  lengthOf,
  limits,
} from '../fields.ts';
import type { Row } from '../types.ts';

/** An entry of `images`, as it is written. */
export interface ImageFields extends Fields {
  readonly preset?: string | readonly string[] | undefined;
  readonly each?: readonly Row['values'][] | string | undefined;
  readonly pick?: number | undefined;
}

/** Text with a `{{ variable }}` in it: what it will become is checked once it has become it. */
const templatePattern = /\{\{/;
const templated = z.string().regex(templatePattern).describe('Text with a {{ variable }}');

const integer = (min: number, max: number) => z.int().min(min).max(max);

const choice = (name: keyof typeof choices) => z.union([z.enum(choices[name]), templated]);

const form = (name: keyof typeof forms) =>
  z.union([z.string().regex(forms[name].pattern), templated]);

/** JavaScript counts an emoji as two, the API and JSON Schema as one. */
const prompt = z
  .string()
  .min(1)
  .check(({ value, issues }) => {
    if (lengthOf(value) <= limits.promptLength) return;
    issues.push({ code: 'too_big', origin: 'string', maximum: limits.promptLength, input: value });
  })
  .meta({ maxLength: limits.promptLength });

const apiKey = z.union([
  z.string().regex(forms.openai_api_key.pattern),
  z.string().regex(keyTemplate).describe('A name with a {{ variable }}'),
]);

const compression = integer(0, limits.compression);

const listedFormats = z.array(z.union([z.enum(formats), templated])).min(1);

// A record, not an object: the order of its keys is the order of preference, and zod sorts an object's.
const mappedFormats = z
  .partialRecord(z.enum(formats), compression.nullable())
  .refine((map) => Object.keys(map).length > 0, { when: ({ issues }) => issues.length === 0 })
  .meta({ minProperties: 1 });

const crop = z.union([
  z.string().regex(forms.crop.pattern),
  templated,
  z.strictObject({
    width: integer(1, limits.width),
    height: integer(1, limits.width),
    position: z.enum(cropPositions).optional(),
  }),
]);

/** The fields that an image, a preset and a `defaults` share; the descriptions are what editors show. */
const shape = {
  openai_api_key: apiKey.describe(
    'The environment variable that holds the key: ${NAME}. Never the key itself. Default: ${OPENAI_API_KEY}.',
  ),
  prompt: prompt.describe(
    "What to draw. In a preset, {{ prompt }} stands for the image's own prompt.",
  ),
  aspect_ratio: form('aspect_ratio')
    .describe('The shape: 1:1, 3:2 or 2:3; any W:H where the model takes free sizes. Default 1:1.')
    .meta({ examples: ['1:1', '3:2', '2:3', '16:9'] }),
  background: choice('background').describe('Default auto.'),
  input_fidelity: choice('input_fidelity').describe(
    'How closely to keep to input_images, where the model has it. Default low.',
  ),
  input_images: z
    .array(z.string().min(1))
    .min(1)
    .max(limits.inputImages)
    .describe(
      'Pictures to work from: paths relative to this file, https: URLs, or tintype:<id>. At most 16.',
    ),
  moderation: choice('moderation').describe('Never buys again. Default auto.'),
  number_of_images: integer(1, limits.numberOfImages).describe(
    'How many candidates to make, each of them paid for. Default 1.',
  ),
  output_compression: compression.describe(
    'Quality of the files, the same visible quality in every format. Free to change. Default 90.',
  ),
  output_format: choice('output_format').describe(
    'Format of the main file. Free to change. Default webp.',
  ),
  quality: choice('quality').describe(
    'What the model puts in, and most of the price; xhigh and max where the model has them. Default auto.',
  ),
  user_id: z.string().min(1).describe("Sent as the API's safety identifier. Never buys again."),
  model: z.string().min(1).describe('Default gpt-image-2.5-flare.'),
  size: form('size')
    .describe('Pixels as WxH, or auto. Instead of aspect_ratio.')
    .meta({ examples: ['1024x1024', '1536x1024', '1024x1536', 'auto'] }),
  mask: z.string().min(1).describe('A PNG with alpha, of the size of the first input image.'),
  complexity: choice('complexity').describe('Where the model has it.'),
  take: integer(1, 1_000_000).describe(
    'Another take of the same request: 2 buys a different picture, once.',
  ),
  provider: z.string().min(1).describe('A configured provider. Default: the one of the config.'),

  alt: z.string().min(1).describe('Alternative text. Required, unless decorative.'),
  decorative: z
    .boolean()
    .describe('true: the picture says nothing that the text does not, alt is empty.'),
  widths: z
    .array(integer(1, limits.width))
    .min(1)
    .describe('Responsive widths in CSS pixels, none wider than the picture.'),
  formats: z
    .union([listedFormats, mappedFormats])
    .describe(
      'Formats in order of preference, the last is the fallback; or a map of format to compression.',
    ),
  crop: crop.describe('Cut to "WxH", or { width, height, position }.'),
  placeholder: choice('placeholder').describe('blur: a tiny data URL; color; none. Default blur.'),
  sizes: z.string().min(1).describe('The sizes attribute that goes with widths.'),
} satisfies Record<FieldName, z.ZodType>;

const fields = z.strictObject(shape).partial();

const row = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

const image = fields.extend({
  preset: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe('A preset, or several, applied left to right.'),
  each: z
    .union([z.array(row).min(1), z.string().min(1)])
    .optional()
    .describe(
      'One image a row: a list of maps, or the path of a .csv, .json, .jsonl or .yaml file.',
    ),
  pick: integer(1, limits.numberOfImages).optional().describe('Which candidate is delivered.'),
});

/** What a preset and a `defaults` may hold, in a manifest and in the config. */
export const fieldsSchema: z.ZodType<Fields> = fields;

/** What an entry of `images` may hold. */
export const imageSchema: z.ZodType<ImageFields> = image;

/** The rows of `each`, inline or from a file. */
export const rowsSchema: z.ZodType<readonly Row['values'][]> = z.array(row);

const images = z.record(z.string(), imageSchema.nullable());

/** The whole file, for editors: `schema/manifest.json` is made from it. */
const manifest = z
  .strictObject({
    defaults: fields.nullable().optional().describe('Fields for every image of this file.'),
    presets: z
      .record(z.string(), fieldsSchema.nullable())
      .nullable()
      .optional()
      .describe('Named fields that images share.'),
    images: images
      .nullable()
      .describe('The images, by id: segments of a-z, 0-9 and - joined by /.'),
  })
  .meta({
    title: 'Tintype manifest',
    description:
      'AI images as build assets: each entry of images is bought once and encoded for the page.',
  });

/** The names of the fields that an entry of `images` may hold. */
export const imageFieldNames: readonly string[] = [...fieldNames, 'preset', 'each', 'pick'];

/** The JSON Schema (draft-07, which every YAML editor reads) that ships as `schema/manifest.json`. */
export function manifestJsonSchema(): object {
  return z.toJSONSchema(manifest, {
    target: 'draft-07',
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      // Editors complete the names of properties, and not those that `propertyNames` allows.
      if (zodSchema === mappedFormats) {
        const value = jsonSchema.additionalProperties!;
        delete jsonSchema.propertyNames;
        jsonSchema.properties = Object.fromEntries(formats.map((format) => [format, value]));
        jsonSchema.additionalProperties = false;
      }
      for (const [name, value] of Object.entries(defaults)) {
        const property = jsonSchema.properties?.[name];
        if (typeof property === 'object') property.default = value;
      }
      if (zodSchema === images) {
        jsonSchema.propertyNames = {
          anyOf: [
            { pattern: idForm.pattern.source, maxLength: idForm.maxLength },
            { pattern: templatePattern.source },
          ],
        };
      }
    },
  });
}

/** `schema/manifest.json`, byte for byte. */
export function manifestSchemaText(): string {
  return `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`;
}
