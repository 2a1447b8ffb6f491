import { openCache } from '../cache/open-cache.ts';
import type { Context } from '../context.ts';
import { TintypeError } from '../errors.ts';
import type { Event } from '../events.ts';
import { deriveVariants } from '../image/derive-variants.ts';
import { encodingsAt } from '../image/encoding-speed.ts';
import { loadSharp } from '../image/load-sharp.ts';
import { ownProcess } from '../process/process-mark.ts';
import { failureOf } from '../purchase/failure-data.ts';
import { openPurchases } from '../purchase/obtain-original.ts';
import { originalOf } from '../purchase/original.ts';
import { lazyProviders } from '../purchase/providers.ts';
import { purchase } from '../purchase/purchase.ts';
import type { PurchaseContext } from '../purchase/purchase-context.ts';
import { openSpend } from '../purchase/spend.ts';
import { openRunBudget, type RunBudget } from '../purchase/run-budget.ts';
import type { Rates } from '../purchase/rates.ts';
import { openRefusals } from '../purchase/refusals.ts';
import { shownText } from '../provider/shown-text.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import type { Key, PlannedInput, ResolvedRequest, StoreRecord } from '../types.ts';
import type { OnWorkerEvent, PurchaseAnswer, PurchaseOrder, WorkerInput } from '../workers.ts';
import { checkInputs, readEncodeOrder, readPurchaseOrder } from './order-shapes.ts';
import { sharedCacheOf } from './shared-cache-of.ts';
import { speedOf } from './speed-of.ts';
import { uploadPending } from './upload-pending.ts';
import { openWorkerUploads } from './worker-uploads.ts';

/** Does the work of runs that other processes planned and judged. It decides nothing itself. */
export interface Worker {
  /**
   * Buys a picture for a run, unless the store has it or an attempt says that it may have been billed. `order` is a `PurchaseOrder`,
   * and is checked. `releasedUsd`: what the run's budget released for it, in US dollars; `null`: nothing, so that it is only looked for. Never
   * rejects.
   */
  readonly purchase: (
    run: string,
    order: unknown,
    releasedUsd: number | null,
    onEvent?: OnWorkerEvent,
  ) => Promise<PurchaseAnswer>;
  /** Makes the files of a stored picture in the shared cache. `order` is an `EncodeOrder`, and is checked. Rejects with a TintypeError. */
  readonly encode: (order: unknown) => Promise<void>;
  /** Sends nothing more of a run, until another purchase of it comes. What is in flight is awaited. */
  readonly cancel: (run: string) => void;
  readonly close: () => Promise<void>;
}

/**
 * Uploads first what this machine bought and could not upload. `uploadAgainMs`: how soon what its remote refuses is tried again. Rejects as
 * `Store.prepareToBuy`, where machines that share the store cannot be kept apart, and with `sharp-unavailable`.
 */
