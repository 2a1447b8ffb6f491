import { dirname, resolve } from 'node:path';
import { sha256 } from '../hash.ts';
import { isLfsPointer, lfsRemedy } from '../fs/lfs-pointer.ts';
import type { ProjectFiles } from '../fs/project-files.ts';
import type { InputFile, InputReference, Job, Overlay, PlacedFinding } from '../types.ts';
import { inputHash } from './input-hash.ts';
import { inspectPicture, PictureError } from './inspect-picture.ts';
import { decodePicture, hasAlpha, isInvisible } from './raw-picture.ts';

/**
 * OpenAI's image guide, read 2026-11-22: each picture below 50 MB. About masks the package's types say below 4 MB, which is safe
 * everywhere; they have no limit for markup.
 */
const maxBytes = { input: 50_000_000, mask: 4_000_000, markup: 50_000_000 } as const;

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

  const refuse = (reference: InputReference, message: string): void => {
    problems.push({ place: reference.place, finding: { code: 'bad-input', message } });
  };
  const readFile = async (
    reference: Extract<InputReference, { kind: 'file' }>,
    field: Overlay['field'] | 'input',
  ): Promise<void> => {
    const path = resolve(root, dirname(reference.place.file), reference.path);
    // A picture may be an input and a mask. Then the rules of both apply.
    const name = `${path}\0${field}`;
    const reading = byPath.get(name) ?? readInput(files, path, field);
    byPath.set(name, reading);
    const input = await reading;
    if (typeof input === 'string') refuse(reference, input);
    else inputs.set(reference, input);
  };

  for (const { picture } of jobs) {
    for (const reference of picture.inputs) {
      const pin = reference.kind === 'url' ? pins.get(reference.url) : undefined;
      if (pin !== undefined) inputs.set(reference, pin);
      if (reference.kind === 'file') await readFile(reference, 'input');
    }
    if (picture.overlay !== null) await readFile(picture.overlay.reference, picture.overlay.field);
  }
  return { inputs, problems };
}

/** One picture, or the problem with it. */
async function readInput(
  files: ProjectFiles,
  path: string,
  field: Overlay['field'] | 'input',
): Promise<InputFile | string> {
  const read = await files.read(path, maxBytes[field]);
  if ('problem' in read) return `input image ${read.problem}`;
  const input = await inspectInput(read.file, read.bytes);
  if (typeof input === 'string') return input;
  const problem = field === 'input' ? null : await overlayProblem(field, input, read.bytes);
  return problem ?? { ...input, sha256: inputHash(read.bytes, input.info.format) };
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

/** The API's rules for overlays (`openai` 7.57.0, 2026-11-22), without that for their size, which needs the first input. */
async function overlayProblem(
  field: Overlay['field'],
  { file, info }: InputFile,
  bytes: Uint8Array,
): Promise<string | null> {
  const subject = `the ${field} ${file}`;
  if (info.format !== 'png')
    return `${subject} is ${info.format}, but ${field === 'mask' ? 'a mask' : field} must be a PNG`;
  const remedy =
    field === 'mask' ? 'make the parts to redraw transparent' : 'draw on a transparent picture';
  if (!info.hasAlpha) return `${subject} has no alpha channel; ${remedy}`;
  const picture = await decodePicture(bytes);
  if (!hasAlpha(picture)) return `${subject} has no transparent pixel; ${remedy}`;
  if (field === 'markup' && isInvisible(picture)) return `${subject} is empty; draw on it`;
  return null;
}
