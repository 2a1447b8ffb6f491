import { type Context, report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { roundUsd } from '../plan/estimate-cost.ts';
import { modelNamed } from '../plan/models.ts';
import { inBatches } from '../plan/in-batches.ts';
import { toBuy } from '../plan/to-buy.ts';
import type { BatchOffer } from '../provider/provider.ts';
import { type BatchState, collectBatches } from '../purchase/collect-batches.ts';
import { openOrder } from '../purchase/current-order.ts';
import { judgePlan } from '../purchase/judge-plan.ts';
import { openPurchases } from '../purchase/obtain-original.ts';
import { lazyProviders, type Providers } from '../purchase/providers.ts';
import { resolvedRequest } from '../purchase/purchase-context.ts';
import { openRunBudget } from '../purchase/run-budget.ts';
import { reachBatch } from '../purchase/recover-batch.ts';
import { openRefusals } from '../purchase/refusals.ts';
import { settleLeftOver } from '../purchase/settle-attempt.ts';
import { submitBatch } from '../purchase/submit-batch.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import type { Batch, Plan, PlannedRequest, Request, ResolvedRequest } from '../types.ts';
import { openBatchesIn } from './open-batches-in.ts';
import { readPlan } from './read-plan.ts';

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
  readonly left: readonly { readonly id: string; readonly reason: string }[];
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
  await fetchBatches(store, context);
  const collected = await collectBatches(store, context);
  const { plan } = await readPlan(context, store, { ids, mayFetch: true, mayBuy: true });
  const providers = lazyProviders(context);
  const wanted = toBuy(plan.requests);
  const refusals = new Map(
    wanted.map((row) => [row, whyNotInBatch(row, providers, context)] as const),
  );
  const orderable = wanted.filter((row) => refusals.get(row) === null);
  const left = wanted.flatMap((row) => {
    const reason = refusals.get(row);
    return reason == null ? [] : [{ id: row.id, reason }];
  });
  const priced = atBatchPrice(plan, new Set(orderable), providers);
  const ordered = inBatches(plan.requests);
  if (priced.requests.length === 0) return { batches: [], pictures: 0, costUsd: 0, ordered, left };

  const budget = openRunBudget(context.config.maxCostUsd);
  const judged = await judgePlan(priced, context, { store, budget });
  for (const [key, attempt] of judged.openElsewhere) open.set(key, open.get(key) ?? attempt);
  const resources = { store, budget, order: await openOrder(context, open) };
  const purchases = openPurchases(context, {
    ...resources,
    refusals: openRefusals(context.config.cacheDir),
  });
  const batches: Batch[] = [];
  const limits = limitsAfter(collected, providers);
  for (const group of groupsOf(toBuy(judged.requests), providers, limits)) {
    const offer = providers(group[0]!.provider).batches!;
    const submitted = await submitBatch(group, offer, purchases);
    if (submitted.batch !== null) batches.push(submitted.batch);
    for (const { wanted: row, error } of submitted.left)
      left.push({ id: row.id, reason: error.message });
  }
  await store.remote?.close();
  const costs = batches.map(({ reservedUsd }) => reservedUsd);
  return {
    batches,
    pictures: batches.reduce((sum, { lines }) => sum + lines.length, 0),
    costUsd: costs.includes(null) ? null : roundUsd(costs.reduce<number>((a, b) => a + b!, 0)),
    ordered,
    left,
  };
}

/** Asks what became of every open batch, and records what is ready. */
export async function collectProject(context: Context): Promise<readonly BatchState[]> {
  const store = await openStore(context);
  await store.clearDead();
  await settleLeftOver(store, context);
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
  const open = openBatchesIn(await store.batches());
  const unknown = names.find((name) => !open.some((batch) => batch.name.startsWith(name)));
  if (unknown !== undefined)
    throw new TintypeError(
      'usage',
      `there is no open batch ${unknown}; tintype batch status lists those that are open`,
    );
  const wanted = open.filter(
    ({ name }) => names.length === 0 || names.some((start) => name.startsWith(start)),
  );
  const tools = { store, run: context, providers: lazyProviders(context) };
  const cancelled: Batch[] = [];
  for (const batch of wanted) {
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

/** Why a picture is not ordered in a batch; `null`: it is. */
function whyNotInBatch(
  row: PlannedRequest,
  providers: Providers,
  { config }: Context,
): string | null {
  if (row.key === null) return row.reason ?? 'waits for its inputs';
  if (row.attempt !== null && row.attempt.state !== 'unknown') return row.reason!;
  if (providers(row.provider).batches === undefined) return `${row.provider} has no batches`;
  if (modelNamed(config.models, row.model).batches === false)
    return `${row.provider} does not take ${row.model} in batches`;
  return row.job.call.apiKeyName === null
    ? null
    : 'it has an openai_api_key of its own, and a batch is sent with one key';
}

/** The plan of what is ordered, at the price of a batch. */
function atBatchPrice(
  plan: Plan,
  ordered: ReadonlySet<PlannedRequest>,
  providers: Providers,
): Plan {
  const requests = plan.requests
    .filter((row) => ordered.has(row))
    .map((row) => {
      const factor = offerOf(row, providers).priceFactor;
      const { costUsd } = row;
      const low = roundUsd((costUsd?.low ?? 0) * factor);
      const high = roundUsd((costUsd?.high ?? 0) * factor);
      return costUsd === null ? row : { ...row, costUsd: { low, high } };
    });
  const unpriced = requests.filter(({ costUsd }) => costUsd === null).length;
  const sum = (of: 'low' | 'high') =>
    roundUsd(requests.reduce((total, { costUsd }) => total + (costUsd?.[of] ?? 0), 0));
  const costUsd =
    requests.length > 0 && unpriced === requests.length
      ? null
      : { low: sum('low'), high: sum('high') };
  return { ...plan, requests, totals: { ...plan.totals, costUsd, unpriced } };
}

function offerOf({ provider }: Pick<PlannedRequest, 'provider'>, providers: Providers): BatchOffer {
  return providers(provider).batches!;
}

/** What the requests of one batch have in common. */
function groupNameOf(
  { provider }: { readonly provider: string },
  request: Request,
  providers: Providers,
) {
  return `${provider} ${providers(provider).batches?.groupOf(request)}`;
}

/** How many requests a batch of a group may have, after a batch that the account had no room for: half of its lines. */
function limitsAfter(
  states: readonly BatchState[],
  providers: Providers,
): ReadonlyMap<string, number> {
  const limits = new Map<string, number>();
  for (const { batch, look } of states) {
    if (look?.isForLater !== true) continue;
    const name = groupNameOf(batch, batch.lines[0]!.request, providers);
    const half = Math.ceil(batch.lines.length / 2);
    limits.set(name, Math.min(half, limits.get(name) ?? half));
  }
  return limits;
}

/** Requests that may be in one file, at most as many as fit. */
function groupsOf(
  rows: readonly PlannedRequest[],
  providers: Providers,
  limits: ReadonlyMap<string, number>,
): ResolvedRequest[][] {
  const resolved = rows.flatMap(
    (row) => resolvedRequest(row, row.inputs, row.mask, row.request) ?? [],
  );
  const groups = Map.groupBy(resolved, (row) => groupNameOf(row, row.request, providers));
  return [...groups].flatMap(([name, group]) => {
    const maxLines = limits.get(name) ?? offerOf(group[0]!, providers).maxLines;
    const count = Math.ceil(group.length / maxLines);
    return Array.from({ length: count }, (_, index) =>
      group.slice(index * maxLines, (index + 1) * maxLines),
    );
  });
}
