/**
 * The table of a manifest's fields. The types, the schema, the defaults, the request, the contact sheet and the messages are
 * derived from it. The output formats have a table of their own.
 */

interface FormatFacts {
  readonly hasAlpha: boolean;
  /** Drawn at any size, so that one file serves every width. Only a provider can make one. */
  readonly isVector: boolean;
  /**
   * Tintype writes all frames of an animation. sharp 0.35.5 writes one frame of AVIF: its pages come out as one tall picture (tried
   * 2026-11-29).
   */
  readonly moves: boolean;
  /** What a manifest may say about files of this format, beside `output_compression`. */
  readonly options: readonly Exclude<FormatOption, 'output_compression'>[];
}

/** The formats of files, in the order in which messages name them. */
const formatTable = {
  avif: {
    hasAlpha: true,
    isVector: false,
    moves: false,
    options: ['lossless', 'chroma', 'effort'],
  },
  webp: { hasAlpha: true, isVector: false, moves: true, options: ['lossless'] },
  jpeg: { hasAlpha: false, isVector: false, moves: false, options: ['chroma'] },
  png: { hasAlpha: true, isVector: false, moves: false, options: [] },
  gif: { hasAlpha: true, isVector: false, moves: true, options: [] },
  svg: { hasAlpha: true, isVector: true, moves: false, options: [] },
} as const satisfies Record<string, FormatFacts>;

export type Format = keyof typeof formatTable;

export const formats: readonly Format[] = Object.keys(formatTable) as Format[];

/** The formats that hold an alpha channel. */
export const alphaFormats: readonly Format[] = formats.filter((name) => formatTable[name].hasAlpha);

/** The format that is not made of pixels. */
export type VectorFormat = {
  [Name in Format]: (typeof formatTable)[Name]['isVector'] extends true ? Name : never;
}[Format];

/** The formats that Tintype encodes. */
export type PixelFormat = Exclude<Format, VectorFormat>;

export function isVector(format: Format): format is VectorFormat {
  return formatTable[format].isVector;
}

/** How the files of one format are encoded, in a map of `formats`. */
export interface FormatOptions {
  /** 0 to 100, in place of the image's. */
  readonly output_compression?: number | undefined;
  /** Every pixel as it is, whatever `output_compression` says. */
  readonly lossless?: boolean | undefined;
  /** Colour samples: all (`4:4:4`), or a quarter of them (`4:2:0`). Without it the picture decides. */
  readonly chroma?: Chroma | undefined;
  /** AVIF's, 0 (quick) to 9 (small), in place of the config's. */
  readonly effort?: number | undefined;
}

export type FormatOption = keyof FormatOptions;

export const chromas = ['4:2:0', '4:4:4'] as const;
export type Chroma = (typeof chromas)[number];

export function optionsOf(format: Format): readonly FormatOption[] {
  return ['output_compression', ...formatTable[format].options];
}

/** Whether files of a format hold all frames of an animation. The others show its first one. */
export function moves(format: Format): boolean {
  return formatTable[format].moves;
}

/** The formats that a model is asked for, because no other picture can become one; pixels that do not move are asked for as PNG. */
export const requestedFormats = ['svg', 'gif'] as const satisfies readonly Format[];

export type RequestedFormat = (typeof requestedFormats)[number];

export function isFormat(value: unknown): value is Format {
  return typeof value === 'string' && Object.hasOwn(formatTable, value);
}

/** Upper limits, inclusive. `width` is WebP's own: 14 bits, https://developers.google.com/speed/webp/faq (2026-11-22). */
export const limits = {
  promptLength: 32_000,
  numberOfImages: 10,
  inputImages: 16,
  compression: 100,
  effort: 9,
  width: 16_383,
  take: 1_000_000,
  partialImages: 3,
  /** Characters of a note on a picture. */
  commentLength: 2000,
  sources: 10,
  /** `openai` 7.57.0, `images.d.ts`: a GIF has 2 to 16 frames, 9 if it is not said, of at most 655,350 ms each (2026-11-29). */
  frames: { min: 2, max: 16, default: 9 },
  frameMs: { min: 20, max: 655_350, default: 200 },
} as const;

/** The value of a field, by its type. Strings may still contain `{{ templates }}`. */
interface ValueOf {
  readonly text: string;
  /** One of the words in `of`. */
  readonly choice: string;
  /** A word that matches `form`. */
  readonly form: string;
  readonly prompt: string;
  readonly apiKey: string;
  readonly integer: number;
  readonly boolean: boolean;
  readonly texts: readonly string[];
  /** `auto`: as many as save bytes. */
  readonly widths: readonly number[] | 'auto';
  readonly formats:
    | readonly string[]
    | Readonly<Record<string, FormatOptions | number | null | undefined>>;
  readonly crop: string | CropFields;
  readonly sources: readonly SourceFields[];
  readonly options: Readonly<Record<string, string | number | boolean>>;
}

