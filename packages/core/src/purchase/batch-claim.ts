import { TintypeError } from '../errors.ts';
import { sha256 } from '../hash.ts';
import type { Claim } from '../process/claim-file.ts';
import type { Store } from '../store/store.ts';
import type { Key } from '../types.ts';

/** The right to create a batch, or to find out whether it was created. */
export async function batchClaim(name: string, store: Store, signal: AbortSignal): Promise<Claim> {
  const claim = await store.claim(batchKey(name), signal);
  if (claim === null) throw new TintypeError('interrupted', 'interrupted');
  return claim;
}

/** Whether a process that is alive creates the batch now, or finds out whether it was created. */
export function isBatchClaimed(name: string, store: Store): Promise<boolean> {
  return store.isClaimed(batchKey(name));
}

/** Claims are named by keys. */
function batchKey(name: string): Key {
  return sha256(`batch ${name}`) as unknown as Key;
}
