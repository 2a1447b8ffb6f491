import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { didYouMean } from '../did-you-mean.ts';
import { TintypeError } from '../errors.ts';
import { parseManifest } from '../manifest/parse-manifest.ts';
import { writePick } from '../manifest/write-pick.ts';
import { readRegular } from '../fs/read-regular.ts';
import { planRead, readProject, refuseMistakes } from './read-plan.ts';
import { openStore } from '../store/open-store.ts';
import { writeAtomic } from '../fs/write-atomic.ts';
import type { Store } from '../store/store.ts';
import type { Job, Place, PlannedRequest } from '../types.ts';

export interface PickResult {
  /** The place of the image's entry. */
  readonly place: Place;
  /** `false`: the manifest had this pick already. */
  readonly isChanged: boolean;
  /** Whether the manifest had picked it before it was bought, so that the store now records that the user confirmed it. */
  readonly isConfirmed: boolean;
}

/**
 * Writes `pick: candidate` into the manifest entry of an image, and changes no other character. If the manifest had picked
 * the picture before it was bought, the store records that the user confirmed it. Throws a TintypeError `usage` if there is
 * no such image or candidate, or if a pick there would also choose for other images; `manifest` if the image may be missing
 * only because of a mistake.
 */
export async function pickCandidate(
  context: Context,
  id: string,
  candidate: number,
): Promise<PickResult> {
  const { config } = context;
  const store = await openStore(context);
  const project = await readProject(context, store, false);
  const { manifests, jobs, diagnostics } = project;
  const job = jobs.find((known) => known.id === id);
  if (job === undefined) {
    refuseMistakes(context, diagnostics);
    throw unknownImage(id, jobs);
  }
  const count = job.picture.numberOfImages;
  if (candidate < 1 || candidate > count) {
    throw new TintypeError(
      'usage',
      `"${id}" has ${count === 1 ? '1 candidate' : `${count} candidates`}, and no ${candidate}${count === 1 ? '; number_of_images asks for more' : `; pick a number from 1 to ${count}`}`,
    );
  }
  const entry = manifests
    .find(({ file }) => file === job.place.file)
    ?.images.find(
      ({ place }) => place.line === job.place.line && place.column === job.place.column,
    );
  if (entry === undefined)
    throw new Error(`${id} has no entry at ${job.place.file}:${job.place.line}`);
  // If the candidate is picked already, other images are not affected.
  if (entry.rows !== null && entry.rows.length > 1 && job.pick !== candidate) {
    throw new TintypeError(
      'usage',
      `"${id}" is one of ${entry.rows.length} images of the entry at ${at(job.place)}, and a pick there would choose for all of them; give it an entry of its own`,
    );
  }
  // If the manifest is a link, the link stays and its target is written.
  const path = await realpath(join(config.root, job.place.file));
  const isChanged = await write(path, job.place, entry.id, candidate);
  const { plan } = await planRead(context, store, project, { ids: [id], mayBuy: false });
  const picked = plan.requests.find((row) => row.id === id && row.number === candidate);
  return { place: job.place, isChanged, isConfirmed: await confirm(picked, store) };
}

/** Resolves to whether there was something to confirm: only pictures that were picked before they were bought need it. */
async function confirm(picked: PlannedRequest | undefined, store: Store): Promise<boolean> {
  if (picked?.stored?.kind !== 'record') return false;
  const { key, boughtFor } = picked.stored.record;
  if (boughtFor?.isPicked !== true || (await store.confirmedPicks()).has(key)) return false;
  await store.confirmPick(key);
  return true;
}

/** Resolves to whether something had to be written. */
async function write(
  path: string,
  place: Place,
  entryId: string,
  candidate: number,
): Promise<boolean> {
  const before = await readRegular(path);
  const written = writePick(before.toString('utf8'), entryId, candidate);
  if ('problem' in written)
    throw new TintypeError(
      'usage',
      `${at(place)}: ${written.problem}; write pick: ${candidate} there by hand`,
    );
  const after = Buffer.from(written.text);
  const expected = meaning(place.file, before, entryId, candidate);
  if (expected === null || meaning(place.file, after) !== expected)
    throw new TintypeError(
      'usage',
      `${at(place)}: pick: ${candidate} cannot be written there without changing something else, as where an anchor is shared; write it by hand`,
    );
  if (before.equals(after)) return false;
  await writeAtomic(path, after, (await stat(path)).mode);
  return true;
}

/**
 * The parsed content of a manifest as text, with another pick in one entry if one is given; `null`: it cannot be parsed.
 */
function meaning(file: string, bytes: Uint8Array, id?: string, pick?: number): string | null {
  const { manifest } = parseManifest(file, bytes);
  if (manifest === null) return null;
  return JSON.stringify([
    manifest.defaults,
    [...manifest.presets],
    manifest.images.map((entry) => ({
      ...entry,
      place: null,
      ...(entry.id === id && { pick }),
    })),
  ]);
}

function unknownImage(id: string, jobs: readonly Job[]): TintypeError {
  const ids = jobs.map((job) => job.id);
  return new TintypeError('usage', `there is no image "${id}"${didYouMean(id, ids)}`);
}

function at({ file, line }: Place): string {
  return `${file}:${line}`;
}
