import { basename, dirname, relative, resolve } from 'node:path';
import type { Context } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { isOutside } from '../fs/is-outside.ts';
import { isThere } from '../fs/is-there.ts';
import { leadsOut } from '../fs/leads-out.ts';
import { isLfsPointer, lfsRemedy } from '../fs/lfs-pointer.ts';
import { readInside } from '../fs/read-inside.ts';
import { slashed } from '../fs/slashed.ts';
import { createAtomic } from '../fs/write-atomic.ts';
import { sha256 } from '../hash.ts';
import { hasProvenance } from '../image/provenance.ts';
import { imported, importedHash, importedRequest } from '../imported-picture.ts';
import { requestKey } from '../plan/request-key.ts';
import { judgePicture } from '../purchase/judge-picture.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import type { PictureInfo, Sha256 } from '../types.ts';
import { formatImported, type ImportedEntry } from '../manifest/format-imported.ts';
import { freeId, listPictures } from './list-pictures.ts';
import { readSidecar } from './read-sidecar.ts';
import { readProject } from './read-plan.ts';

/** What to import, and where its manifest goes. */
export interface ImportRequest {
  /** Absolute. */
  readonly folder: string;
  /** Absolute. */
  readonly manifest: string;
  /** The path of the manifests' JSON Schema, relative to the manifest, for editors. */
  readonly schema: string;
}

export interface ImportResult {
  /** The manifest that was written, relative to the root; `null`: there was nothing to import. */
  readonly manifest: string | null;
  readonly imported: readonly ImportedPicture[];
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
}

export interface ImportedPicture {
  readonly id: string;
  /** Relative to the folder. */
  readonly file: string;
  readonly sha256: Sha256;
  /** What a person still has to write: `alt` is required, and `prompt` is not. */
  readonly toWrite: readonly ('alt' | 'prompt')[];
}

/** The largest picture and the largest sidecar that are read, in bytes. */
const maxBytes = { picture: 50_000_000, sidecar: 1_000_000 } as const;

/**
 * Makes records of the pictures in a folder, as if they had been bought at no cost, and a manifest that names them. The folder is
 * read as a stranger's: links are not followed, and each file must be a picture that decodes. First the store has the bytes, then the
 * manifest is written, which never replaces a file. Pictures that the project has already are left alone. Throws `usage`.
 */
export async function importPictures(
  context: Context,
  { folder, manifest, schema }: ImportRequest,
): Promise<ImportResult> {
  const { root } = context.config;
  await refuseManifest(root, manifest);
  const store = await openStore(context);
  const { taken, known } = await namesOf(context, store);
  const pictures: ImportedPicture[] = [];
  const entries: ImportedEntry[] = [];
  const { files, skipped: odd } = await listPictures(folder);
  const skipped = [...odd];
  for (const file of files) {
    const read = await readPicture(folder, file);
    const reason = 'reason' in read ? read.reason : (known.get(read.hash) ?? null);
    if ('reason' in read || reason !== null) {
      skipped.push({ file, reason: reason ?? '' });
      continue;
    }
    const { bytes, info, hash } = read;
    known.set(hash, `it has the same bytes as ${file}`);
    const sidecar = await readSidecar(folder, file, maxBytes.sidecar);
    if (sidecar.problem !== null) skipped.push({ file: sidecar.file, reason: sidecar.problem });
    const id = freeId(file, taken);
    taken.add(id);
    await keep(store, { bytes, info, hash }, context, id, slashed(relative(root, manifest)));
    const { prompt, alt } = sidecar;
    const missing = { alt, prompt };
    entries.push({ id, file, hash, width: info.width, height: info.height, prompt, alt });
    const toWrite = (['alt', 'prompt'] as const).filter((name) => missing[name] === null);
    pictures.push({ id, file, sha256: hash, toWrite });
  }
  const isWritten = entries.length > 0;
  if (isWritten && !(await createAtomic(manifest, formatImported(entries, schema))))
    throw manifestExists(manifest);
  return {
    manifest: isWritten ? slashed(relative(root, manifest)) : null,
    imported: pictures,
    skipped,
  };
}

async function refuseManifest(root: string, manifest: string): Promise<void> {
  const name = basename(manifest);
  if (!/\.images\.ya?ml$/.test(name)) {
    const message = `${name} is not a name of a manifest: it must end in .images.yaml`;
    throw new TintypeError('usage', message);
  }
  if (isOutside(root, manifest) || (await leadsOut(root, dirname(manifest))) !== null) {
    throw new TintypeError('usage', `the manifest ${manifest} is not inside the project ${root}`);
  }
  if (isThere(manifest)) throw manifestExists(manifest);
}

function manifestExists(manifest: string): TintypeError {
  const message = `${manifest} exists, and import never changes a file; name another one with --to, such as --to more.images.yaml`;
  return new TintypeError('usage', message);
}

/**
 * The ids of the project, and its imported pictures by hash, even of entries that have a mistake, such as an alt that is not written
 * yet. A project that has no manifest is a good reason to import.
 */
async function namesOf(
  context: Context,
  store: Store,
): Promise<{ readonly taken: Set<string>; readonly known: Map<string, string> }> {
  try {
    const { manifests, jobs } = await readProject(context, store, false);
    const entries = manifests.flatMap(({ images }) => images);
    const known = entries.flatMap(({ id, fields }): [string, string][] => {
      const hash = fields.provider === imported ? importedHash(fields.provider_options) : null;
      return hash === null ? [] : [[hash, `it is imported as "${id}"`]];
    });
    return { taken: new Set([...entries, ...jobs].map(({ id }) => id)), known: new Map(known) };
  } catch (error) {
    if (error instanceof TintypeError && error.code === 'config')
      return { taken: new Set(), known: new Map() };
    throw error;
  }
}

interface ReadPicture {
  readonly bytes: Uint8Array;
  readonly info: PictureInfo;
  readonly hash: Sha256;
}

async function readPicture(
  folder: string,
  file: string,
): Promise<ReadPicture | { readonly reason: string }> {
  const read = await readInside(folder, resolve(folder, file), maxBytes.picture);
  if ('problem' in read) return { reason: read.problem };
  const { bytes } = read;
  if (isLfsPointer(bytes)) return { reason: `it ${lfsRemedy}` };
  if (hasProvenance(bytes)) return { reason: 'Tintype encoded it; its original is in a store' };
  const { info, problem } = await judgePicture(bytes, null);
  if (info === null || problem !== null) return { reason: problem ?? 'it is not a picture' };
  return { bytes, info, hash: sha256(bytes) };
}

/** A record that exists is the same picture, whose bytes may have been lost. Throws `record-damaged`. */
async function keep(
  store: Store,
  { bytes, info, hash }: ReadPicture,
  { now }: Pick<Context, 'now'>,
  id: string,
  manifest: string,
): Promise<void> {
  const request = importedRequest(hash);
  const key = requestKey(request);
  const stored = await store.find(key);
  if (stored?.kind === 'damaged') throw new TintypeError('record-damaged', stored.reason);
  if (stored?.kind === 'record') {
    if ((await store.sizeOf(stored.record)) !== bytes.byteLength)
      await store.adopt(stored.record, bytes);
    return;
  }
  await store.put({
    key,
    request,
    bytes,
    info,
    rejected: null,
    usage: null,
    costUsd: 0,
    requestId: null,
    createdAt: now(),
    boughtFor: { id, manifest },
  });
}
