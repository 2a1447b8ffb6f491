import * as z from 'zod';
import {
  chromas,
  cropPositions,
  defaults,
  type FieldName,
  fieldNames,
  fieldOf,
  type Fields,
  type Format,
  type FormatOption,
  formats,
  forms,
  idForm,
  keyTemplate,
  lengthOf,
  limits,
  optionsOf,
  type SourceFields,
} from '../fields.ts';
import type { Row } from '../types.ts';

/** An entry of `images`, as it was written. */
export interface ImageFields extends Fields {
  readonly preset?: string | readonly string[] | undefined;
  readonly each?: readonly Row['values'][] | string | undefined;
  readonly pick?: number | undefined;
}

/** Text with a `{{ variable }}` in it is checked again once it is rendered. */
const templatePattern = /\{\{/;
const templated = z.string().regex(templatePattern).describe('Text with a {{ variable }}');

const integer = (min: number, max: number) => z.int().min(min).max(max);

/** Counts characters with `lengthOf`: an emoji is two for JavaScript, but one for the API and JSON Schema. */
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

/** All that some format takes. Which format takes what is checked after it. */
const formatOptions = z.strictObject({
  output_compression: compression.optional().describe('In place of the one of the image.'),
  lossless: z.boolean().optional().describe('true: every pixel as it is. Default false.'),
  chroma: z
    .enum(chromas)
    .optional()
    .describe('All colour samples (4:4:4) or a quarter of them. Default: what the picture needs.'),
  effort: integer(0, limits.effort)
    .optional()
    .describe('0 is quick, 9 makes the smallest file. Default: the one of the config.'),
} satisfies Record<FormatOption, z.ZodType>);

// A record, not an object: the order of its keys is the order of preference, and zod sorts an object's.
const mappedFormats = z
  .partialRecord(z.enum(formats), z.union([compression, formatOptions]).nullable())
  .refine((map) => Object.keys(map).length > 0, { when: ({ issues }) => issues.length === 0 })
  .check(({ value, issues }) => {
    for (const [format, options] of Object.entries(value)) {
      if (typeof options !== 'object' || options === null) continue;
      const known: readonly string[] = optionsOf(format as Format);
      const keys = Object.keys(options).filter((name) => !known.includes(name));
      if (keys.length > 0)
        issues.push({ code: 'unrecognized_keys', keys, path: [format], input: options });
    }
  })
  .meta({ minProperties: 1 });

const percent = z.number().min(0).max(100);

const position = z
  .union([z.enum(cropPositions), z.tuple([percent, percent])])
  .optional()
  .describe(
    'What to keep: a side, or the point in percent that comes nearest to the middle. Default centre.',
  );

/** The side of an area. */
const share = z.number().min(0.1).max(100);

const crop = z.union([
  z.string().regex(forms.crop.pattern),
  templated,
  z.strictObject({
    width: integer(1, limits.width).describe('In pixels.'),
    height: integer(1, limits.width).describe('In pixels.'),
    position,
  }),
  z.strictObject({
    ratio: z
      .string()
      .regex(forms.aspect_ratio.pattern)
      .describe('A ratio such as "3:4", as large as the picture allows.'),
    position,
  }),
  z.strictObject({
    area: z
      .tuple([percent, percent, share, share])
      .describe('A rectangle of the picture: left, top, width and height, in percent.'),
  }),
]);

const widths = z.union([z.literal('auto'), z.array(integer(1, limits.width)).min(1)]);

const source = z.strictObject({
  media: z.string().min(1).describe('A media query, such as "(max-width: 600px)".'),
  crop: crop.optional().describe('Another crop of the picture.'),
  image: z.string().min(1).optional().describe('The id of another image, which is shown as it is.'),
  widths: widths.optional().describe('Of the crop. Default: those of the image that fit.'),
  sizes: z.string().min(1).optional().describe('Default: the sizes of the image.'),
} satisfies Record<keyof SourceFields, z.ZodType>);

const options = z
  .record(z.string().regex(/^[A-Za-z]\w{0,99}$/), z.union([z.string(), z.number(), z.boolean()]))
  .refine((map) => Object.keys(map).length > 0, { when: ({ issues }) => issues.length === 0 })
  .meta({ minProperties: 1 });

/** The fields that images, presets and `defaults` share. */
const shape = Object.fromEntries(fieldNames.map((name) => [name, schemaOf(name)])) as {
  readonly [Name in FieldName]: z.ZodType<NonNullable<Fields[Name]>>;
};

function schemaOf(name: FieldName): z.ZodType {
  const { help, examples } = fieldOf(name);
  const usual = (defaults as Readonly<Record<string, unknown>>)[name];
  return typeOf(name).meta({
    // Images, presets and defaults then share one definition.
    id: name,
    description: help,
    ...(usual !== undefined && { default: usual }),
    ...(examples !== undefined && { examples: [...examples] }),
  });
}

function typeOf(name: FieldName): z.ZodType {
  const { type, of = [], form, min = 0, max = Number.MAX_SAFE_INTEGER, maxEntries } = fieldOf(name);
  switch (type) {
    case 'text':
      return z.string().min(1);
    case 'choice':
      return z.union([z.enum(of), templated]);
    case 'form':
      return z.union([z.string().regex(form!.pattern), templated]);
    case 'integer':
      return integer(min, max);
    case 'boolean':
      return z.boolean();
    case 'texts': {
      const texts = z.array(z.string().min(1)).min(1);
      return maxEntries === undefined ? texts : texts.max(maxEntries);
    }
    case 'widths':
      return widths;
    case 'prompt':
      return prompt;
    case 'apiKey':
      return apiKey;
    case 'formats':
      return z.union([listedFormats, mappedFormats]);
    case 'crop':
      return crop;
    case 'sources':
      return z.array(source).min(1).max(maxEntries!);
    case 'options':
      return options;
  }
}

const fields = z.strictObject(shape).partial().meta({ id: 'fields' });

const row = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

const image = fields.extend({
  preset: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .optional()
    .meta({
      description: 'A preset, or several, applied left to right.',
      examples: ['house', ['house', 'night']],
    }),
  each: z
    .union([z.array(row).min(1), z.string().min(1)])
    .optional()
    .meta({
      description:
        'One image for each row: a list of maps, or the path of a .csv, .json, .jsonl or .yaml file.',
      examples: [[{ name: 'home' }, { name: 'search' }], './team.csv'],
    }),
  pick: integer(1, limits.numberOfImages)
    .optional()
    .meta({ description: 'Which candidate is delivered.', examples: [2] }),
});

/** The fields allowed in a preset and in `defaults`, in a manifest and in the config. */
export const fieldsSchema: z.ZodType<Fields> = fields;

/** The fields allowed in an entry of `images`. */
export const imageSchema: z.ZodType<ImageFields> = image;

/** The rows of `each`, inline or from a file. */
export const rowsSchema: z.ZodType<readonly Row['values'][]> = z.array(row);

const images = z.record(z.string(), imageSchema.nullable());

/** The whole file. `schema/manifest.json`, which editors read, is made from it. */
const manifest = z
  .strictObject({
    $schema: z
      .string()
      .optional()
      .describe('The path or the address of this schema, for editors. Tintype does not read it.'),
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

/** The names of the fields allowed in an entry of `images`. */
export const imageFieldNames: readonly string[] = [...fieldNames, 'preset', 'each', 'pick'];

/** What an editor shows beside a field's description, and the values that it offers. */
export interface EditorHints {
  readonly notes: Readonly<Partial<Record<FieldName, string>>>;
  readonly examples: Readonly<Partial<Record<FieldName, readonly string[]>>>;
}

/** What an editor offers for a new image. */
const snippets = [
  {
    label: 'image',
    description: 'A picture with two widths in three formats',
    body: {
      '${1:hero}': {
        prompt: '${2:What to draw}',
        alt: '${3:What the picture shows}',
        aspect_ratio: '${4:3:2}',
        widths: [640, 1280],
        formats: ['avif', 'webp', 'jpeg'],
      },
    },
  },
  {
    label: 'images from rows',
    description: 'One picture for each row',
    body: {
      '${1:icon}-{{ name }}': {
        each: [{ name: '${2:home}' }, { name: '${3:search}' }],
        prompt: '${4:A {{ name \\}\\} icon}',
        decorative: true,
      },
    },
  },
];

/** The JSON Schema (draft-07, which every YAML editor reads) that ships as `schema/manifest.json`. */
export function manifestJsonSchema({ notes, examples }: EditorHints = noHints): object {
  return z.toJSONSchema(manifest, {
    target: 'draft-07',
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      // An editor shows the description of a reference, but not always that of the only member of `allOf`.
      const [only, ...others] = jsonSchema.allOf ?? [];
      if (only?.$ref !== undefined && others.length === 0 && Object.keys(jsonSchema).length === 1) {
        delete jsonSchema.allOf;
        jsonSchema.$ref = only.$ref;
      }
      // Editors complete the names in `properties`, but not those in `propertyNames`.
      if (zodSchema === mappedFormats) {
        const value = jsonSchema.additionalProperties!;
        delete jsonSchema.propertyNames;
        jsonSchema.properties = Object.fromEntries(
          formats.map((format) => [format, onlyOptions(value, optionsOf(format))]),
        );
        jsonSchema.additionalProperties = false;
      }
      const field = nameOf.get(zodSchema);
      if (field !== undefined) {
        const note = notes[field];
        if (note !== undefined) jsonSchema.description = `${jsonSchema.description} ${note}`;
        if (examples[field] !== undefined) jsonSchema.examples = [...examples[field]];
      }
      if (zodSchema === images) {
        Object.assign(jsonSchema, { defaultSnippets: snippets });
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

const noHints: EditorHints = { notes: {}, examples: {} };

/** The names of the fields by their schemas. */
const nameOf: ReadonlyMap<unknown, FieldName> = new Map(
  fieldNames.map((name) => [shape[name], name]),
);

/** A copy of the schema of a format's value, whose map has only these names. */
function onlyOptions<Schema>(schema: Schema, names: readonly string[]): Schema {
  const text = JSON.stringify(schema, (key, value: unknown) =>
    key === 'properties' && typeof value === 'object'
      ? Object.fromEntries(Object.entries(value!).filter(([name]) => names.includes(name)))
      : value,
  );
  return JSON.parse(text) as Schema;
}

/** `schema/manifest.json`, byte for byte. */
export function manifestSchemaText(hints: EditorHints): string {
  return `${JSON.stringify(manifestJsonSchema(hints), null, 2)}\n`;
}
