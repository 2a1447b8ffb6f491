import type { Context } from '../context.ts';
import {
  type Access,
  type BatchLook,
  type BatchOffer,
  type PlacedBatch,
  ProviderError,
} from '../provider/provider.ts';
import type { Store } from '../store/store.ts';
import type { Batch } from '../types.ts';
import { type ReachedOffer, reachOffer } from './batch-access.ts';
import { batchClaim, patience } from './batch-claim.ts';
import type { Providers } from './providers.ts';

export interface BatchTools {
  readonly store: Store;
  readonly run: Context;
  readonly providers: Providers;
}

/** A batch that exists at its provider. */
export interface ReachedBatch {
  /** With its id. */
  readonly batch: Batch & { readonly batchId: string };
  readonly look: BatchLook;
  readonly offer: BatchOffer;
  readonly access: Access;
}

/**
 * What the provider says of a batch now. One whose id was not noted is looked for first; `null`: it does not exist, or another machine
 * has collected it, and its keys are free again. Throws the provider's error: also for an id that belongs to another batch, because a note may come with a clone.
 */
export async function reachBatch(open: Batch, tools: BatchTools): Promise<ReachedBatch | null> {
  const reached = reachOffer(open.provider, tools);
  const { offer, access } = reached;
  const batch = await recovered(open, reached, tools);
  if (batch === null) return null;
  const batchId = batch.batchId!;
  const look = await offer.look(batchId, access).catch(async (error: unknown) => {
    // Another account does not see it, but may see in the remote that it was collected.
    if ((await tools.store.remote?.readBatch(batch).catch(() => false)) === true) return null;
    throw error;
  });
  if (look === null) {
    await tools.store.clearBatch(batch);
    return null;
  }
  if (look.name !== open.name)
    throw new ProviderError('refused', `${batchId} is another batch at ${open.provider}`);
  return { batch: { ...batch, batchId }, look, offer, access };
}

async function recovered(
  batch: Batch,
  reached: ReachedOffer,
  { store, run }: BatchTools,
): Promise<Batch | null> {
  if (batch.batchId !== null) return batch;
  const claim = await batchClaim(batch.name, store, patience(run.signal));
  if (claim === null)
    throw new ProviderError('unknown-outcome', 'another process is submitting it now');
  try {
    // Its process may have gone on since it was read, here or on another machine.
    const isOver = (await store.remote?.readBatch(batch)) ?? false;
    const now = (await store.batches()).find(
      (one) => one.kind === 'batch' && one.batch.name === batch.name,
    );
    if (now?.kind !== 'batch') return null;
    if (now.batch.batchId !== null) return now.batch;
    const placed = isOver ? null : await findOrPrevent(now.batch, reached);
    if (placed === null) {
      await store.clearBatch(batch);
      return null;
    }
    const found = { ...now.batch, ...placed };
    await store.noteBatch(found);
    return found;
  } finally {
    await claim.release();
  }
}

/**
 * Finds the batch whose creation may have been lost; `null`: it does not exist, and cannot come to exist any more. Its file is
 * removed before the second look: a creation that arrives late then has no file, and orders nothing. The account remembers that the
 * file was removed, because this process may be killed before the note is, and another machine may have a copy of the note.
 *
 * An account without the file says nothing about other accounts. So it has to be the one that ordered: where no file is noted, it may
 * not have been uploaded, and then the account's mark in the note decides. Throws the provider's error, or `bad-api-key` if the batch may
 * be of another account: then it is still not known.
 */
export async function findOrPrevent(
  { name, fileId, account }: Batch,
  { offer, access, markOf }: ReachedOffer,
): Promise<PlacedBatch | null> {
  const found = await offer.find(name, access);
  if (found !== null) return found;
  const isRemoved = await offer.removeUpload(name, fileId, access);
  const isUnsent = fileId === null && account !== undefined && account === (await markOf(name));
  if (isRemoved || isUnsent) return offer.find(name, access);
  const file = fileId === null ? 'a file of it' : `its file ${fileId}`;
  const message = `this account has neither the batch nor ${file}, so it may be of another account; use the key that ordered it`;
  throw new ProviderError('bad-api-key', message, { isBilledAnyway: true });
}
