import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from './context.ts';
import { didYouMean } from './did-you-mean.ts';
import { TintypeError } from './errors.ts';
import { parseManifest } from './manifest/parse-manifest.ts';
import { writePick } from './manifest/write-pick.ts';
import { readProject } from './read-plan.ts';
import { fileStore } from './store/file-store.ts';
import { writeAtomic } from './store/write-atomic.ts';
import type { Job, Place } from './types.ts';

/**
 * Writes `pick: candidate` into the manifest entry of an image, every other character as it was. Returns where the entry
 * is. Throws a TintypeError `usage` where there is no such image or candidate, or where the entry makes several images.
 */
export async function pickCandidate(
  context: Context,
  id: string,
  candidate: number,
): Promise<Place> {
  const { config } = context;
  const { manifests, jobs } = await readProject(context, fileStore(config.storeDir), false);
  const job = jobs.find((known) => known.id === id);
  if (job === undefined) throw unknownImage(id, jobs);
  const count = job.picture.numberOfImages;
  if (candidate < 1 || candidate > count) {
    throw new TintypeError(
      'usage',
      `"${id}" has ${count} ${count === 1 ? 'candidate' : 'candidates'}, and no ${candidate}`,
    );
  }
  const entry = manifests
    .find(({ file }) => file === job.place.file)
    ?.images.find(
      ({ place }) => place.line === job.place.line && place.column === job.place.column,
    );
  if (entry === undefined)
    throw new Error(`${id} has no entry at ${job.place.file}:${job.place.line}`);
  if (entry.rows !== null && entry.rows.length > 1) {
    throw new TintypeError(
      'usage',
      `"${id}" is one of ${entry.rows.length} images of the entry at ${at(job.place)}, and a pick there would choose for all of them; give it an entry of its own`,
    );
  }
  await write(join(config.root, job.place.file), job.place, entry.id, candidate);
  return job.place;
}

async function write(
  path: string,
  place: Place,
  entryId: string,
  candidate: number,
): Promise<void> {
  const before = await readFile(path);
  const written = writePick(before.toString('utf8'), entryId, candidate);
  if ('problem' in written)
    throw new TintypeError(
      'usage',
      `${at(place)}: ${written.problem}; write pick: ${candidate} there by hand`,
    );
  const after = Buffer.from(written.text);
  const { manifest } = parseManifest(place.file, after);
  const isRight =
    manifest?.images.some(({ id, pick }) => id === entryId && pick === candidate) === true;
  if (!isRight)
    throw new TintypeError(
      'usage',
      `${at(place)}: pick: ${candidate} could not be written; write it by hand`,
    );
  if (!before.equals(after)) await writeAtomic(path, after);
}

function unknownImage(id: string, jobs: readonly Job[]): TintypeError {
  const ids = jobs.map((job) => job.id);
  return new TintypeError('usage', `there is no image "${id}"${didYouMean(id, ids)}`);
}

function at({ file, line }: Place): string {
  return `${file}:${line}`;
}
