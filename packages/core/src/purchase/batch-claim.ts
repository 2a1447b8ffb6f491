import { sha256 } from '../hash.ts';
import type { Claim } from '../process/claim-file.ts';
import type { Store } from '../store/store.ts';
import type { Key } from '../types.ts';

/**
 * The right to create a batch, or to find out whether it was created. `null`: another process has it, or the signal was aborted.
 * Throws as `Store.claim`.
 */
export function batchClaim(name: string, store: Store, signal: AbortSignal): Promise<Claim | null> {
  // Claims are named by keys.
  return store.claim(sha256(`batch ${name}`) as unknown as Key, signal);
}

/**
 * The right to claim several keys, which one process has at a time. Otherwise two processes could each hold a key for which the other
 * one waits. `null`: the signal was aborted. Throws as `Store.claim`.
 */
export function claimingTurn(store: Store, signal: AbortSignal): Promise<Claim | null> {
  return store.claim(sha256('claims of several keys') as unknown as Key, signal);
}

/**
 * Aborted when a claim is no longer worth waiting for. A holder on another machine is known to be dead only after a while of
 * silence, so one look cannot tell.
 */
export function patience(signal: AbortSignal, ms: number = patienceMs): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(ms)]);
}

/** Longer than it takes until a silent holder counts as dead: 45 s in a folder. */
const patienceMs = 60_000;
