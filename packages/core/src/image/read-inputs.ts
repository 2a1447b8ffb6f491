import { dirname, resolve } from 'node:path';
import { sha256 } from '../hash.ts';
import { readInside } from '../read-inside.ts';
import type { Finding, InputFile, InputReference, Place } from '../types.ts';
import { inspectPicture, PictureError } from './inspect-picture.ts';

/** OpenAI's image guide: each input below 50 MB, png, webp or jpg; read 2026-11-22. */
export const maxInputBytes = 50_000_000;

/** The media type that goes with each format that the API takes. */
export const inputMediaTypes: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
};

export interface ReadInputs {
  /** By the reference itself; a picture that cannot be used is not among them. */
  readonly inputs: ReadonlyMap<InputReference, InputFile>;
  readonly problems: readonly { readonly place: Place; readonly finding: Finding }[];
}

/** Hashes and decodes the pictures that images work from. `root` is absolute; a file is read once. */
export async function readInputs(
  root: string,
  references: readonly InputReference[],
): Promise<ReadInputs> {
  const inputs = new Map<InputReference, InputFile>();
  const problems: { place: Place; finding: Finding }[] = [];
  const byPath = new Map<string, Promise<InputFile | string>>();
  for (const reference of references) {
    if (reference.kind !== 'file') continue;
    const path = resolve(root, dirname(reference.place.file), reference.path);
    const reading = byPath.get(path) ?? readInput(root, path);
    byPath.set(path, reading);
    const input = await reading;
    if (typeof input === 'string') {
      problems.push({ place: reference.place, finding: { code: 'bad-input', message: input } });
    } else {
      inputs.set(reference, input);
    }
  }
  return { inputs, problems };
}

/** One picture, or what is wrong with it. */
async function readInput(root: string, path: string): Promise<InputFile | string> {
  const read = await readInside(root, path, maxInputBytes);
  if ('problem' in read) return `input image ${read.problem}`;
  try {
    const info = await inspectPicture(read.bytes);
    if (!Object.hasOwn(inputMediaTypes, info.format)) {
      return `input image ${read.file} is ${info.format}; the API takes png, jpeg and webp`;
    }
    return { file: read.file, sha256: sha256(read.bytes), info };
  } catch (error) {
    if (!(error instanceof PictureError)) throw error;
    return `input image ${read.file} cannot be used: ${error.message}`;
  }
}
