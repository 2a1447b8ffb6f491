import { basename, resolve } from 'node:path';
import { TintypeError } from './errors.ts';
import { sha256 } from './hash.ts';
import { toApiPicture } from './image/to-api-picture.ts';
import type { InputPicture } from './provider/provider.ts';
import { readInside } from './read-inside.ts';
import { fetchRemote } from './fetch-remote.ts';
import type { Store } from './store/store.ts';
import type { InputFile, PlannedInput } from './types.ts';

/**
 * The bytes of an input, in a format that the API takes. They must be the ones that the key was made of; throws a
 * TintypeError `input-changed` where they are not, before anything is sent.
 */
export async function readInputPicture(input: PlannedInput, root: string, store: Store): Promise<InputPicture> {
  if (input.kind === 'original') {
    const { sha256: hash, format } = input.record.original;
    return toApiPicture(await store.read(input.record), format, `${hash.slice(0, 12)}.${format}`);
  }
  if (input.kind !== 'file') throw new Error(`an input is not known yet: ${input.kind}`);
  const { file, info } = input.file;
  const bytes = await readFileOrUrl(input.file, root);
  if (sha256(bytes) !== input.file.sha256) {
    throw new TintypeError('input-changed', `input image ${file} is not what it was when the plan was made; run again`);
  }
  return toApiPicture(bytes, info.format, basename(file));
}

async function readFileOrUrl({ file }: InputFile, root: string): Promise<Uint8Array> {
  const read = file.startsWith('https:') ? await fetchRemote(file) : await readInside(root, resolve(root, file));
  if ('problem' in read) throw new TintypeError('input-changed', `input image ${read.problem}`);
  return read.bytes;
}
