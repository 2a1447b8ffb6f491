import type { PlannedImage } from '../operations/open-images.ts';
import { inBatches, orderedText } from '../plan/in-batches.ts';

/** A stand-in that a build ships. */
export interface ShippedStandIn {
  readonly name: string;
  readonly image: PlannedImage;
}

/** The warning that stand-ins are shipped, and what to do. A watching build never buys. */
export function standInWarning(standIns: readonly ShippedStandIn[], isWatched = false): string {
  const names = standIns.map(({ name }) => name).toSorted();
  const verb = names.length === 1 ? 'is a stand-in: a drawing' : 'are stand-ins: drawings';
  const isAllThereIs = standIns.every(({ image }) => image.job.picture.provider === 'offline');
  const reason = isAllThereIs
    ? ', which is all that the provider "offline" makes. Set another in tintype.config to have them'
    : isWatched
      ? ' that are not stored. A watched build never buys: run npx tintype, then start the watcher again'
      : ' that are not stored. Run tintype where there is a key, and commit the store';
  const ordered = inBatches(standIns.map(({ image }) => image.planned));
  const inBatch = ordered.length === 0 ? '' : `. Of these, ${orderedText(ordered)}`;
  return `${names.join(', ')} ${verb} in the place of pictures${reason}${inBatch}`;
}