export async function openWorker(
  context: Context,
  rates: Rates,
  uploadAgainMs = 30_000,
): Promise<Worker> {
  await loadSharp();
  const store = await openStore(context);
  await store.clearDead();
  await store.prepareToBuy([]);
  await uploadPending(store, context);
  const uploads = openWorkerUploads(store, uploadAgainMs);
  const providers = lazyProviders(context);
  const refusals = openRefusals(context.config.cacheDir);
  const process = await ownProcess();
  const runs = new Map<string, RunHere>();

  return {
    async purchase(run, data, releasedUsd, onEvent = () => {}) {
      const events: Event[] = [];
      const report = (event: Event): void => {
        if (!isNotDelivered(event)) onEvent(event, events.push(event) - 1);
      };
      const budget = releasedUsd === null ? nothing : openRunBudget(releasedUsd);
      const spend = openSpend(budget, context);
      let failure: PurchaseAnswer['failure'] = null;
      let onlyHere: string | null = null;
      try {
        const order = readPurchaseOrder(data);
        const resolved = await resolve(order, store);
        const { purchases } = runHere(run, order);
        const earlier = new Map(order.earlier === null ? [] : [[order.key, order.earlier]]);
        await purchase(resolved, {
          ...purchases,
          run: { ...purchases.run, report },
          order: { ...purchases.order, earlier },
          spend,
        });
        onlyHere = await uploads.upload(order.key);
      } catch (error) {
        failure = failureOf(error);
        // The run hands the purchase over again. The rest of it here must not stay stopped because of that.
        if (failure.code === 'queue-unavailable') runs.delete(run);
      }
      const answer = { failure, ...spend.bill(), events };
      return onlyHere === null ? answer : { ...answer, onlyHere: shownText(onlyHere) };
    },

    cancel(run) {
      runs.get(run)?.cancel();
      runs.delete(run);
    },

    async encode(data) {
      const { key, specs, placeholder, isThorough } = readEncodeOrder(data);
      const { source } = originalOf(await recordOf(key, store), store);
      const cache = openCache(context.config, () => {}, sharedCacheOf(context));
      try {
        await deriveVariants(source, specs, {
          cache,
          placeholder,
          signal: context.signal,
          ...encodingsAt({ ...speedOf(context), isThorough: isThorough === true }, source),
        });
      } finally {
        await cache.close();
      }
    },

    close: async () => {
      await uploads.close();
      await store.remote?.close();
    },
  };

  /**
   * What the purchases of a run share in this process, so that what ends a run ends the rest of it here at once. The next run of the
   * same order begins afresh.
   */
  function runHere(name: string, { order, isOrderNamed }: PurchaseOrder): RunHere {
    const known = runs.get(name);
    if (known !== undefined) return known;
    const cancelling = new AbortController();
    const run: Context = {
      ...context,
      // Who gives this process its jobs says how many. The run has reserved the money of the day.
      config: { ...context.config, concurrency: Infinity, maxCostUsdPerDay: null },
      order: isOrderNamed ? order : null,
      signal: AbortSignal.any([context.signal, cancelling.signal]),
      report: () => {},
    };
    const purchases = openPurchases(run, {
      store,
      budget: openRunBudget(0),
      refusals,
      order: { id: order, process, earlier: new Map() },
      providers,
      rates,
    });
    const opened = { purchases, cancel: () => cancelling.abort() };
    runs.set(name, opened);
    if (runs.size > maxRuns) runs.delete(runs.keys().next().value!);
    return opened;
  }
}

/** It speaks of "this machine". The answer says it in words for the run, which may be elsewhere. */
function isNotDelivered(event: Event): boolean {
  return event.type === 'warning' && event.code === 'not-delivered';
}

/** Not even an unknown price fits. */
const nothing: RunBudget = { leftUsd: () => 0, reserve: () => null };

interface RunHere {
  readonly purchases: PurchaseContext;
  readonly cancel: () => void;
}

/** More runs than a worker is likely to have at once. */
const maxRuns = 100;

async function resolve(order: PurchaseOrder, store: Store): Promise<ResolvedRequest> {
  const { inputs, overlay, ...rest } = order;
  const found = await Promise.all(inputs.map((input) => plannedInput(input, store)));
  const foundOverlay = overlay && (await plannedInput(overlay, store));
  checkInputs(order.request, found.map(hashOf), foundOverlay && hashOf(foundOverlay));
  return { ...rest, inputs: found, overlay: foundOverlay };
}

type KnownInput = Extract<PlannedInput, { readonly kind: 'file' | 'original' }>;

async function plannedInput(input: WorkerInput, store: Store): Promise<KnownInput> {
  if (input.kind === 'file') return input;
  return { kind: 'original', record: await recordOf(input.key, store) };
}

function hashOf(input: KnownInput): string {
  return input.kind === 'file' ? input.file.sha256 : input.record.original.sha256;
}

/** The record of a key, from wherever the store has it. */
async function recordOf(key: Key, store: Store): Promise<StoreRecord> {
  if ((await store.find(key)) === null) await store.remote?.fetchRecords([key]);
  const stored = await store.find(key);
  if (stored?.kind === 'record') return stored.record;
  throw stored?.kind === 'damaged'
    ? new TintypeError('record-damaged', stored.reason)
    : new TintypeError('original-missing', `the store has no record of ${key.slice(0, 12)}…`);
}
