import { type Fields, forms, isVector, type SourceFields } from '../fields.ts';
import type { CroppedSource, FileFields, Finding, ImageSource, Job } from '../types.ts';
import type { Draft } from './draft.ts';
import { cropOf, cropProblem, widthProblems, widthsOf } from './file-fields.ts';
import type { Size } from './picture-size.ts';

/** What is shown in place of an image where a media query matches. `picture` is `null` for size auto. */
export function sourcesOf(draft: Draft, files: FileFields, picture: Size | null): Job['sources'] {
  const { fields, find, placeOf } = draft;
  const written = fields.sources ?? [];
  const bySuffix = new Map<string, number>();
  return written.flatMap((source, index): (CroppedSource | ImageSource)[] => {
    const report = (...findings: readonly (Finding | null)[]) => {
      for (const finding of findings) if (finding !== null) find('sources', finding, index);
    };
    const { media, image } = source;
    const place = placeOf('sources', index);
    report(mediaProblem(written, index));
    const problem = formProblem(source, index);
    report(problem);
    if (problem !== null) return [];
    if (image !== undefined) {
      report(ownFieldProblem(source, image));
      return [{ media, place, image }];
    }
    const cropped = croppedFiles(source, files, fields.widths, picture);
    const suffix = suffixOf(cropped.crop);
    report(suffixProblem(bySuffix.get(suffix)), ...cropFindings(source, index, cropped, picture));
    bySuffix.set(suffix, index);
    return [{ media, place, image: null, suffix, files: cropped }];
  });
}

function mediaProblem(written: readonly SourceFields[], index: number): Finding | null {
  const earlier = written.findIndex(({ media }) => media === written[index]!.media);
  if (earlier === index) return null;
  return conflict(`sources[${earlier}] has the same media query, so this one is never shown`);
}

/** A source with this problem cannot be shown at all. */
function formProblem({ crop, image }: SourceFields, index: number): Finding | null {
  if (crop === undefined && image === undefined)
    return conflict(`sources[${index}] needs crop or image`);
  if (crop !== undefined && image !== undefined)
    return conflict(`sources[${index}] has crop and image; keep one`);
  if (typeof crop !== 'string' || forms.crop.pattern.test(crop)) return null;
  return { code: 'bad-format', message: `crop must be ${forms.crop.is}, not "${crop}"` };
}

function ownFieldProblem(source: SourceFields, image: string): Finding | null {
  const own = (['widths', 'sizes'] as const).find((name) => source[name] !== undefined);
  return own === undefined ? null : conflict(`"${image}" has its own ${own}; set them there`);
}

/** `same`: an earlier source whose files have the same names. */
function suffixProblem(same: number | undefined): Finding | null {
  if (same === undefined) return null;
  return conflict(`sources[${same}] has the same crop, so both would have the same files`);
}

function cropFindings(
  { widths }: SourceFields,
  index: number,
  { crop, formats }: FileFields,
  picture: Size | null,
): Finding[] {
  const findings = [
    cropProblem(crop, picture),
    ...widthProblems(widths, crop, picture).map((problem) => problem.finding),
  ].filter((finding) => finding !== null);
  return [
    ...(formats.some(({ format }) => isVector(format))
      ? [conflict('an svg file is not cropped; remove crop, or svg from formats')]
      : []),
    ...findings.map(({ code, message }) => ({ code, message: `sources[${index}]: ${message}` })),
  ];
}

function conflict(message: string): Finding {
  return { code: 'conflict', message };
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