type CropFields =
  | { readonly area: CropArea }
  | ({
      readonly position?: CropPosition | undefined;
    } & (
      | { readonly width: number; readonly height: number }
      /** `W:H`: the largest part of the picture that has this shape. */
      | { readonly ratio: string }
    ));

/** A rectangle in percent of the picture, such as `[10, 20, 50, 60]`. */
export type CropArea = readonly [left: number, top: number, width: number, height: number];

/** One of `cropPositions`, or a point in percent of the picture, `[30, 20]`, that comes as near to the middle as possible. */
export type CropPosition = string | readonly [left: number, top: number];

/** What a page shows in place of the image where a media query matches: another crop of it, or another image. */
export interface SourceFields {
  readonly media: string;
  readonly crop?: string | CropFields | undefined;
  /** The id of another image. */
  readonly image?: string | undefined;
  readonly widths?: readonly number[] | 'auto' | undefined;
  readonly sizes?: string | undefined;
}

interface Form {
  readonly pattern: RegExp;
  /** What a message calls it. */
  readonly is: string;
}

interface Field {
  readonly type: keyof ValueOf;
  /** What editors show. */
  readonly help: string;
  readonly default?: string | number;
  readonly of?: readonly string[];
  readonly form?: Form;
  /** What an editor offers. Each is a valid value. */
  readonly examples?: readonly unknown[];
  /** The least value of an integer, inclusive. */
  readonly min?: number;
  /** The greatest value of an integer, or of each integer in a list, inclusive. */
  readonly max?: number;
  /** The most entries of a list. */
  readonly maxEntries?: number;
  /**
   * Present if the request, and so the key, holds the field's value unchanged: always, or only if it is not the default.
   * A field that is added now must be `unless default`, because `always` would change every existing key.
   */
  readonly inRequest?: 'always' | 'unless default';
}

