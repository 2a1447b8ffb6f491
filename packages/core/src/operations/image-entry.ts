import { didYouMean } from '../did-you-mean.ts';
import { TintypeError } from '../errors.ts';
import type { ImageEntry, Job, Manifest, Place } from '../types.ts';
import type { ReadProject } from './read-plan.ts';

/** The job of an image, and the manifest and entry that it comes from. Throws `usage` if there is no such image. */
export function imageEntry(
  { manifests, jobs }: Pick<ReadProject, 'manifests' | 'jobs'>,
  id: string,
): { readonly job: Job; readonly manifest: Manifest; readonly entry: ImageEntry } {
  const job = jobs.find((known) => known.id === id);
  if (job === undefined) {
    const ids = jobs.map((known) => known.id);
    throw new TintypeError('usage', `there is no image "${id}"${didYouMean(id, ids)}`);
  }
  const manifest = manifests.find(({ file }) => file === job.place.file);
  const entry = manifest?.images.find(({ place }) => isSame(place, job.place));
  if (manifest === undefined || entry === undefined)
    throw new Error(`${id} has no entry at ${job.place.file}:${job.place.line}`);
  return { job, manifest, entry };
}

function isSame(a: Place, b: Place): boolean {
  return a.line === b.line && a.column === b.column;
}
