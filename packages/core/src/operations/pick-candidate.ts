import { join } from 'node:path';
import type { Context } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { editText } from '../manifest/edit-text.ts';
import { writeValue } from '../manifest/write-value.ts';
import { imageEntry } from './image-entry.ts';
import { type EditedFile, isChange, rewriteFile } from './rewrite-file.ts';
import { readRegular } from '../fs/read-regular.ts';
import { planRead, readProject, refuseMistakes } from './read-plan.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import type { Place, PlannedRequest } from '../types.ts';

export interface PickResult {
  /** The place of the image's entry. */
  readonly place: Place;
  /** `false`: the manifest had this pick already. */
  readonly isChanged: boolean;
  /** Whether the manifest had picked it before it was bought, so that the store now records that the user confirmed it. */
  readonly isConfirmed: boolean;
  /** The manifest's bytes before and after. */
  readonly edited: EditedFile;
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
  const { jobs, diagnostics } = project;
  if (!jobs.some((known) => known.id === id)) refuseMistakes(context, diagnostics);
  const { job, entry } = imageEntry(project, id);
  const count = job.picture.numberOfImages;
  if (candidate < 1 || candidate > count) {
    throw new TintypeError(
      'usage',
      `"${id}" has ${count === 1 ? '1 candidate' : `${count} candidates`}, and no ${candidate}${count === 1 ? '; number_of_images asks for more' : `; pick a number from 1 to ${count}`}`,
    );
  }
  // If the candidate is picked already, other images are not affected.
  if (entry.rows !== null && entry.rows.length > 1 && job.pick !== candidate) {
    throw new TintypeError(
      'usage',
      `"${id}" is one of ${entry.rows.length} images of the entry at ${at(job.place)}, and a pick there would choose for all of them; give it an entry of its own`,
    );
  }
  const edited = await write(config.root, job.place, entry.id, candidate);
  const { plan } = await planRead(context, store, project, { ids: [id], mayBuy: false });
  const picked = plan.requests.find((row) => row.id === id && row.number === candidate);
  return {
    place: job.place,
    isChanged: isChange(edited),
    isConfirmed: await confirm(picked, store),
    edited,
  };
}

/** Resolves to whether there was something to confirm: only pictures that were picked before they were bought need it. */
async function confirm(picked: PlannedRequest | undefined, store: Store): Promise<boolean> {
  if (picked?.stored?.kind !== 'record') return false;
  const { key, boughtFor } = picked.stored.record;
  if (boughtFor?.isPicked !== true || (await store.confirmedPicks()).has(key)) return false;
  await store.confirmPick(key);
  return true;
}

async function write(
  root: string,
  place: Place,
  entryId: string,
  candidate: number,
): Promise<EditedFile> {
  const { file } = place;
  const before = await readRegular(join(root, file));
  const written = editText(before, (text) =>
    writeValue(text, ['images', entryId, 'pick'], candidate),
  );
  const byHand = `write pick: ${candidate} there by hand`;
  if ('problem' in written)
    throw new TintypeError('usage', `${at(place)}: ${written.problem}; ${byHand}`);
  const edited = { file, before, after: written.bytes };
  if ((await rewriteFile(root, edited)) !== null)
    throw new TintypeError('usage', `${file} is being changed by another program; try again`);
  return edited;
}

function at({ file, line }: Place): string {
  return `${file}:${line}`;
}
