import { type Context, report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { dueText } from '../plan/in-batches.ts';
import { overlayProblem } from '../plan/check-overlays.ts';
import { requestFrom } from '../plan/plan-jobs.ts';
import { mayBuy } from '../project/spending-policy.ts';
import { ProviderError } from '../provider/provider.ts';
import type {
  Batch,
  PlannedInput,
  PlannedRequest,
  ResolvedRequest,
  StoreRecord,
} from '../types.ts';
import { acceptKeptAside } from './accept-kept-aside.ts';
import { watchAnswers } from './answer-watch.ts';
import { batchOrdering } from './batch-ordering.ts';
import type { BatchState } from './collect-batches.ts';
import type { CurrentOrder } from './current-order.ts';
import { dayBudget } from './day-budget.ts';
import type { JudgedPlan, RunResources } from './judge-plan.ts';
import { PendingError } from './failures.ts';
import { isMissing, obtainFree, type Original, originalOf } from './original.ts';
import { lazyProviders, type Providers } from './providers.ts';
import { purchase } from './purchase.ts';
import { purchaseByWorker } from './purchase-by-worker.ts';
import { type PurchaseContext, resolvedRequest } from './purchase-context.ts';
import { openQueue } from './queue.ts';
import { ownRates, type Rates } from './rates.ts';
import type { Refusals } from './refusals.ts';
import { type Bill, openSpend } from './spend.ts';
import { openStop } from './stop.ts';

export interface Obtainer {
  /**
   * The picture of a planned request: from the store, drawn, or bought. Each key is bought once, however often it is asked
   * for. Throws a TintypeError.
   */
  readonly obtain: (planned: PlannedRequest) => Promise<Original>;
  readonly bill: () => Bill;
  /** The error for what exceeded the budget; `null`: nothing did. */
  readonly overBudget: () => TintypeError | null;
  /** What was ordered in batches so far. Its pictures reject with a PendingError. */
  readonly ordered: () => readonly Batch[];
}

/** What a run needs to buy: a store, and a budget. */
export interface PurchaseResources extends RunResources {
  readonly refusals: Refusals;
  readonly order: CurrentOrder;
  /** What became of the batches that were open when the run began. */
  readonly collected: readonly BatchState[];
  /** @default made when they are needed */
  readonly providers?: Providers;
  /** @default of this process alone */
  readonly rates?: Rates;
}

/** Provides the pictures of a judged run. Each waits for the pictures that it depends on. */
export function obtainer(plan: JudgedPlan, run: Context, resources: PurchaseResources): Obtainer {
  const { config } = run;
  const context = openPurchases(run, resources);
  const { store, providers, spend } = context;
  const rows = new Map(plan.requests.map((row) => [`${row.id}@${row.number}`, row]));
  const judged = new Set(plan.requests);
  const obtained = new Map<PlannedRequest, Promise<Original>>();
  const purchases = new Map<string, Promise<StoreRecord>>();

  const ordering = batchOrdering(plan, resolve, resources.collected, context);

  return { obtain, bill: spend.bill, overBudget: spend.overBudget, ordered: ordering.batches };

  function obtain(planned: PlannedRequest): Promise<Original> {
    // Starts with an empty call stack, because a user's chain of images may be very long.
    const original = obtained.get(planned) ?? Promise.resolve(planned).then(obtainOnce);
    obtained.set(planned, original);
    return original;
  }

  async function obtainOnce(planned: PlannedRequest): Promise<Original> {
    if (!isMissing(planned, config.missing))
      return (await acceptedNow(planned)) ?? obtainFree(planned, config.missing, store);
    if (!judged.has(planned)) throw new Error(`${planned.id} was not judged`);
    if (planned.refusal !== null) {
      throw new TintypeError(
        'moderation',
        `${planned.refusal} (refused before, so not requested again)`,
      );
    }
    if (planned.batch !== null) return collected(planned, planned.batch.dueAt);
    if (planned.pays === 'batch') return ordered(planned);
    const resolved = await resolve(planned);
    // Another image of the run may have the same request.
    const record = purchases.get(resolved.key) ?? bought(resolved);
    purchases.set(resolved.key, record);
    return originalOf(await record, store);
  }

  function bought(resolved: ResolvedRequest): Promise<StoreRecord> {
    const { workers } = run;
    return workers == null ? boughtHere(resolved) : purchaseByWorker(resolved, workers, context);
  }

  async function boughtHere(resolved: ResolvedRequest): Promise<StoreRecord> {
    const { answers } = context;
    try {
      const record = await purchase(resolved, context);
      answers.ended(resolved.provider, null);
      return record;
    } catch (error) {
      if (error instanceof ProviderError) answers.ended(resolved.provider, error);
      throw error;
    }
  }

  /**
   * A picture that was kept aside and can be delivered now; `null`: there is none. A run that may not buy does not change
   * the store.
   */
  async function acceptedNow(planned: PlannedRequest): Promise<Original | null> {
    const { stored, provider, id, manifest, line } = planned;
    if (!mayBuy(config.missing) || stored?.kind !== 'record') return null;
    if (stored.record.rejected === undefined) return null;
    const record = await acceptKeptAside(stored.record, providers(provider), store);
    if (record === null) return null;
    const message = `"${id}": the picture that was kept aside (${stored.record.rejected}) is accepted now, and is used at no cost`;
    report(run, { type: 'warning', code: 'accepted', message, manifest, line });
    return originalOf(record, store);
  }

  /** A picture that goes in a batch. Another process may have it by now. */
  async function ordered(planned: PlannedRequest): Promise<Original> {
    const key = await ordering.keyOf(planned);
    const stored = await store.find(key);
    if (stored?.kind !== 'record') throw new Error(`${planned.id} is not in the store`);
    return originalOf(stored.record, store);
  }

  /** A line of a batch. It is not bought here, whatever became of the batch since the plan, because it was not judged. */
  async function collected(
    { key, reason, job }: PlannedRequest,
    dueAt: string | null,
  ): Promise<Original> {
    const stored = key === null ? null : await store.find(key);
    if (stored === null && job.batch === true) throw new PendingError(reason ?? '', dueAt);
    if (stored === null) throw new TintypeError('ordered', `not requested: it was ${reason}`);
    if (stored.kind === 'damaged') throw new TintypeError('record-damaged', stored.reason);
    return originalOf(stored.record, store);
  }

  /** Completes the request when all pictures that it depends on exist. */
  async function resolve(planned: PlannedRequest): Promise<ResolvedRequest> {
    const inputs = await Promise.all(planned.inputs.map((input) => arrived(input, planned)));
    const { job, number, provider, overlay } = planned;
    const problem = overlayProblem(planned, inputs[0]);
    if (problem !== null) throw new TintypeError('refused', `not requested: ${problem}`);
    const request = requestFrom(job, number, inputs, overlay, providers(provider).inputs);
    const resolved = resolvedRequest(planned, inputs, overlay, request);
    if (resolved === null) throw new Error(`${planned.id} waits for an image that was not planned`);
    return resolved;
  }

  async function arrived(input: PlannedInput, { id }: PlannedRequest): Promise<PlannedInput> {
    if (input.kind !== 'upstream') return input;
    const upstream = rows.get(`${input.id}@${input.number}`);
    if (upstream === undefined) throw new Error(`${input.id} is not planned`);
    // Not awaited, because all that goes in batches is ordered at once.
    if (upstream.pays === 'batch') throw waitsForBatch(id, input.id, null);
    const original = await obtain(upstream).catch((error: unknown) => {
      if (error instanceof PendingError) throw waitsForBatch(id, input.id, error.dueAt);
      if (!(error instanceof TintypeError) || error.code === 'interrupted') throw error;
      throw upstreamFailed(id, input.id, 'failed');
    });
    if (original.record !== null) return { kind: 'original', record: original.record };
    throw upstreamFailed(id, input.id, 'is only a stand-in');
  }
}

/** What all purchases of a run share. */
export function openPurchases(
  run: Context,
  {
    store,
    budget,
    refusals,
    order,
    providers = lazyProviders(run),
    rates = ownRates(run.config.imagesPerMinute, run.shard?.count, run.now),
  }: Omit<PurchaseResources, 'collected'>,
): PurchaseContext {
  const stop = openStop(run);
  const answers = watchAnswers(run, stop);
  return {
    run,
    store,
    refusals,
    order,
    stop,
    answers,
    providers,
    queue: openQueue(run, rates, stop, answers.isSuspicious),
    spend: openSpend(budget, run),
    day: dayBudget(run, store),
  };
}

function waitsForBatch(id: string, upstream: string, dueAt: string | null): PendingError {
  return new PendingError(
    `"${id}" waits for "${upstream}", which is ordered in a batch${dueText(dueAt)}`,
    dueAt,
  );
}

function upstreamFailed(id: string, upstream: string, what: string): TintypeError {
  return new TintypeError(
    'upstream-failed',
    `not requested: "${id}" uses "${upstream}" as an input, which ${what}`,
  );
}
