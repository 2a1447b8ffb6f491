import { type Fields, forms, isVector, type SourceFields } from '../fields.ts';
import type { CroppedSource, FileFields, Finding, ImageSource, Job } from '../types.ts';
import type { Draft } from './draft.ts';
import { cropOf, cropProblem, widthProblems, widthsOf } from './file-fields.ts';
import type { Size } from './picture-size.ts';

/** What is shown in place of an image where a media query matches. `picture` is `null` for size auto. */
export function sourcesOf(draft: Draft, files: FileFields, picture: Size | null): Job['sources'] {
  const { fields, find, placeOf } = draft;
  const written = fields.sources ?? [];
  const crops = new Map<string, number>();
  return written.flatMap((source, index): (CroppedSource | ImageSource)[] => {
    const report = (code: Finding['code'], message: string) => {
      find('sources', { code, message }, index);
    };
    const place = placeOf('sources', index);
    const { media } = source;
    const earlier = written.findIndex((other) => other.media === media);
    if (earlier < index) {
      report(
        'conflict',
        `sources[${earlier}] has the same media query, so this one is never shown`,
      );
    }
    if ((source.crop === undefined) === (source.image === undefined)) {
      const problem =
        source.crop === undefined ? 'needs crop or image' : 'has crop and image; keep one';
      report('conflict', `sources[${index}] ${problem}`);
      return [];
    }
    if (source.image !== undefined) {
      const own = (['widths', 'sizes'] as const).find((name) => source[name] !== undefined);
      if (own !== undefined) {
        report('conflict', `"${source.image}" has its own ${own}; set them there`);
      }
      return [{ media, place, image: source.image }];
    }
    if (typeof source.crop === 'string' && !forms.crop.pattern.test(source.crop)) {
      report('bad-format', `crop must be ${forms.crop.is}, not "${source.crop}"`);
      return [];
    }
    const cropped = croppedFiles(source, files, fields.widths, picture);
    const suffix = suffixOf(cropped.crop);
    const same = crops.get(suffix);
    if (same !== undefined) {
      report('conflict', `sources[${same}] has the same crop, so both would have the same files`);
    }
    crops.set(suffix, index);
    if (files.formats.some(({ format }) => isVector(format))) {
      report('conflict', 'an svg file is not cropped; remove crop, or svg from formats');
    }
    for (const finding of [
      cropProblem(cropped.crop, picture),
      ...widthProblems(source.widths, cropped.crop, picture).map((problem) => problem.finding),
    ]) {
      if (finding !== null) report(finding.code, `sources[${index}]: ${finding.message}`);
    }
    return [{ media, place, image: null, suffix, files: cropped }];
  });
}

function croppedFiles(
  source: SourceFields,
  files: FileFields,
  widths: Fields['widths'],
  picture: Size | null,
): FileFields {
  const crop = cropOf(source.crop);
  const sizes = source.sizes ?? files.sizes;
  return {
    ...files,
    crop,
    widths: widthsOf(source.widths ?? widths, crop, picture, sizes),
    sizes,
    // A page shows the one of the whole picture, because only the browser knows which source it takes.
    placeholder: 'none',
  };
}

/** In the names of files: `3x4`, `600x800`, and `10-20_5-50-60` for an area. */
function suffixOf(crop: FileFields['crop']): string {
  if (crop === null) return '';
  if ('area' in crop) return crop.area.join('-').replaceAll('.', '_');
  return 'ratio' in crop ? crop.ratio.replace(':', 'x') : `${crop.width}x${crop.height}`;
}
