import { dirname, join } from 'node:path';
import type { Context } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { readRegular } from '../fs/read-regular.ts';
import { leadsOut } from '../fs/leads-out.ts';
import { createAtomic } from '../fs/write-atomic.ts';
import { openStore } from '../store/open-store.ts';
import type { PlannedRequest, StoreRecord } from '../types.ts';
import { readPlan } from './read-plan.ts';

export interface ExportResult {
  /** The files that were written or have these bytes already, relative to the folder. */
  readonly files: readonly string[];
  readonly written: number;
  /** The pictures that could not be exported, and why. */
  readonly missing: readonly { readonly id: string; readonly reason: string }[];
}

/**
 * Copies the originals of images, byte by byte, into a folder, each with a sidecar that says what it was made from, which `tintype
 * import` reads. Never replaces a file with other bytes. `folder`: absolute; it need not exist. Throws as `readPlan`.
 */
export async function exportOriginals(
  context: Context,
  folder: string,
  ids: readonly string[] = [],
): Promise<ExportResult> {
  const store = await openStore(context);
  const { plan } = await readPlan(context, store, { ids, mayFetch: false, mayBuy: false });
  const files: string[] = [];
  const missing: { id: string; reason: string }[] = [];
  let written = 0;
  for (const planned of plan.requests) {
    const name = nameOf(planned);
    try {
      const record = recordOf(planned);
      const pictures: [string, Uint8Array | string][] = [
        [`${name}.${record.original.format}`, await store.read(record)],
        [`${name}.json`, `${JSON.stringify(sidecarOf(planned, record), null, 2)}\n`],
      ];
      for (const [file, content] of pictures) {
        if (await writeOnce(folder, file, content)) written += 1;
        files.push(file);
      }
    } catch (error) {
      if (!(error instanceof TintypeError)) throw error;
      missing.push({ id: name, reason: error.message });
    }
  }
  return { files, written, missing };
}

function nameOf({ id, candidate }: PlannedRequest): string {
  return candidate === null ? id : `${id}-${candidate}`;
}

function recordOf({ stored }: PlannedRequest): StoreRecord {
  if (stored === null) throw new TintypeError('original-missing', 'it is not in the store');
  if (stored.kind === 'damaged') throw new TintypeError('record-damaged', stored.reason);
  if (stored.record.rejected !== undefined)
    throw new TintypeError('original-rejected', stored.record.rejected);
  return stored.record;
}

function sidecarOf({ id, job }: PlannedRequest, record: StoreRecord): object {
  const { request, costUsd, provenance, original, contentCredentials = null } = record;
  return {
    id,
    prompt: request.prompt || job.picture.prompt,
    alt: job.files.alt,
    request,
    costUsd,
    createdAt: provenance.createdAt,
    sha256: original.sha256,
    contentCredentials,
  };
}

/** Resolves to whether it had to be written. */
async function writeOnce(
  folder: string,
  file: string,
  content: Uint8Array | string,
): Promise<boolean> {
  const path = join(folder, file);
  if ((await leadsOut(folder, dirname(path))) !== null)
    throw new TintypeError('output-not-ours', `${file} is reached through a symbolic link`);
  if (await createAtomic(path, content)) return true;
  const existing = await readRegular(path).catch(() => null);
  if (existing?.equals(Buffer.from(content))) return false;
  throw new TintypeError('output-not-ours', `${file} exists with other bytes, and is not replaced`);
}
