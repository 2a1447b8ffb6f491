import type { Context } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { estimateCost } from '../plan/estimate-cost.ts';
import { modelFor } from '../plan/models.ts';
import { spentOnDay, wasInBatch } from '../plan/spent-on-day.ts';
import { fits } from './budget.ts';
import { spendingVariables } from '../project/spending-policy.ts';
import type { Store } from '../store/store.ts';
import { lazyProviders } from './providers.ts';
import type { Attempt, Key, Request } from '../types.ts';

type Except = () => Promise<ReadonlySet<string>>;

/** The budget of a day in UTC. All processes that share a store keep to it. */
export interface DayBudget {
  /**
   * What was spent today, or may have been, according to the store now. US dollars. `except`: asked after the store was read; what
   * has these keys is not counted.
   */
  readonly spentUsd: (except?: Except) => Promise<number>;
  /**
   * Called when a request's attempt is in the store, before the request is sent. If purchases and
   * open requests then exceed the day's budget, it calls `forget` and rejects with `over-budget`.
   * If two processes ask at the same time, each sees the other's attempt, so both may be refused,
   * and neither exceeds the limit. `earlier`: the attempt of unknown outcome that the new one
   * replaces.
   */
  readonly admit: (earlier: Attempt | null, forget: () => Promise<void>) => Promise<void>;
}

export function dayBudget(context: Context, store: Store): DayBudget {
  const { config, now } = context;
  const providers = lazyProviders(context);
  const limit = config.maxCostUsdPerDay;
  let lastAdmission: Promise<unknown> = Promise.resolve();
  let replacedUsd = 0;
  return {
    spentUsd,
    admit: (earlier, forget) => {
      if (limit === null) return Promise.resolve();
      // One at a time, so that a refused attempt is forgotten before the next is counted.
      const admission = lastAdmission.then(() => admitNow(limit, earlier, forget));
      lastAdmission = admission.catch(() => {});
      return admission;
    },
  };

  async function admitNow(
    maxUsd: number,
    earlier: Attempt | null,
    forget: () => Promise<void>,
  ): Promise<void> {
    const replaced = earlier?.startedAt.startsWith(today())
      ? highOf(earlier.request, wasInBatch(earlier))
      : 0;
    if (fits((await spentUsd()) + replaced, maxUsd)) {
      replacedUsd += replaced;
      return;
    }
    await forget();
    throw new TintypeError(
      'over-budget',
      `the budget of $${maxUsd} a day (UTC) does not hold another picture; what was bought is kept. Raise maxCostUsdPerDay or ${spendingVariables.maxCostUsdPerDay}, or run again tomorrow`,
      { option: 'maxCostUsdPerDay' },
    );
  }

  async function spentUsd(except: Except = async () => new Set()): Promise<number> {
    // In this order, so that a purchase that is recorded meanwhile is counted in at least one of the two.
    const open = await store.attempts();
    const attempts = [...open.values()].flatMap(({ note }) => note ?? []);
    const purchases = await store.purchases();
    const refusals = [...(await store.refusals()).values()].flatMap((entry) =>
      entry.kind === 'refusal' ? [entry.refusal] : [],
    );
    const excepted = await except();
    const isCounted = ({ key }: { readonly key: Key }) => !excepted.has(key);
    const spent = {
      purchases: purchases.filter(isCounted),
      attempts: attempts.filter(isCounted),
      refusals: refusals.filter(isCounted),
    };
    return spentOnDay(today(), spent, highOf) + replacedUsd;
  }

  function today(): string {
    return now().toISOString().slice(0, 10);
  }

  /** A request has only the hashes of its inputs, so each counts as the most that one can cost. An unknown price counts as 0. */
  function highOf(request: Request, isInBatch: boolean): number {
    const sizes = (request.input_images ?? []).map(() => null);
    const high = estimateCost(modelFor(config.models, request), request, sizes)?.high ?? 0;
    return isInBatch ? high * (providers(request.provider).batches?.priceFactor ?? 1) : high;
  }
}
