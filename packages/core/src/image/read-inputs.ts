import { dirname, resolve } from 'node:path';
import { sha256 } from '../hash.ts';
import { isLfsPointer, lfsRemedy } from '../fs/lfs-pointer.ts';
import type { ProjectFiles } from '../fs/project-files.ts';
import type { InputFile, InputReference, Job, PlacedFinding } from '../types.ts';
import { inputHash } from './input-hash.ts';
import { inspectPicture, PictureError } from './inspect-picture.ts';

/** OpenAI's image guide, read 2026-11-22: each input below 50 MB. */
const maxInputBytes = 50_000_000;

/** The package's types say below 4 MB, the guide below 50 MB (2026-11-22). The smaller limit is safe everywhere. */
const maxMaskBytes = 4_000_000;

export interface ReadInputs {
  /** By reference, without unusable pictures and without URLs that have no pin. */
  readonly inputs: ReadonlyMap<InputReference, InputFile>;
  readonly problems: readonly PlacedFinding[];
}

/**
 * Hashes and decodes the input pictures of images, through `files`, each file once. Looks URLs up in `pins` and never fetches
 * them. `root` is absolute.
 */
export async function readInputs(
  root: string,
  files: ProjectFiles,
  jobs: readonly Job[],
  pins: ReadonlyMap<string, InputFile>,
): Promise<ReadInputs> {
  const inputs = new Map<InputReference, InputFile>();
  const problems: PlacedFinding[] = [];
  const byPath = new Map<string, Promise<InputFile | string>>();

  const read = async (reference: InputReference, maxBytes: number): Promise<InputFile | null> => {
    if (reference.kind === 'image') return null;
    if (reference.kind === 'url') {
      const pin = pins.get(reference.url) ?? null;
      if (pin !== null) inputs.set(reference, pin);
      return pin;
    }
    const path = resolve(root, dirname(reference.place.file), reference.path);
    // If a picture is also a mask, both limits apply.
    const name = `${path}\0${maxBytes}`;
    const reading = byPath.get(name) ?? readInput(files, path, maxBytes);
    byPath.set(name, reading);
    const input = await reading;
    if (typeof input !== 'string') {
      inputs.set(reference, input);
      return input;
    }
    problems.push({ place: reference.place, finding: { code: 'bad-input', message: input } });
    return null;
  };

  for (const { picture } of jobs) {
    const sources = [];
    for (const reference of picture.inputs) sources.push(await read(reference, maxInputBytes));
    if (picture.mask === null) continue;
    const mask = await read(picture.mask, maxMaskBytes);
    const message = mask === null ? null : maskProblem(mask, sources[0] ?? null);
    if (message !== null)
      problems.push({ place: picture.mask.place, finding: { code: 'bad-input', message } });
  }
  return { inputs, problems };
}

/** One picture, or the problem with it. */
async function readInput(
  files: ProjectFiles,
  path: string,
  maxBytes: number,
): Promise<InputFile | string> {
  const read = await files.read(path, maxBytes);
  if ('problem' in read) return `input image ${read.problem}`;
  const input = await inspectInput(read.file, read.bytes);
  return typeof input === 'string'
    ? input
    : { ...input, sha256: inputHash(read.bytes, input.info.format) };
}

/** A picture's hash and metadata, or the reason why it cannot be used. */
export async function inspectInput(file: string, bytes: Uint8Array): Promise<InputFile | string> {
  if (isLfsPointer(bytes)) return `input image ${file} ${lfsRemedy}`;
  try {
    return { file, sha256: sha256(bytes), info: await inspectPicture(bytes) };
  } catch (error) {
    if (!(error instanceof PictureError)) throw error;
    const remedy = error.code === 'undecodable' ? '; export it again, as PNG or JPEG' : '';
    return `input image ${file} cannot be used: ${error.message}${remedy}`;
  }
}

/** The API's rules for masks: PNG with alpha, as large as the first input image; read 2026-11-22. */
function maskProblem({ file, info }: InputFile, first: InputFile | null): string | null {
  if (info.format !== 'png') return `the mask ${file} is ${info.format}, but a mask must be a PNG`;
  if (!info.hasAlpha)
    return `the mask ${file} has no alpha channel; make the parts to redraw transparent`;
  if (first === null) return null;
  const hasSameSize = info.width === first.info.width && info.height === first.info.height;
  if (hasSameSize) return null;
  return `the mask ${file} is ${info.width}x${info.height}, but ${first.file} is ${first.info.width}x${first.info.height}`;
}
