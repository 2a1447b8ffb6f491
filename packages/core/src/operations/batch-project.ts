import { type Context, report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { batchFactors } from '../batch-price.ts';
import { type BatchFacts, whyNoBatch } from '../plan/batch-prices.ts';
import { inBatches } from '../plan/in-batches.ts';
import { totalsOf } from '../plan/plan-jobs.ts';
import { toBuy } from '../plan/to-buy.ts';
import { adoptBatches } from '../purchase/adopt-batches.ts';
import { batchGroups } from '../purchase/batch-groups.ts';
import { type BatchState, collectBatches } from '../purchase/collect-batches.ts';
import { openOrder } from '../purchase/current-order.ts';
import { judgePlan } from '../purchase/judge-plan.ts';
import { openPurchases } from '../purchase/obtain-original.ts';
import { lazyProviders } from '../purchase/providers.ts';
import { resolvedRequest } from '../purchase/purchase-context.ts';
import { openRunBudget } from '../purchase/run-budget.ts';
import { reachBatch } from '../purchase/recover-batch.ts';
import { openRefusals } from '../purchase/refusals.ts';
import { settleLeftOver } from '../purchase/settle-attempt.ts';
import { submitBatch } from '../purchase/submit-batch.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import type { Batch, Plan, PlannedRequest } from '../types.ts';
import { openBatchesIn } from '../purchase/open-batches-in.ts';
import { readPlan } from './read-plan.ts';
import { uploadPending } from './upload-pending.ts';
import { sumUsd } from '../usd.ts';

export type { BatchState } from '../purchase/collect-batches.ts';

/** What was ordered. */
export interface SubmitResult {
  readonly batches: readonly Batch[];
  /** Pictures that were ordered. */
  readonly pictures: number;
  /** US dollars, the high estimate at the price of a batch; `null`: a part of it is unknown. */
  readonly costUsd: number | null;
  /** What earlier runs ordered, and nothing has collected yet. */
  readonly ordered: readonly PlannedRequest[];
  /** What was not ordered, with the reason. Pictures that wait for others are ordered once those are recorded. */
  readonly notOrdered: readonly { readonly id: string; readonly reason: string }[];
}

/**
 * Orders what is missing in batches, at a lower price and to be collected within a day. First it collects what is ready. `ids`: only
 * these images and those that they depend on; none: all. Rejects as `generate` does before it spends.
 */
export async function submitBatches(
  context: Context,
  ids: readonly string[],
): Promise<SubmitResult> {
  const store = await openStore(context);
  await store.clearDead();
  const open = new Map(await settleLeftOver(store, context));
  await uploadPending(store, context);
  await fetchBatches(store, context);
  const collected = await collectBatches(store, context);
  const { plan } = await readPlan(context, store, {
    ids,
    mayFetch: true,
    mayBuy: true,
    ordersBatches: true,
  });
  const { models, providers } = context.config;
  const facts = { models, batchFactors: batchFactors(providers) };
  const missing = toBuy(plan.requests).map((row) => ({ row, reason: whyNotOrdered(row, facts) }));
  const notOrdered = [
    ...refusedIn(plan),
    ...missing.flatMap(({ row, reason }) => (reason === null ? [] : [{ id: row.id, reason }])),
  ];
  const ordered = inBatches(plan.requests);
  const requests = missing.flatMap(({ row, reason }) => (reason === null ? [inBatch(row)] : []));
  if (requests.length === 0) return { batches: [], pictures: 0, costUsd: 0, ordered, notOrdered };

  const budget = openRunBudget(context.config.maxCostUsd);
  const judged = await judgePlan({ ...plan, requests, totals: totalsOf(requests) }, context, {
    store,
    budget,
    ordersBatches: true,
  });
  for (const [key, attempt] of judged.openElsewhere) open.set(key, open.get(key) ?? attempt);
  const purchases = openPurchases(context, {
    store,
    budget,
    order: await openOrder(context, open),
    refusals: openRefusals(context.config.cacheDir),
  });
  const batches: Batch[] = [];
  const resolved = judged.requests.flatMap(
    (row) => resolvedRequest(row, row.inputs, row.overlay, row.request) ?? [],
  );
  await adoptBatches(resolved, collected, purchases);
  for (const group of batchGroups(resolved, collected, purchases.providers)) {
    const submitted =
      group.refusal === null
        ? await submitBatch(group.requests, purchases)
        : {
            batch: null,
            notOrdered: group.requests.map((one) => ({ resolved: one, error: group.refusal! })),
          };
    if (submitted.batch !== null) batches.push(submitted.batch);
    for (const {
      resolved: { id },
      error,
    } of submitted.notOrdered)
      notOrdered.push({ id, reason: error.message });
  }
  await store.remote?.close();
  return {
    batches,
    pictures: batches.reduce((sum, { lines }) => sum + lines.length, 0),
    costUsd: sumUsd(batches.map(({ reservedUsd }) => reservedUsd)),
    ordered,
    notOrdered,
  };
}

/** Asks what became of every open batch, and records what is ready. */
export async function collectProject(context: Context): Promise<readonly BatchState[]> {
  const store = await openStore(context);
  await store.clearDead();
  await settleLeftOver(store, context);
  await uploadPending(store, context);
  await fetchBatches(store, context);
  const states = await collectBatches(store, context);
  await store.remote?.close();
  return states;
}

/** The batches of other machines. Not every remote can list: a run that needs a picture of a batch learns of it from its claim. */
async function fetchBatches({ remote }: Store, context: Context): Promise<void> {
  try {
    await remote?.fetchBatches();
  } catch (error) {
    if (!(error instanceof TintypeError)) throw error;
    const message = `the batches of other machines are not known: ${error.message}`;
    if (error.code !== 'remote-unsupported')
      report(context, { type: 'warning', code: 'remote', message });
  }
}

/** The open batches, as the store knows them. Needs no network. */
export async function openBatches(context: Context): Promise<readonly Batch[]> {
  return openBatchesIn(await (await openStore(context)).batches());
}

/**
 * Asks the provider to cancel batches: what it has made by then is billed, and the rest is not. `names`: the beginnings of their
 * names; none: all. Resolves to those that are being cancelled; a batch that cannot be is a warning. Throws `usage` for a name that no
 * batch has.
 */
export async function cancelBatches(
  context: Context,
  names: readonly string[],
): Promise<readonly Batch[]> {
  const store = await openStore(context);
  await fetchBatches(store, context);
  const open = openBatchesIn(await store.batches());
  const unknown = names.find((name) => !open.some((batch) => batch.name.startsWith(name)));
  if (unknown !== undefined)
    throw new TintypeError(
      'usage',
      `there is no open batch ${unknown}; tintype batch status lists those that are open`,
    );
  const chosen = open.filter(
    ({ name }) => names.length === 0 || names.some((start) => name.startsWith(start)),
  );
  const tools = { store, run: context, providers: lazyProviders(context) };
  const cancelled: Batch[] = [];
  for (const batch of chosen) {
    try {
      const reached = await reachBatch(batch, tools);
      // What has ended is collected, and what was never created is free now.
      if (reached?.look.state !== 'working') continue;
      await reached.offer.cancel(reached.batch.batchId, reached.access);
      cancelled.push(reached.batch);
    } catch (error) {
      if (!(error instanceof TintypeError)) throw error;
      const message = `the batch ${batch.name.slice(0, 8)}… was not cancelled: ${error.message}`;
      report(context, { type: 'warning', code: 'batch', message, isError: true });
    }
  }
  await store.remote?.close();
  return cancelled;
}

/** The row of a picture that is ordered in a batch. */
function inBatch(row: PlannedRequest): PlannedRequest {
  return { ...row, pays: 'batch', costUsd: row.prices?.batch ?? null };
}

/** What moderation refused before. It is not asked for again. */
function refusedIn({ requests }: Plan): SubmitResult['notOrdered'][number][] {
  return requests.flatMap(({ id, refusal }) =>
    refusal === null ? [] : [{ id, reason: `${refusal} (refused before, so not asked again)` }],
  );
}

/** Why a picture is not ordered in a batch; `null`: it is. */
function whyNotOrdered(row: PlannedRequest, facts: BatchFacts): string | null {
  if (row.key === null) return row.reason ?? 'waits for its inputs';
  if (row.attempt !== null && row.attempt.state !== 'unknown') return row.reason!;
  return row.job.batch === false ? 'it says batch: false' : whyNoBatch(row.job, facts);
}
