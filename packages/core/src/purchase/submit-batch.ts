import { randomBytes } from 'node:crypto';
import pLimit, { type LimitFunction } from 'p-limit';
import { report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import type { Order, PlacedBatch } from '../provider/provider.ts';
import { ProviderError } from '../provider/provider.ts';
import { policies } from '../provider/retry.ts';
import type { Claim } from '../process/claim-file.ts';
import type { Batch, Key, OpenAttempt, ResolvedRequest } from '../types.ts';
import { orderFor } from './attempt.ts';
import { batchClaim, claimingTurn, patience } from './batch-claim.ts';
import { interrupted } from './failures.ts';
import { newBatch } from './new-batch.ts';
import { type ReachedOffer, reachOffer } from './batch-access.ts';
import { checkReader } from './check-reader.ts';
import { originalFormatOf } from './judge-picture.ts';
import type { PurchaseContext } from './purchase-context.ts';
import { findOrPrevent } from './recover-batch.ts';
import { settleAttempt } from './settle-attempt.ts';

/** What became of requests that were to be submitted. */
export interface Submitted {
  /** `null`: none of them had to be ordered, or the provider refused all of them. */
  readonly batch: Batch | null;
  /** The requests that were not ordered, with the reason. */
  readonly notOrdered: readonly {
    readonly resolved: ResolvedRequest;
    readonly error: TintypeError;
  }[];
}

/**
 * Orders requests of one provider and one group together. Each step is noted before the next one, and the order of the steps is
 * what keeps a request from being ordered twice:
 *
 * 1. Claim each key. Leave out what is stored, in flight, or open.
 * 2. Note the batch, under a random name. From now on no other way buys its keys.
 * 3. Upload the file, and note what it is called. Costs nothing.
 * 4. Create the batch under its name, and note its id. If the answer is lost, `recoverBatch` finds out.
 *
 * Throws `store-not-writable`, or what stops the run.
 */
export async function submitBatch(
  requests: readonly ResolvedRequest[],
  context: PurchaseContext,
): Promise<Submitted> {
  const { store, run } = context;
  const name = randomBytes(16).toString('hex');
  const { provider } = requests[0]!;
  const takesAnyFormat = context.providers(provider).originalFormat === null;
  for (const { request } of requests) await checkReader(originalFormatOf(request, takesAnyFormat));
  const reached = reachOffer(provider, context);
  const claims: Claim[] = [];
  const lines: ResolvedRequest[] = [];
  const notOrdered: { resolved: ResolvedRequest; error: TintypeError }[] = [];
  const own = await batchClaim(name, store, run.signal);
  if (own === null) throw interrupted();
  try {
    const limit = pLimit(claimsAtOnce);
    const refusals = await claimLines(requests, claims, limit, context);
    const claimed = requests.filter((_, at) => refusals[at] === null);
    for (const [at, error] of refusals.entries())
      if (error !== null) notOrdered.push({ resolved: requests[at]!, error });
    // Read under the claims, and once: the notes of open batches have megabytes.
    const open = await store.attemptsOf(claimed.map(({ key }) => key));
    const settling = claimed.map((one) => limit(() => settleLine(one, open, context)));
    for (const [at, settled] of (await all(settling)).entries()) {
      const one = claimed[at]!;
      if (settled === null) lines.push(one);
      else if (settled !== 'stored') notOrdered.push({ resolved: one, error: settled });
    }
    if (lines.length === 0) return { batch: null, notOrdered };
    const batch = await noteBatch(name, lines, reached, context);
    await Promise.all(claims.splice(0).map((claim) => limit(() => claim.release())));
    return { batch: await order(batch, lines, reached, own, context), notOrdered };
  } finally {
    for (const claim of claims) await claim.release();
    await own.release();
  }
}

/** A claim waits for the disk, and for a remote if machines share one. */
const claimsAtOnce = 16;

/** Waits until all have settled, so that no claim is made afterwards. Rejects with the first failure. */
async function all<Result>(tasks: readonly Promise<Result>[]): Promise<Result[]> {
  await Promise.allSettled(tasks);
  return Promise.all(tasks);
}

/** The error of each request that is not claimed. */
async function claimLines(
  requests: readonly ResolvedRequest[],
  claims: Claim[],
  limit: LimitFunction,
  context: PurchaseContext,
): Promise<readonly (TintypeError | null)[]> {
  const { store, run, stop } = context;
  const turn = await claimingTurn(store, run.signal);
  if (turn === null) throw interrupted();
  const waiting = patience(run.signal);
  try {
    const claiming = requests.map((one) =>
      limit(() => {
        stop.check();
        return claimLine(one, claims, waiting, context);
      }),
    );
    return await all(claiming);
  } finally {
    await turn.release();
  }
}

/** `null`: its claim is held. */
async function claimLine(
  resolved: ResolvedRequest,
  claims: Claim[],
  waiting: AbortSignal,
  context: PurchaseContext,
): Promise<TintypeError | null> {
  const { store, run } = context;
  return refusalIn(context, async () => {
    // After a long wait for one, the others are only tried.
    const tried = waiting.aborted ? patience(run.signal, triedMs) : waiting;
    const claim = await store.claim(resolved.key, tried);
    if (run.signal.aborted) throw interrupted();
    if (claim === null) throw new TintypeError('ordered', 'another process is buying it now');
    claims.push(claim);
    return null;
  });
}

/** `null`: the key, whose claim is held, may be ordered. */
function settleLine(
  resolved: ResolvedRequest,
  open: ReadonlyMap<Key, OpenAttempt>,
  context: PurchaseContext,
): Promise<TintypeError | 'stored' | null> {
  const { key } = resolved;
  return refusalIn(context, async () => {
    if ((await context.store.find(key)) !== null) return 'stored';
    const settled = await settleAttempt(resolved, open.get(key) ?? null, null, context);
    return settled === null ? null : 'stored';
  });
}

/** The result of a task for one line, or the error that keeps this line from being ordered. */
async function refusalIn<Result>(
  { stop }: PurchaseContext,
  task: () => Promise<Result>,
): Promise<Result | TintypeError> {
  try {
    return await task();
  } catch (error) {
    if (!(error instanceof TintypeError) || error.code === 'interrupted') throw error;
    stop.onFailure(error);
    return error;
  }
}

/** Long enough for the few requests that a claim in a remote takes. */
const triedMs = 5000;

/** Sets the money aside and notes the batch. Its keys are taken from then on. */
async function noteBatch(
  name: string,
  lines: readonly ResolvedRequest[],
  { markOf }: ReachedOffer,
  context: PurchaseContext,
): Promise<Batch> {
  const { store, spend, day } = context;
  const account = await markOf(name);
  const batch: Batch = {
    ...newBatch(name, lines, context),
    ...(account !== undefined && { account }),
  };
  const { reservedUsd } = batch;
  const reserved = spend.reserve(reservedUsd === null ? null : { low: 0, high: reservedUsd });
  await store.noteBatch(batch);
  await day.admit(null, async () => {
    await store.clearBatch(batch);
    reserved.settle(0);
  });
  return batch;
}

async function order(
  batch: Batch,
  lines: readonly ResolvedRequest[],
  reached: ReachedOffer,
  own: Claim,
  context: PurchaseContext,
): Promise<Batch | null> {
  const { store, run } = context;
  const { offer, access } = reached;
  const { name } = batch;
  let noted = batch;
  try {
    const fileId = await offer.upload(name, ordersFor(lines, context), access);
    noted = { ...batch, fileId };
    // A process that takes over writes its claim and then reads the note; this one does it the other way round.
    await refuseIfLost(own);
    await store.noteBatch(noted);
    await refuseIfLost(own);
    if (run.signal.aborted) throw interrupted();
  } catch (error) {
    // Nothing was ordered: without a batch, a file costs nothing.
    await store.clearBatch(noted);
    throw context.stop.onFailure(error);
  }
  let placed: PlacedBatch | null;
  try {
    placed = await offer.create(name, noted.fileId!, lines[0]!.request, access);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    if (policies[error.code].billed === 'no') {
      await offer.removeUpload(name, noted.fileId, access).catch(() => {});
      await store.clearBatch(noted);
      throw context.stop.onFailure(error);
    }
    report(run, {
      type: 'warning',
      code: 'batch',
      message: `${error.message}; looking for the batch ${name} at ${batch.provider}`,
    });
    placed = await findOrPrevent(noted, reached);
    if (placed === null) {
      await store.clearBatch(noted);
      throw context.stop.onFailure(error);
    }
  }
  noted = { ...noted, ...placed };
  await store.noteBatch(noted);
  return noted;
}

/** One after the other, because each holds its input pictures. */
async function* ordersFor(
  lines: readonly ResolvedRequest[],
  context: PurchaseContext,
): AsyncIterable<Order> {
  for (const line of lines) yield await orderFor(line, context);
}

/** A process that was suspended does not know that another one has freed its pictures meanwhile. */
async function refuseIfLost(own: Claim): Promise<void> {
  if (await own.isOurs()) return;
  throw new TintypeError('ordered', 'another process took the batch over; nothing was ordered');
}
