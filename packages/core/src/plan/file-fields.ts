import { cropIn } from '../crop-in.ts';
import {
  alphaFormats,
  type CropArea,
  defaults,
  type Fields,
  type FormatOptions,
  isVector,
} from '../fields.ts';
import type { FileFields, Finding, Format, FormatSpec } from '../types.ts';
import { autoWidths } from './auto-widths.ts';
import type { Draft } from './draft.ts';
import { parseSize, type Size } from './picture-size.ts';

/** The fields for the files, checked against the picture's size; `picture` is `null` for size auto. */
export function filesOf(draft: Draft, picture: Size | null): FileFields {
  const { fields, find } = draft;
  checkAlpha(draft);
  checkFormats(draft);
  const crop = cropOf(fields.crop);
  const tooLarge = cropProblem(crop, picture);
  if (tooLarge !== null) find('crop', tooLarge);
  for (const { finding, index } of widthProblems(fields.widths, crop, picture)) {
    find('widths', finding, index);
  }
  return {
    alt: fields.alt ?? '',
    widths: widthsOf(fields.widths, crop, picture, fields.sizes ?? null),
    formats: formatsOf(fields),
    crop,
    placeholder: (fields.placeholder ?? defaults.placeholder) as FileFields['placeholder'],
    sizes: fields.sizes ?? null,
  };
}

function checkAlpha({ fields, find }: Draft): void {
  if (fields.background !== 'transparent') return;
  const opaque = formatsOf(fields).find(({ format }) => !alphaFormats.includes(format));
  const message = (format: string) =>
    `${format} cannot be transparent, and background is transparent; use one of ${alphaFormats.join(', ')}`;
  if (opaque !== undefined) {
    find(fields.formats === undefined ? 'output_format' : 'formats', {
      code: 'conflict',
      message: message(opaque.format),
    });
  } else if (fields.output_format === 'jpeg') {
    find('output_format', { code: 'conflict', message: message('jpeg') });
  }
}

export function formatsOf(fields: Fields): readonly FormatSpec[] {
  const compression = fields.output_compression ?? defaults.output_compression;
  const written = fields.formats ?? ownFormats(fields);
  const options = Array.isArray(written)
    ? [...new Set(written as string[])].map((format) => [format, null] as const)
    : Object.entries(written);
  return options.map(([format, own]) => {
    const { output_compression, lossless, chroma, effort } = optionsIn(own);
    return {
      format: format as Format,
      compression: output_compression ?? compression,
      ...(fields.recolor === true && isVector(format as Format) && { recolors: true }),
      ...(lossless === true && { lossless }),
      ...(chroma !== undefined && { chroma }),
      ...(effort !== undefined && { effort }),
    };
  });
}

/** A number is a compression. */
function optionsIn(own: FormatOptions | number | null | undefined): FormatOptions {
  return typeof own === 'number' ? { output_compression: own } : (own ?? {});
}

function checkFormats({ fields, find }: Draft): void {
  for (const [format, own] of Object.entries(fields.formats ?? {})) {
    if (typeof own !== 'object' || own?.lossless !== true) continue;
    const lossy = (['output_compression', 'chroma'] as const).find(
      (name) => own[name] !== undefined,
    );
    if (lossy === undefined) continue;
    const message = `${format} is lossless, so ${lossy} would change nothing; remove one of them`;
    find('formats', { code: 'conflict', message });
  }
}

/** Every browser plays GIF, and WebP is a fraction of its size. */
function ownFormats(fields: Fields): readonly string[] {
  return isAnimation(fields) ? ['webp', 'gif'] : [fields.output_format ?? defaults.output_format];
}

export function cropOf(crop: Fields['crop']): FileFields['crop'] {
  if (crop === undefined) return null;
  const { position } = defaults;
  if (typeof crop !== 'string' && 'area' in crop) return crop;
  if (typeof crop !== 'string') return { ...crop, position: crop.position ?? position };
  const size = parseSize(crop);
  return size === null ? { ratio: crop, position } : { ...size, position };
}

/** `picture`: `null` if its size is not known before it is made. */
export function cropProblem(crop: FileFields['crop'], picture: Size | null): Finding | null {
  if (crop === null || 'ratio' in crop) return null;
  if ('area' in crop) return areaProblem(crop.area);
  if (picture === null) return null;
  if (crop.width <= picture.width && crop.height <= picture.height) return null;
  return {
    code: 'crop-too-large',
    message: `crop ${crop.width}x${crop.height} is larger than the picture, ${picture.width}x${picture.height}; nothing is enlarged`,
  };
}

function areaProblem([left, top, width, height]: CropArea): Finding | null {
  const beyond = (start: number, size: number, names: string): Finding | null => {
    const end = Number((start + size).toFixed(2));
    const message = `the crop's area ends outside the picture: ${names} is ${end} %, and at most 100`;
    return end <= 100 ? null : { code: 'out-of-range', message };
  };
  return beyond(left, width, 'left + width') ?? beyond(top, height, 'top + height');
}

/** The widths that are wider than the full size. */
export function widthProblems(
  widths: Fields['widths'] = [],
  crop: FileFields['crop'],
  picture: Size | null,
): { readonly finding: Finding; readonly index: number }[] {
  const full = fullWidth(crop, picture);
  if (widths === 'auto' || full === null) return [];
  return widths.flatMap((width, index) => {
    if (width <= full) return [];
    const message = `width ${width} is wider than the picture, ${full}; nothing is enlarged`;
    return [{ finding: { code: 'width-too-large', message } as const, index }];
  });
}

export function widthsOf(
  written: Fields['widths'] = [],
  crop: FileFields['crop'],
  picture: Size | null,
  sizes: string | null,
): readonly number[] {
  return written === 'auto'
    ? autoWidths(fullWidth(crop, picture), sizes)
    : [...new Set(written)].toSorted((a, b) => a - b);
}

/** `null`: not known before the picture is made. */
function fullWidth(crop: FileFields['crop'], picture: Size | null): number | null {
  const full = picture === null ? crop : (cropIn(crop, picture) ?? picture);
  return full !== null && 'width' in full ? full.width : null;
}

/** Whether the model is asked for a drawing and not for pixels. */
export function isDrawing({ output_format: format }: Fields): boolean {
  return format === 'svg';
}

/** Whether the model is asked for an animation. */
export function isAnimation({ output_format: format }: Fields): boolean {
  return format === 'gif';
}
