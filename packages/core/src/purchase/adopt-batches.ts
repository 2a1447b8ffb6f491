import { count } from '../amounts.ts';
import { report } from '../context.ts';
import type { ListedBatch } from '../provider/provider.ts';
import type { Claim } from '../process/claim-file.ts';
import type { Key, ResolvedRequest } from '../types.ts';
import { reachOffer } from './batch-access.ts';
import { patience } from './batch-claim.ts';
import { collectBatches } from './collect-batches.ts';
import { interrupted } from './failures.ts';
import { newBatch } from './new-batch.ts';
import type { PurchaseContext } from './purchase-context.ts';

/**
 * Finds the batches in which earlier runs ordered some of these requests and whose notes are not in this store, such as that of a CI
 * job that could not push. Notes them again, and collects those that have ended. Afterwards each of their requests is recorded, or open
 * in a batch, or known to have failed. Costs nothing. Throws the provider's error if it cannot list its batches: then nothing may be
 * ordered.
 */
export async function adoptBatches(
  wanted: readonly ResolvedRequest[],
  context: PurchaseContext,
): Promise<void> {
  let isAny = false;
  for (const [provider, requests] of Map.groupBy(wanted, (one) => one.provider)) {
    for await (const lost of lostBatches(provider, context))
      isAny = (await adopt(lost, requests, context)) || isAny;
  }
  if (isAny) await collectBatches(context.store, context.run);
}

/** As long as answers are kept at OpenAI (2026-11-28). */
const keptMs = 30 * 86_400_000;

/** The batches of the account that nothing in this store names. */
async function* lostBatches(
  provider: string,
  context: PurchaseContext,
): AsyncIterable<ListedBatch> {
  const { store, run } = context;
  const { offer, access } = reachOffer(provider, context);
  if (offer.list === undefined) return;
  const stored = await store.batches();
  const known = new Set(stored.map((one) => (one.kind === 'batch' ? one.batch.name : one.name)));
  const since = new Date(run.now().getTime() - keptMs);
  for await (const batch of offer.list(since, (name) => !known.has(name), access))
    if (!(await isCollected(batch, context))) yield batch;
}

/** Whether a picture of it is recorded. Its note was removed then because all of it was. */
async function isCollected(
  { name, keys }: ListedBatch,
  { store }: PurchaseContext,
): Promise<boolean> {
  for (const key of keys) {
    const stored = await store.find(key as Key);
    if (stored?.kind === 'record' && stored.record.provenance.batch === name) return true;
  }
  return false;
}

/** Notes a batch again, with those of its requests that are wanted and that nothing else is known about. `false`: there are none. */
async function adopt(
  { name, batchId, dueAt, createdAt, keys }: ListedBatch,
  requests: readonly ResolvedRequest[],
  context: PurchaseContext,
): Promise<boolean> {
  const { store, run } = context;
  const its = new Set(keys);
  const claims: Claim[] = [];
  try {
    const claimed: ResolvedRequest[] = [];
    for (const one of requests.filter(({ key }) => its.has(key))) {
      const claim = await store.claim(one.key, patience(run.signal));
      if (run.signal.aborted) throw interrupted();
      // Another process that buys it now looks for the batch itself.
      if (claim === null) continue;
      claims.push(claim);
      if ((await store.find(one.key)) === null) claimed.push(one);
    }
    const open = await store.attemptsOf(claimed.map(({ key }) => key));
    const lines = claimed.filter(({ key }) => !open.has(key));
    if (lines.length === 0) return false;
    const batch = newBatch(name, lines, context);
    // The day on which it was ordered is the day on which it was paid for.
    const ordered = batch.lines.map((line) => ({ ...line, startedAt: createdAt }));
    await store.noteBatch({ ...batch, lines: ordered, batchId, dueAt });
    const message = `${count(lines.length, 'picture')} had been ordered in the batch ${name.slice(0, 8)}…, whose note is not here; it is noted again, and nothing of it is ordered twice`;
    report(run, { type: 'warning', code: 'batch', message });
    return true;
  } finally {
    for (const claim of claims) await claim.release();
  }
}