/** Every field. Messages and the schema name them in this order. */
const fieldTable = {
  openai_api_key: {
    type: 'apiKey',
    form: {
      pattern: /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/,
      is: 'the name of an environment variable, such as ${OPENAI_API_KEY}',
    },
    examples: ['${OPENAI_API_KEY}'],
    help: 'The environment variable that holds the key: ${NAME}. Never the key itself. Default: ${OPENAI_API_KEY}.',
  },
  prompt: {
    type: 'prompt',
    examples: ['A lighthouse at dawn, flat vector illustration'],
    help: "What to draw. In a preset, {{ prompt }} stands for the image's own prompt.",
  },
  aspect_ratio: {
    type: 'form',
    form: { pattern: /^[1-9]\d{0,3}:[1-9]\d{0,3}$/, is: 'a ratio such as "3:2"' },
    default: '1:1',
    examples: ['1:1', '3:2', '2:3', '16:9'],
    help: 'The shape: 1:1, 3:2 or 2:3; any W:H if the model takes free sizes. Default 1:1.',
  },
  background: {
    type: 'choice',
    of: ['auto', 'transparent', 'opaque'],
    default: 'auto',
    inRequest: 'always',
    help: 'Default auto.',
  },
  input_fidelity: {
    type: 'choice',
    of: ['low', 'high'],
    default: 'low',
    inRequest: 'unless default',
    help: 'How closely to follow input_images, for models that have it. Default low.',
  },
  input_images: {
    type: 'texts',
    maxEntries: limits.inputImages,
    examples: [['./sketch.png'], ['tintype:hero']],
    help: 'Pictures to work from: paths relative to this file, https: URLs, or tintype:<id>. At most 16.',
  },
  partial_images: {
    type: 'integer',
    min: 0,
    max: limits.partialImages,
    default: 0,
    examples: [2],
    help: 'Partial pictures to send while it is made, 0 to 3, each for 100 more tokens. A change never buys again. Default 0.',
  },
  moderation: {
    type: 'choice',
    of: ['auto', 'low'],
    default: 'auto',
    help: 'How strictly the API moderates. A change never buys again. Default auto.',
  },
  number_of_images: {
    type: 'integer',
    min: 1,
    max: limits.numberOfImages,
    default: 1,
    examples: [3],
    help: 'How many candidates to make, each of them paid for. Default 1.',
  },
  output_compression: {
    type: 'integer',
    min: 0,
    max: limits.compression,
    default: 90,
    examples: [90, 75],
    help: 'Quality of the files, the same visible quality in every format. Free to change. Default 90.',
  },
  output_format: {
    type: 'choice',
    of: ['png', 'jpeg', 'webp', 'avif', 'svg', 'gif'],
    default: 'webp',
    help: 'Format of the main file. Free to change, except svg and gif, which ask the model for a drawing and for an animation. Default webp.',
  },
  quality: {
    type: 'choice',
    of: ['auto', 'low', 'medium', 'high', 'xhigh', 'max'],
    default: 'auto',
    inRequest: 'always',
    help: "The model's effort, which decides most of the price; xhigh and max for models that have them. Default auto.",
  },
  user_id: {
    type: 'text',
    examples: ['team-web'],
    help: "Sent as the API's safety identifier. A change never buys again.",
  },
  model: { type: 'text', default: 'gpt-image-2.5-flare', help: 'Default gpt-image-2.5-flare.' },
  size: {
    type: 'form',
    form: {
      pattern: /^(?:auto|[1-9]\d{0,4}x[1-9]\d{0,4})$/,
      is: '"auto" or pixels such as "1536x1024"',
    },
    examples: ['1024x1024', '1536x1024', '1024x1536', 'auto'],
    help: 'Pixels as WxH, or auto. Instead of aspect_ratio.',
  },
  mask: {
    type: 'text',
    examples: ['./hole.png'],
    help: 'A PNG of the size of the first input image; its transparent parts are drawn again.',
  },
  markup: {
    type: 'text',
    examples: ['./notes.png'],
    help: 'A transparent PNG of the size of the first input image, with notes drawn on it; instead of mask.',
  },
  complexity: {
    type: 'choice',
    of: ['low', 'medium', 'high'],
    inRequest: 'unless default',
    help: 'For models that have it.',
  },
  svg_model: {
    type: 'text',
    inRequest: 'unless default',
    help: 'The language model that writes the drawing, with output_format: svg. Default: the one of the API.',
  },
  svg_effort: {
    type: 'choice',
    of: ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'],
    inRequest: 'unless default',
    help: 'How much svg_model thinks about the drawing. Default: its own.',
  },
  frame_count: {
    type: 'integer',
    min: limits.frames.min,
    max: limits.frames.max,
    inRequest: 'unless default',
    examples: [8],
    help: 'How many frames an animation has, with output_format: gif. Default: 9, chosen by the API.',
  },
  frame_duration_ms: {
    type: 'integer',
    // Browsers play frames of less than 20 ms for 100 ms.
    min: limits.frameMs.min,
    max: limits.frameMs.max,
    inRequest: 'unless default',
    examples: [120],
    help: 'Milliseconds of each frame of an animation. Default: 200, chosen by the API.',
  },
  provider_options: {
    type: 'options',
    inRequest: 'unless default',
    examples: [{ seed: 7, steps: 30 }],
    help: 'What only some servers take, under their own names, such as { seed: 7, steps: 30 }. Part of the request.',
  },
  take: {
    type: 'integer',
    min: 1,
    max: limits.take,
    default: 1,
    examples: [2],
    help: 'Another take of the same request: 2 buys a different picture, once.',
  },
  provider: {
    type: 'text',
    examples: ['openai', 'offline'],
    help: 'A configured provider. Default: the one of the config.',
  },
  batch: {
    type: 'boolean',
    help: 'true: order it in a batch, at half the price at OpenAI, answered within a day. Never buys again. Default false.',
  },

  alt: {
    type: 'text',
    examples: ['A lighthouse on a cliff at dawn'],
    help: 'Alternative text. Required, unless decorative.',
  },
  decorative: {
    type: 'boolean',
    help: 'true: the picture says nothing that the text does not, alt is empty.',
  },
  widths: {
    type: 'widths',
    min: 1,
    max: limits.width,
    examples: ['auto', [640, 1280]],
    help: 'Responsive widths in pixels, none wider than the picture; auto: those that pages need, from sizes where it is given.',
  },
  formats: {
    type: 'formats',
    examples: [['avif', 'webp', 'jpeg'], { avif: 80, jpeg: { chroma: '4:4:4' } }],
    help: 'Formats in order of preference, the last is the fallback; or a map of format to compression, or to { output_compression, lossless, chroma, effort }.',
  },
  crop: {
    type: 'crop',
    form: {
      pattern: /^(?:[1-9]\d{0,4}x[1-9]\d{0,4}|[1-9]\d{0,3}:[1-9]\d{0,3})$/,
      is: 'pixels such as "1200x630", or a ratio such as "3:4"',
    },
    examples: ['3:4', '1200x630', { ratio: '3:4', position: 'top' }, { area: [10, 20, 50, 60] }],
    help: 'Cut to "WxH", or to a ratio "W:H" as large as the picture allows; or { width, height, position }, { ratio, position }, where position may be a point such as [30, 20], in percent; or a rectangle, { area: [left, top, width, height] }, in percent.',
  },
  sources: {
    type: 'sources',
    maxEntries: limits.sources,
    examples: [[{ media: '(max-width: 600px)', crop: '3:4' }]],
    help: 'What to show instead where a media query matches: [{ media, crop, widths, sizes }] for another crop of the picture, or [{ media, image }] for another image. The first that matches is shown.',
  },
  recolor: {
    type: 'boolean',
    help: 'true: the one colour of an SVG becomes currentColor, so that the page sets it. Default false.',
  },
  placeholder: {
    type: 'choice',
    of: ['blur', 'color', 'none'],
    default: 'blur',
    help: 'blur: a tiny data URL; color; none. Default blur.',
  },
  sizes: {
    type: 'text',
    examples: ['100vw', '(min-width: 60em) 50vw, 100vw', 'auto'],
    help: 'The sizes attribute that goes with widths; auto: the width that the page gives to the picture.',
  },
} as const satisfies Record<string, Field>;

