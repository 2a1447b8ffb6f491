import { TintypeError } from '../errors.ts';
import { sha256 } from '../hash.ts';
import { isFurther } from '../is-further.ts';
import type { Store } from '../store/store.ts';
import type { StoreRecord } from '../types.ts';
import { openBatchesIn } from '../purchase/open-batches-in.ts';

/**
 * Copies everything that was paid for from the store of another machine: records with their bytes, open batches, open attempts,
 * answers that are not recorded, refusals; and what `https:` inputs are. Resolves to how many purchases are new.
 *
 * Checks the other store as if it came with a clone: a record must belong to its key, and bytes must have the hash of their
 * record. Replaces nothing in this store. A second purchase of one request is kept beside the first. Rejects with
 * `original-missing`, `original-damaged` or `store-not-writable`; what was copied before stays, and calling this again
 * continues. Rejects with `record-damaged` after all else is copied: it names a picture that was paid for and is not here.
 */
export async function adoptPurchases(theirs: Store, ours: Store): Promise<number> {
  const known = new Set((await ours.purchases()).map(identityOf));
  let adopted = 0;
  for (const record of await theirs.purchases()) {
    if (known.has(identityOf(record))) continue;
    // A shard that shares its originals has uploaded them to the remote.
    const isElsewhere = ours.remote !== null && (await theirs.sizeOf(record)) === null;
    await ours.adopt(record, isElsewhere ? null : await theirs.read(record));
    known.add(identityOf(record));
    adopted++;
  }

  for (const batch of openBatchesIn(await theirs.batches())) {
    // A remote that both share may know that it is over, or have a newer note, which an old one must not replace.
    if ((await ours.remote?.readBatch(batch)) === true) continue;
    const own = openBatchesIn(await ours.batches()).find(({ name }) => name === batch.name);
    if (own === undefined || isFurther(batch, own)) await ours.noteBatch(batch);
  }

  for (const [key, { note, isReceived, batch }] of await theirs.attempts()) {
    const bytes = isReceived ? await theirs.received(key) : null;
    const isRecorded = bytes !== null && known.has(`${key} ${sha256(bytes)}`);
    const own = await ours.attempt(key);
    if (
      note !== null &&
      batch === undefined &&
      own === null &&
      !isRecorded &&
      (await ours.find(key)) === null
    )
      await ours.noteAttempt(note);
    if (bytes === null || isRecorded) continue;
    const received = await ours.received(key);
    if (received === null || sha256(received) !== sha256(bytes)) await ours.receive(key, bytes);
  }

  for (const entry of (await theirs.refusals()).values())
    if (entry.kind === 'refusal') await ours.refuse(entry.refusal);
  const pins = await ours.pins();
  for (const [url, input] of await theirs.pins()) if (!pins.has(url)) await ours.pin(input);
  const damaged = await damagedIn(theirs, ours);
  if (damaged !== null) throw new TintypeError('record-damaged', damaged);
  return adopted;
}

/** Which record of the other store cannot be read and is not here either; `null`: none. */
async function damagedIn(theirs: Store, ours: Store): Promise<string | null> {
  for (const { path, key, stored } of (await theirs.list()).records) {
    if (stored.kind !== 'damaged' || (await ours.find(key)) !== null) continue;
    return `${theirs.shownPath(path)} cannot be read, so its picture, which was paid for, is not merged; copy that store again, or run tintype verify where it comes from. All others are merged`;
  }
  return null;
}

/** Identifies a purchase. Two purchases of the same request have different bytes. */
function identityOf({ key, original }: StoreRecord): string {
  return `${key} ${original.sha256}`;
}
