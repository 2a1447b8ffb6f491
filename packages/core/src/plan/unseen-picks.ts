import type { Key, PlacedFinding, Plan, PlannedRequest, StoreRecord } from '../types.ts';

/** What the store says about pictures and picks. */
interface Known {
  readonly purchases: readonly StoreRecord[];
  /** The pictures that a person picked again. */
  readonly confirmed: ReadonlySet<Key>;
}

/**
 * The picked ones of several candidates whose pictures were not there to be looked at when they were picked: the image
 * was bought with another request before, as with another prompt, and the picture of today is not bought yet, or was
 * bought when the manifest had picked it already. A pick that was there from the start is meant as it is.
 */
export function unseenPicks({ requests }: Plan, known: Known): ReadonlySet<PlannedRequest> {
  const picked = requests.filter(isPicked);
  if (picked.length === 0) return new Set();
  const today = new Set(requests.map(({ key }) => key));
  const earlier = known.purchases.filter(({ key }) => !today.has(key));
  const changed = new Set(earlier.flatMap(({ boughtFor }) => (boughtFor ? nameOf(boughtFor) : [])));
  return new Set(
    picked.filter((row) => changed.has(nameOf(row)) && isUnseen(row, known.confirmed)),
  );
}

/** A warning for each of them. */
export function findUnseenPicks(plan: Plan, known: Known): PlacedFinding[] {
  return [...unseenPicks(plan, known)].map(({ id, number, job, stored }) => {
    const before = `"${id}" has pick: ${number} since before candidate ${number} was bought`;
    const message =
      stored === null
        ? `${before}, so that a picture that was never looked at will be delivered. To choose first, remove the pick, buy the candidates, compare them with tintype sheet, and run tintype pick ${id} <number>`
        : `${before}, so that a picture that was never looked at is delivered. Compare the candidates with tintype sheet, then run tintype pick ${id} <number>; tintype pick ${id} ${number} keeps this one`;
    const finding = { severity: 'warning', code: 'pick-unseen', message } as const;
    return { place: job.pickPlace ?? job.place, finding };
  });
}

function isPicked({ job, number, isFree, refusal }: PlannedRequest): boolean {
  const isOneOfSeveral = job.pick === number && job.picture.numberOfImages > 1;
  return isOneOfSeveral && !isFree && refusal === null;
}

function isUnseen(row: PlannedRequest, confirmed: ReadonlySet<Key>): boolean {
  const { stored } = row;
  if (stored === null) return true;
  if (stored.kind === 'damaged' || stored.record.rejected !== undefined) return false;
  const { key, boughtFor } = stored.record;
  if (boughtFor?.isPicked !== true || confirmed.has(key)) return false;
  // Bought for another image, it may have been there before this one picked it.
  return nameOf(boughtFor) === nameOf(row);
}

function nameOf({ id, manifest }: { readonly id: string; readonly manifest: string }): string {
  return JSON.stringify([manifest, id]);
}
