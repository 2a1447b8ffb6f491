import { cropIn } from '../crop-in.ts';
import { TintypeError } from '../errors.ts';
import { isVector, moves } from '../fields.ts';
import { fileName, stillFormat, stillName } from '../file-names.ts';
import type { FileFields, FormatSpec, Source, VariantSpec } from '../types.ts';

/**
 * The files of a picture, in the order of the formats and then of the widths, the full size last. A width above the full size
 * is left out, because pictures are never enlarged. A vector format has one file, which serves every width. A picture that moves
 * also gets its first frame as WebP, at each width, before all others. A crop that is larger than the picture is an error.
 */
export function resolveVariants(
  name: string,
  files: FileFields,
  picture: Pick<Source, 'width' | 'height' | 'frames'>,
): VariantSpec[] {
  const crop = cropIn(files.crop, picture);
  if (crop !== null && (crop.width > picture.width || crop.height > picture.height)) {
    throw new TintypeError(
      'encode',
      `${name}: the crop ${crop.width}x${crop.height} is larger than the picture, which is ` +
        `${picture.width}x${picture.height}. Make the crop smaller or ask for a larger picture.`,
    );
  }
  const full = crop ?? picture;
  const filesOf = (name: string, spec: FormatSpec): VariantSpec[] => [
    ...(isVector(spec.format) ? [] : files.widths)
      .filter((width) => width <= full.width)
      .map((width) => ({
        ...spec,
        file: fileName(name, spec.format, width),
        width,
        height: Math.max(1, Math.round((full.height * width) / full.width)),
        crop,
      })),
    {
      ...spec,
      file: fileName(name, spec.format),
      width: full.width,
      height: full.height,
      crop,
    },
  ];
  const moving = files.formats.find(({ format }) => moves(format));
  const stills =
    (picture.frames ?? 1) === 1 || moving === undefined
      ? []
      : filesOf(stillName(name), {
          format: stillFormat,
          compression: moving.compression,
          ...(moving.lossless && { lossless: moving.lossless }),
        });
  return [
    ...stills.map((spec) => ({ ...spec, isStill: true as const })),
    ...files.formats.flatMap((spec) => filesOf(name, spec)),
  ];
}
