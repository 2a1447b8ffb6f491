import * as v from 'valibot';
import {
  fieldOf,
  isInEveryRequest,
  type PixelField,
  pixelFieldNames,
  requestedFormats,
} from './fields.ts';
import { count, line, pixels, sha256Hash } from './schema.ts';
import type { InputFile, PictureInfo, Request, SvgUsage, Usage } from './types.ts';

/** Its hash is compared with the key, so fields that are not listed here cannot be added or changed either. */
export const requestSchema = v.looseObject({
  provider: v.string(),
  model: v.string(),
  prompt: v.string(),
  size: v.string(),
  ...pixelFieldSchemas(),
  input_images: v.optional(v.array(sha256Hash)),
  mask: v.optional(sha256Hash),
  markup: v.optional(sha256Hash),
  output_format: v.optional(v.picklist(requestedFormats)),
  take: v.optional(count()),
  candidate: v.optional(count()),
  provider_inputs: v.optional(v.record(v.string(), v.unknown())),
} satisfies Record<keyof Request, v.GenericSchema>);

/** Text and number fields. A field is in every request, or is left out at its default. */
function pixelFieldSchemas(): Record<PixelField, v.GenericSchema> {
  const schemas = pixelFieldNames.map((name) => {
    const schema = schemaOfType(fieldOf(name).type);
    return [name, isInEveryRequest(name) ? schema : v.optional(schema)];
  });
  return Object.fromEntries(schemas) as Record<PixelField, v.GenericSchema>;
}

function schemaOfType(type: ReturnType<typeof fieldOf>['type']): v.GenericSchema {
  if (type === 'options')
    return v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]));
  return type === 'integer' ? count() : v.string();
}

/** A file name's ending, never a path. */
const format = v.pipe(v.string(), v.regex(/^[a-z0-9]{1,8}$/));

export const pictureInfo = v.object({
  format,
  width: pixels,
  height: pixels,
  hasAlpha: v.boolean(),
  frames: v.exactOptional(count()),
} satisfies Record<keyof PictureInfo, v.GenericSchema>);

export const inputFile = v.object({
  file: v.pipe(v.string(), v.minLength(1), v.maxLength(10_000)),
  sha256: sha256Hash,
  info: pictureInfo,
} satisfies Record<keyof InputFile, v.GenericSchema>);

/** What a request used, as a provider says it. `null`: it does not. */
export const usageSchema = v.nullable(
  v.object({
    inputTextTokens: count(),
    inputImageTokens: count(),
    outputImageTokens: count(),
    outputTextTokens: count(),
    svg: v.optional(
      v.object({
        model: line(200),
        inputTokens: count(),
        outputTokens: count(),
      } satisfies Record<keyof SvgUsage, v.GenericSchema>),
    ),
  } satisfies Record<keyof Usage, v.GenericSchema>),
);
