import type { PlacedFinding, Plan, PlannedInput, PlannedRequest } from '../types.ts';
import { parseSize, type Size } from './picture-size.ts';

/**
 * Finds masks and markup that do not have the size of the picture that they lie on. A picture that is not bought yet will have the size
 * that its image requests.
 */
export function checkOverlays({ requests }: Plan): PlacedFinding[] {
  const rows = new Map(requests.map((row) => [`${row.id}@${row.number}`, row]));
  return requests.flatMap((row) => {
    const { overlay } = row.job.picture;
    const [first] = row.inputs;
    const upstream = first?.kind === 'upstream' ? rows.get(`${first.id}@${first.number}`) : null;
    const size = upstream ? parseSize(upstream.job.picture.size) : null;
    const message = overlayProblem(row, first, size);
    if (overlay === null || row.status === 'stored' || message === null) return [];
    return [{ place: overlay.reference.place, finding: { code: 'bad-input', message } as const }];
  });
}

/** What is wrong with the size of an overlay; `null`: nothing, or it is not known. `expected`: the size of an input without one. */
export function overlayProblem(
  { job: { picture }, overlay }: Pick<PlannedRequest, 'job' | 'overlay'>,
  first: PlannedInput | undefined,
  expected: Size | null = null,
): string | null {
  if (overlay?.kind !== 'file' || first === undefined || picture.overlay === null) return null;
  const size = sizeOf(first) ?? expected;
  const { file, info } = overlay.file;
  if (size === null || (info.width === size.width && info.height === size.height)) return null;
  return `the ${picture.overlay.field} ${file} is ${info.width}x${info.height}, but ${nameOf(first)} is ${size.width}x${size.height}`;
}

function sizeOf(input: PlannedInput): Size | null {
  if (input.kind === 'file') return input.file.info;
  return input.kind === 'original' ? input.record.original : null;
}

function nameOf(input: PlannedInput): string {
  switch (input.kind) {
    case 'file':
      return input.file.file;
    case 'original':
      return `"${input.record.boughtFor?.id ?? 'its first input'}"`;
    case 'upstream':
      return `"${input.id}"`;
    case 'unfetched':
      return input.url;
  }
}
