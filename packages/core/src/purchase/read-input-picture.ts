import { basename, resolve } from 'node:path';
import { type Context, fetchInput } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { sha256 } from '../hash.ts';
import { inputHash } from '../image/input-hash.ts';
import { toApiPicture } from '../image/to-api-picture.ts';
import type { InputPicture } from '../provider/provider.ts';
import { readInside } from '../fs/read-inside.ts';
import type { Store } from '../store/store.ts';
import type { InputFile, PlannedInput } from '../types.ts';

/**
 * The bytes of an input, in a format that the API takes. If they are not the bytes that the key was made from, throws a
 * TintypeError `input-changed` before anything is sent.
 */
export async function readInputPicture(
  input: PlannedInput,
  context: Pick<Context, 'config' | 'fetchInput'>,
  store: Store,
): Promise<InputPicture> {
  if (input.kind === 'original') {
    const { sha256: hash, format } = input.record.original;
    return toApiPicture(await store.read(input.record), format, `${hash.slice(0, 12)}.${format}`);
  }
  if (input.kind !== 'file') throw new Error(`an input is not known yet: ${input.kind}`);
  const { file, info } = input.file;
  const bytes = await readFileOrUrl(input.file, context);
  const hash = isUrl(file) ? sha256(bytes) : inputHash(bytes, info.format);
  if (hash !== input.file.sha256) throw changed(file);
  return toApiPicture(bytes, info.format, basename(isUrl(file) ? new URL(file).pathname : file));
}

async function readFileOrUrl(
  { file }: InputFile,
  context: Pick<Context, 'config' | 'fetchInput'>,
): Promise<Uint8Array> {
  const { root } = context.config;
  const read = isUrl(file)
    ? await fetchInput(context, file)
    : await readInside(root, resolve(root, file));
  if ('problem' in read) throw new TintypeError('input-changed', `input image ${read.problem}`);
  return read.bytes;
}

function isUrl(file: string): boolean {
  return file.startsWith('https:');
}

function changed(file: string): TintypeError {
  const remedy = isUrl(file)
    ? 'is not what it was when it was first fetched; save the picture that you mean in the project and name that'
    : 'is not what it was when the plan was made; run again';
  return new TintypeError('input-changed', `input image ${file} ${remedy}`);
}
