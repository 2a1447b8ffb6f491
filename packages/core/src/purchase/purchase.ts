import { report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import type { Claim } from '../process/claim-file.ts';
import type { Attempt, Key, ResolvedRequest, StoreRecord } from '../types.ts';
import { buyNow } from './buy-now.ts';
import { isSameCall } from './current-order.ts';
import { ClaimLostError, interrupted } from './failures.ts';
import type { PurchaseContext } from './purchase-context.ts';
import type { Place } from './queue.ts';
import { settleAttempt } from './settle-attempt.ts';

/**
 * Gets the record of a picture that has to be bought: takes a place, claims the key, and buys what neither another process
 * nor an earlier run has bought meanwhile. Throws a TintypeError.
 */
export async function purchase(
  wanted: ResolvedRequest,
  context: PurchaseContext,
): Promise<StoreRecord> {
  const { store, queue } = context;
  const place = await queue.enter();
  try {
    for (let unsent: Attempt | null = null; ;) {
      const claim = await claimKey(wanted, place, context);
      try {
        const stored = await store.find(wanted.key);
        if (stored?.kind === 'damaged') throw new TintypeError('record-damaged', stored.reason);
        if (stored !== null) {
          if (unsent !== null) await store.clearAttempt(wanted.key);
          return stored.record;
        }
        const settled = await settleAttempt(wanted, unsent, context);
        if (settled !== null) return settled;
        const mayLeave = (noted: Attempt | null) => isStillOurs(wanted.key, claim, noted, context);
        return await buyNow(wanted, mayLeave, context);
      } catch (error) {
        if (!(error instanceof ClaimLostError)) throw error;
        unsent = error.unsent ?? unsent;
      } finally {
        await claim.release();
      }
    }
  } finally {
    place.leave();
  }
}

/** The right to buy a picture. While another process has it, the place is lent to other purchases. */
async function claimKey(
  wanted: ResolvedRequest,
  place: Place,
  { run, store, stop }: PurchaseContext,
): Promise<Claim> {
  const { key, name } = wanted;
  let [saidMs, waitedMs] = [0, 0];
  const onWait = (ms: number): void => {
    place.lend();
    waitedMs = ms;
    if (ms < Math.max(2 * saidMs, soonMs)) return;
    saidMs = ms;
    report(run, { type: 'waiting', ...name, key, ms: Math.round(ms) });
  };
  try {
    const claim = await store.claim(key, run.signal, onWait);
    await place.takeBack();
    if (claim !== null) return claim;
  } catch (error) {
    throw stop.onFailure(error);
  } finally {
    if (saidMs > 0) report(run, { type: 'waited', ...name, key, ms: Math.round(waitedMs) });
  }
  throw interrupted();
}

/** A shorter wait is not reported. */
const soonMs = 2000;

/** Whether nothing has happened to a key while this process waited or was suspended. The claim is looked at last. */
async function isStillOurs(
  key: Key,
  claim: Claim,
  noted: Attempt | null,
  { store }: PurchaseContext,
): Promise<boolean> {
  if ((await store.find(key)) !== null) return false;
  const open = noted === null ? null : await store.attempt(key);
  // A note that cannot be read back is not another process's.
  const isNoted = noted === null || (open !== null && isSameCall(open.note ?? noted, noted));
  return isNoted && (await claim.isOurs());
}