type Table = typeof fieldTable;

export type FieldName = keyof Table;

/**
 * A manifest's fields as they are written, under their public names: what an image, a preset or a `defaults` may hold.
 * Strings may still contain `{{ templates }}`.
 */
export type Fields = {
  readonly [Name in FieldName]?: ValueOf[Table[Name]['type']] | undefined;
};

export const fieldNames: readonly FieldName[] = Object.keys(fieldTable) as FieldName[];

export function fieldOf(name: FieldName): Field {
  return fieldTable[name];
}

/** The fields that have a property. */
type With<Property extends string> = {
  [Name in FieldName]: Property extends keyof Table[Name] ? Name : never;
}[FieldName];

/** One column of the table. */
type Column<Property extends string> = {
  readonly [Name in With<Property>]: Property extends keyof Table[Name]
    ? Table[Name][Property]
    : never;
};

function column<Property extends keyof Field>(property: Property): Column<Property> {
  const cells = Object.entries<Field>(fieldTable).flatMap(([name, field]) =>
    field[property] === undefined ? [] : [[name, field[property]]],
  );
  return Object.fromEntries(cells) as Column<Property>;
}

/** The allowed values of each field that is one of a few words. */
export const choices: Column<'of'> = column('of');

/** The pattern of each field that has one, and what a message calls it. */
export const forms: Column<'form'> = column('form');

/** The values of fields that nothing sets. `position` is a crop's. */
export const defaults: Column<'default'> & { readonly position: 'centre' } = {
  ...column('default'),
  position: 'centre',
};

/** The fields whose values a request holds unchanged. */
export type PixelField = With<'inRequest'>;

const pixelFields: Column<'inRequest'> = column('inRequest');

export const pixelFieldNames: readonly PixelField[] = Object.keys(pixelFields) as PixelField[];

/** The pixel fields that are in every request. */
type AlwaysField = {
  [Name in PixelField]: Table[Name]['inRequest'] extends 'always' ? Name : never;
}[PixelField];

/** All pixel fields; `null` for a field that has no default and is not set. */
export type PixelFields = {
  readonly [Name in PixelField]: PixelValue<Name> | (Name extends With<'default'> ? never : null);
};

/** The pixel fields of a request, under the same names. */
export type RequestFields = {
  readonly [Name in AlwaysField]: PixelValue<Name>;
} & { readonly [Name in Exclude<PixelField, AlwaysField>]?: PixelValue<Name> };

type PixelValue<Name extends PixelField> = Table[Name] extends { readonly of: readonly string[] }
  ? Name extends 'background'
    ? Table['background']['of'][number]
    : string
  : ValueOf[Table[Name]['type']];

/** Completes the pixel fields of an image with their defaults. */
export function completePixelFields(fields: Fields): PixelFields {
  const values = pixelFieldNames.map((name) => [
    name,
    fields[name] ?? fieldOf(name).default ?? null,
  ]);
  return Object.fromEntries(values) as PixelFields;
}

export function isInEveryRequest(name: PixelField): boolean {
  return pixelFields[name] === 'always';
}

/** The pixel fields that a request holds. */
export function requestFieldsOf(picture: PixelFields): RequestFields {
  const held = pixelFieldNames.filter(
    (name) => isInEveryRequest(name) || picture[name] !== (fieldOf(name).default ?? null),
  );
  return Object.fromEntries(held.map((name) => [name, picture[name]])) as RequestFields;
}

/** An `openai_api_key` that has `{{ variables }}` in the name of its environment variable. No literal key matches. */
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

/** An image's id: segments of `a-z 0-9 -` joined by `/`, none of them empty or the name of a device. */
export const idForm = {
  pattern:
    /^(?!(?:.*\/)?(?:aux|con|nul|prn|com[0-9]|lpt[0-9])(?:\/|$))[a-z0-9-]+(?:\/[a-z0-9-]+)*$/,
  maxLength: 200,
} as const;

/** How many characters a text has, as the API and JSON Schema count them: an emoji is one. */
export function lengthOf(text: string): number {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}
