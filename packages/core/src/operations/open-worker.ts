import { openCache } from '../cache/open-cache.ts';
import type { Context } from '../context.ts';
import { TintypeError } from '../errors.ts';
import type { Event } from '../events.ts';
import { deriveVariants } from '../image/derive-variants.ts';
import { encoderSettings } from '../image/encoder-settings.ts';
import { ownProcess } from '../process/process-mark.ts';
import { failureOf } from '../purchase/failure-data.ts';
import { openPurchases } from '../purchase/obtain-original.ts';
import { originalOf } from '../purchase/original.ts';
import { lazyProviders } from '../purchase/providers.ts';
import { purchase } from '../purchase/purchase.ts';
import { openRunBudget } from '../purchase/run-budget.ts';
import type { Rates } from '../purchase/rates.ts';
import { openRefusals } from '../purchase/refusals.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import type { Key, PlannedInput, ResolvedRequest, StoreRecord } from '../types.ts';
import type { OnWorkerEvent, PurchaseAnswer, PurchaseOrder, WorkerInput } from '../workers.ts';
import { checkInputs, readEncodeOrder, readPurchaseOrder } from './order-shapes.ts';
import { sharedCacheOf } from './shared-cache-of.ts';

/** Does the work of runs that other processes planned and judged. It decides nothing itself. */
export interface Worker {
  /**
   * Buys a picture, unless the store has it or an attempt says that it may have been billed. `order` is a `PurchaseOrder`, and is
   * checked. `releasedUsd`: what the run's budget released for it, in US dollars. Never rejects.
   */
  readonly purchase: (
    order: unknown,
    releasedUsd: number,
    onEvent?: OnWorkerEvent,
  ) => Promise<PurchaseAnswer>;
  /** Makes the files of a stored picture in the shared cache. `order` is an `EncodeOrder`, and is checked. Rejects with a TintypeError. */
  readonly encode: (order: unknown) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Rejects as `Store.prepareToBuy`, where machines that share the store cannot be kept apart. */
export async function openWorker(context: Context, rates: Rates): Promise<Worker> {
  const store = await openStore(context);
  await store.clearDead();
  await store.prepareToBuy([]);
  const providers = lazyProviders(context);
  const refusals = openRefusals(context.config.cacheDir);
  const process = await ownProcess();

  return {
    async purchase(data, releasedUsd, onEvent = () => {}) {
      const events: Event[] = [];
      const report = (event: Event): void => onEvent(event, events.push(event) - 1);
      const budget = openRunBudget(releasedUsd);
      let spend: ReturnType<typeof openPurchases>['spend'] | null = null;
      let failure: PurchaseAnswer['failure'] = null;
      try {
        const order = readPurchaseOrder(data);
        const earlier = new Map(order.earlier === null ? [] : [[order.key, order.earlier]]);
        const purchases = openPurchases(runOf(context, order, report), {
          store,
          budget,
          refusals,
          providers,
          rates,
          order: { id: order.order, process, earlier },
        });
        spend = purchases.spend;
        await purchase(await resolve(order, store), purchases);
      } catch (error) {
        failure = failureOf(error);
      }
      const bill = spend?.bill() ?? { bought: 0, costUsd: 0, maybeBilledUsd: 0 };
      return { failure, ...bill, events };
    },

    async encode(data) {
      const { key, specs, placeholder } = readEncodeOrder(data);
      const { source } = originalOf(await recordOf(key, store), store);
      const cache = openCache(context.config, () => {}, sharedCacheOf(context));
      try {
        await deriveVariants(source, specs, {
          cache,
          placeholder,
          signal: context.signal,
          settings: (spec) => encoderSettings(spec, context.config.effort),
        });
      } finally {
        await cache.close();
      }
    },

    close: async () => store.remote?.close(),
  };
}

/** The run that an order is a part of, as this process sees it. Its budget of a day was reserved by the run. */
function runOf(
  context: Context,
  { order, isOrderNamed }: PurchaseOrder,
  report: Context['report'],
): Context {
  const config = { ...context.config, maxCostUsdPerDay: null };
  return { ...context, config, report, order: isOrderNamed ? order : null };
}

async function resolve(order: PurchaseOrder, store: Store): Promise<ResolvedRequest> {
  const { inputs, mask, ...rest } = order;
  const found = await Promise.all(inputs.map((input) => plannedInput(input, store)));
  const foundMask = mask && (await plannedInput(mask, store));
  checkInputs(order.request, found.map(hashOf), foundMask && hashOf(foundMask));
  return { ...rest, inputs: found, mask: foundMask };
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
