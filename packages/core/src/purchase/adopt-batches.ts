import { count } from '../amounts.ts';
import { report } from '../context.ts';
import { type ListedBatch, ProviderError } from '../provider/provider.ts';
import type { Claim } from '../process/claim-file.ts';
import type { Key, OpenAttempt, ResolvedRequest } from '../types.ts';
import { reachOffer } from './batch-access.ts';
import { batchClaim, claimingTurn, patience } from './batch-claim.ts';
import { type BatchState, collectBatches } from './collect-batches.ts';
import { failedLines } from './failed-lines.ts';
import { interrupted } from './failures.ts';
import { newBatch } from './new-batch.ts';
import { openBatchesIn } from './open-batches-in.ts';
import type { PurchaseContext } from './purchase-context.ts';
import { sumUsd } from '../usd.ts';

/**
 * Finds the batches in which earlier runs ordered some of these requests and whose notes are not in this store, such as that of a CI
 * job that could not push. Notes them again, and collects those that have ended. Afterwards each of their requests is recorded, or open
 * in a batch, or known to have failed. `collected`: what this run has collected before. Costs nothing. Throws the provider's error if it
 * cannot list its batches: then nothing may be ordered.
 */
export async function adoptBatches(
  wanted: readonly ResolvedRequest[],
  collected: readonly BatchState[],
  context: PurchaseContext,
): Promise<void> {
  if (wanted.length === 0) return;
  const known = await knownLines(collected, context);
  let isAny = false;
  for (const [provider, requests] of Map.groupBy(wanted, (one) => one.provider)) {
    for await (const lost of lostBatches(provider, known, context)) {
      const its = new Set(lost.keys);
      for (const key of known.get(lost.name) ?? []) its.delete(key);
      const theirs = requests.filter(({ key }) => its.has(key));
      if (theirs.length > 0) isAny = (await adopt(lost, theirs, context)) || isAny;
    }
  }
  if (isAny) await collectBatches(context.store, context.run);
}

/** As long as answers are kept at OpenAI (2026-11-28). */
const keptMs = 30 * 86_400_000;

/** The keys of each batch's lines that are known here: noted, collected just now, recorded, or failed. */
type KnownLines = ReadonlyMap<string, ReadonlySet<Key>>;

async function knownLines(
  collected: readonly BatchState[],
  { store, run }: PurchaseContext,
): Promise<KnownLines> {
  const known = new Map<string, Set<Key>>();
  const add = (name: string, key: Key): void => {
    known.set(name, (known.get(name) ?? new Set()).add(key));
  };
  const noted = openBatchesIn(await store.batches());
  for (const { name, lines } of [...noted, ...collected.map(({ batch }) => batch)])
    for (const { key } of lines) add(name, key);
  for (const [name, keys] of await failedLines(run.config.cacheDir))
    for (const key of keys) add(name, key);
  for (const { key, provenance } of await store.purchases())
    if (provenance.batch !== undefined) add(provenance.batch, key);
  return known;
}

/** The batches of the account with lines that this store does not know. A batch may be noted with a part of its lines only. */
async function* lostBatches(
  provider: string,
  known: KnownLines,
  context: PurchaseContext,
): AsyncIterable<ListedBatch> {
  const { offer, access } = reachOffer(provider, context);
  if (offer.list === undefined) return;
  const since = new Date(context.run.now().getTime() - keptMs);
  const isWanted = (name: string, lines: number | null) =>
    lines === null || (known.get(name)?.size ?? 0) < lines;
  yield* offer.list(since, isWanted, access);
}

/**
 * Notes a batch again, with those of these requests that nothing else is known about, and with the lines that are noted already.
 * `false`: there are none.
 */
async function adopt(
  { name, batchId, dueAt, createdAt }: ListedBatch,
  requests: readonly ResolvedRequest[],
  context: PurchaseContext,
): Promise<boolean> {
  const { store, run } = context;
  const own = await batchClaim(name, store, patience(run.signal));
  if (run.signal.aborted) throw interrupted();
  if (own === null)
    throw new ProviderError('unknown-outcome', `another process works on the batch ${name} now`);
  const claims: Claim[] = [own];
  try {
    const turn = await claimingTurn(store, run.signal);
    if (turn === null) throw interrupted();
    claims.push(turn);
    const claimed: ResolvedRequest[] = [];
    for (const one of requests) {
      const claim = await store.claim(one.key, patience(run.signal));
      if (run.signal.aborted) throw interrupted();
      // Another process that buys it now looks for the batch itself.
      if (claim === null) continue;
      claims.push(claim);
      if ((await store.find(one.key)) === null) claimed.push(one);
    }
    const open = await store.attemptsOf(claimed.map(({ key }) => key));
    const lines = claimed.filter(({ key }) => isLost(open.get(key), name));
    if (lines.length === 0) return false;
    const batch = newBatch(name, lines, context);
    const before = openBatchesIn(await store.batches()).find((one) => one.name === name);
    // The day on which it was ordered is the day on which it was paid for.
    const ordered = batch.lines.map((line) => ({ ...line, startedAt: createdAt }));
    await store.noteBatch({
      ...batch,
      lines: [...(before?.lines ?? []), ...ordered],
      batchId,
      dueAt,
      reservedUsd: sumUsd([batch.reservedUsd, before === undefined ? 0 : before.reservedUsd]),
    });
    const message = `${count(lines.length, 'picture')} had been ordered in the batch ${name.slice(0, 8)}…, whose note is not here; it is noted again, and nothing of it is ordered twice`;
    report(run, { type: 'warning', code: 'batch', message });
    return true;
  } finally {
    for (const claim of claims.toReversed()) await claim.release();
  }
}

/** Whether nothing is known of a line, except that another machine may have noted it in a remote without sharing the batch. */
function isLost(attempt: OpenAttempt | undefined, name: string): boolean {
  return attempt === undefined || (attempt.batch === undefined && attempt.note?.batch === name);
}
