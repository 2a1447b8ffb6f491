import type { Key, PlacedFinding, Plan, PlannedRequest, StoreRecord } from '../types.ts';

/** What the store knows about pictures and picks. */
interface PickHistory {
  readonly purchases: readonly StoreRecord[];
  /** The pictures that a person picked again. */
  readonly confirmed: ReadonlySet<Key>;
}

/**
 * The picked candidates that nobody can have looked at. Such an image was bought with another request before (for example
 * with another prompt), and its present picture is not bought yet, or was bought when the manifest had already picked it.
 * If the manifest had the pick from the start, it counts as intended.
 */
export function unseenPicks({ requests }: Plan, history: PickHistory): ReadonlySet<PlannedRequest> {
  const picked = requests.filter(isPicked);
  if (picked.length === 0) return new Set();
  const current = new Set(requests.map(({ key }) => key));
  const earlier = history.purchases.filter(({ key }) => !current.has(key));
  const changed = new Set(earlier.flatMap(({ boughtFor }) => (boughtFor ? nameOf(boughtFor) : [])));
  return new Set(
    picked.filter((row) => changed.has(nameOf(row)) && isUnseen(row, history.confirmed)),
  );
}

/** A warning for each unseen pick. */
export function findUnseenPicks(plan: Plan, history: PickHistory): PlacedFinding[] {
  return [...unseenPicks(plan, history)].map(({ id, number, job, stored }) => {
    const before = `"${id}" had pick: ${number} before candidate ${number} was bought`;
    const message =
      stored === null
        ? `${before}, so a picture that nobody has looked at will be delivered. To choose first, remove the pick, buy the candidates, compare them with tintype sheet, and run tintype pick ${id} <number>`
        : `${before}, so a picture that nobody has looked at is delivered. Compare the candidates with tintype sheet, then run tintype pick ${id} <number>; tintype pick ${id} ${number} keeps this one`;
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
  // A picture that was bought for another image may be older than this image's pick.
  return nameOf(boughtFor) === nameOf(row);
}

function nameOf({ id, manifest }: { readonly id: string; readonly manifest: string }): string {
  return JSON.stringify([manifest, id]);
}
