import { report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import type { Claim } from '../process/claim-file.ts';
import type { Attempt, Key, ResolvedRequest, StoreRecord } from '../types.ts';
import { buyNow } from './buy-now.ts';
import { isSameCall } from './current-order.ts';
import { ClaimLostError, interrupted } from './failures.ts';
import type { PurchaseContext } from './purchase-context.ts';
import type { Slot } from './queue.ts';
import { settleAttempt } from './settle-attempt.ts';

/**
 * Returns the record of a picture that has to be bought. Takes a slot, claims the key, and buys the picture unless another
 * process or an earlier run has bought it. Throws a TintypeError.
 */
export async function purchase(
  resolved: ResolvedRequest,
  context: PurchaseContext,
): Promise<StoreRecord> {
  const { store, queue } = context;
  const slot = await queue.enter();
  try {
    for (let unsent: Attempt | null = null; ;) {
      const claim = await claimKey(resolved, slot, context);
      try {
        const stored = await store.find(resolved.key);
        if (stored?.kind === 'damaged') throw new TintypeError('record-damaged', stored.reason);
        if (stored !== null) {
          if (unsent !== null) await store.clearAttempt(resolved.key);
          return stored.record;
        }
        const attempt = await store.attempt(resolved.key);
        const settled = await settleAttempt(resolved, attempt, unsent, context);
        if (settled !== null) return settled;
        const mayLeave = (noted: Attempt | null) =>
          isStillOurs(resolved.key, claim, noted, context);
        const earlier = attempt === null ? null : (attempt.note ?? 'damaged');
        return await buyNow(resolved, earlier, mayLeave, context);
      } catch (error) {
        if (!(error instanceof ClaimLostError)) throw error;
        unsent = error.unsent ?? unsent;
      } finally {
        await claim.release();
      }
    }
  } finally {
    slot.leave();
  }
}

/** Claims the right to buy a picture. While another process has it, lends the slot to other purchases. */
async function claimKey(
  resolved: ResolvedRequest,
  slot: Slot,
  { run, store, stop }: PurchaseContext,
): Promise<Claim> {
  const { key, name } = resolved;
  let [reportedMs, waitedMs] = [0, 0];
  const onWait = (ms: number): void => {
    slot.lend();
    waitedMs = ms;
    if (ms < Math.max(2 * reportedMs, soonMs)) return;
    reportedMs = ms;
    report(run, { type: 'waiting', ...name, key, ms: Math.round(ms) });
  };
  try {
    const claim = await store.claim(key, run.signal, onWait);
    await slot.takeBack();
    if (claim !== null) return claim;
  } catch (error) {
    throw stop.onFailure(error);
  } finally {
    if (reportedMs > 0) report(run, { type: 'waited', ...name, key, ms: Math.round(waitedMs) });
  }
  throw interrupted();
}

/** A shorter wait is not reported. */
const soonMs = 2000;

/** Whether a key is unchanged after this process waited or was suspended. Reads the claim last. */
async function isStillOurs(
  key: Key,
  claim: Claim,
  noted: Attempt | null,
  { store }: PurchaseContext,
): Promise<boolean> {
  if ((await store.find(key)) !== null) return false;
  const open = noted === null ? null : await store.note(key);
  // A note that cannot be read is not a sign of another process.
  const isNoted = noted === null || open === 'damaged' || isSameCall(open, noted);
  return isNoted && (await claim.isOurs());
}
