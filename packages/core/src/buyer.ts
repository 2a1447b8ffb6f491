import { askOnce, type Wanted } from './buy-original.ts';
import { type Context, report } from './context.ts';
import { TintypeError } from './errors.ts';
import { newBudget, reserve, settle } from './provider/budget.ts';
import { roundUsd } from './plan/estimate-cost.ts';
import { ProviderError } from './provider/provider.ts';
import { newRate, type Rate, rateAfterAnswer, rateAfterRefusal, rateAfterSending, waitMs } from './provider/rate-limit.ts';
import { decideRetry, maxRetryMs, policies } from './provider/retry.ts';
import type { Providers } from './providers.ts';
import type { Refusals } from './refusals.ts';
import type { Store } from './store/store.ts';
import type { StoreRecord } from './types.ts';

/** What was bought so far. */
export interface Bill {
  readonly bought: number;
  /** `null` where a part of it is unknown. */
  readonly costUsd: number | null;
}

export interface Buyer {
  /**
   * Buys one picture, in its turn and within the budget, asking again where that is safe. What came back may be kept
   * aside (`record.rejected`). Throws a TintypeError.
   */
  readonly buy: (wanted: Wanted) => Promise<StoreRecord>;
  readonly bill: () => Bill;
  /** Why the run buys no more; `null` while it does. */
  readonly stopped: () => TintypeError | null;
}

/** The money of one run: budget, rate and retries, shared by all of its images. */
export function buyer(context: Context, store: Store, providers: Providers, refusals: Refusals): Buyer {
  const { config } = context;
  const now = () => context.now().getTime();
  const rates = new Map<string, Rate>();
  const rateOf = (provider: string) => rates.get(provider) ?? newRate(config.imagesPerMinute);
  let budget = newBudget(config.maxCostUsd);
  let stopped: TintypeError | null = null;
  const costs: (number | null)[] = [];

  return {
    buy,
    bill: () => ({
      bought: costs.length,
      costUsd: costs.reduce<number | null>((sum, cost) => (sum === null || cost === null ? null : roundUsd(sum + cost)), 0),
    }),
    stopped: () => stopped,
  };

  async function buy(wanted: Wanted): Promise<StoreRecord> {
    const started = now();
    const failures = new Map<string, number>();
    for (;;) {
      await turnOf(wanted);
      const error = await ask(wanted);
      if (!(error instanceof ProviderError)) return error;

      const times = (failures.get(error.code) ?? 0) + 1;
      failures.set(error.code, times);
      const { code, retryAfterMs } = error;
      const decision = decideRetry({ code, times, retryAfterMs, elapsedMs: now() - started }, Math.random());
      if (policies[code].slowsRun && decision.kind !== 'fail') {
        const { provider } = wanted;
        rates.set(provider, rateAfterRefusal(rateOf(provider), error.limit, decision.afterMs, now()));
      }
      if (decision.kind === 'retry') await pause(decision.afterMs);
      else throw decision.kind === 'fail' ? error : comeBack(error, now() + decision.afterMs);
    }
  }

  /** Returns when the request may leave. */
  async function turnOf(wanted: Wanted): Promise<void> {
    for (;;) {
      refuseStopped();
      const ms = waitMs(rateOf(wanted.provider), picturesOf(wanted), now());
      if (ms === 0) return;
      await pause(ms);
    }
  }

  /** One call and its money. An error that may be asked again is returned; any other is thrown. */
  async function ask(wanted: Wanted): Promise<StoreRecord | ProviderError> {
    const high = wanted.costUsd?.high ?? 0;
    const reserved = reserve(budget, high);
    if (reserved === null) throw (stopped ??= overBudget(config.maxCostUsd ?? 0));
    budget = reserved;
    let actual = high;
    rates.set(wanted.provider, rateAfterSending(rateOf(wanted.provider), picturesOf(wanted), now()));
    report(context, { type: 'generating', id: wanted.id, key: wanted.key });
    const started = now();
    try {
      const { record, picture } = await askOnce(wanted, { provider: providers(wanted.provider), store, context });
      actual = record.costUsd ?? high;
      costs.push(record.costUsd);
      rates.set(wanted.provider, rateAfterAnswer(rateOf(wanted.provider), picture?.limit ?? null));
      for (const message of picture?.warnings ?? []) warn(wanted, message);
      if (record.rejected === undefined) {
        const { costUsd } = record;
        report(context, { type: 'generated', id: wanted.id, key: wanted.key, costUsd, ms: now() - started });
      }
      return record;
    } catch (error) {
      if (error instanceof TintypeError && stopsRun(error)) stopped ??= error;
      if (!(error instanceof ProviderError)) throw error;
      if (policies[error.code].billed === 'no' && !error.isBilledAnyway) actual = 0;
      if (error.code === 'moderation') await refusals.remember(wanted.key, error.message);
      return error;
    } finally {
      budget = settle(budget, high, actual);
    }
  }

  function warn({ id, manifest, line }: Wanted, message: string): void {
    report(context, { type: 'warning', code: 'provider', message: `"${id}": ${message}`, manifest, line });
  }

  function refuseStopped(): void {
    if (context.signal.aborted) throw new TintypeError('interrupted', 'not asked for: the run was interrupted');
    if (stopped !== null) throw new TintypeError(stopped.code, `not asked for: ${stopped.message}`);
  }

  /** Waits, a Ctrl-C at most. */
  async function pause(ms: number): Promise<void> {
    await context.sleep(ms, context.signal);
  }
}

/** A request and the pictures that it works from: the API's limit counts both (2026-11-22). */
function picturesOf({ inputs }: Wanted): number {
  return 1 + inputs.length;
}

function stopsRun(error: TintypeError): boolean {
  return error instanceof ProviderError ? policies[error.code].stopsRun : error.code === 'store-not-writable';
}

function overBudget(maxCostUsd: number): TintypeError {
  return new TintypeError(
    'over-budget',
    `the budget of $${maxCostUsd} does not hold another picture; what was bought is kept. Raise --max-cost and run again`,
  );
}

function comeBack(error: ProviderError, at: number): ProviderError {
  const time = new Date(at).toISOString().slice(0, 16).replace('T', ' ');
  const message = `${error.message}; it asks for a longer wait than ${maxRetryMs / 60_000} minutes: run again after ${time} UTC`;
  return new ProviderError(error.code, message, { requestId: error.requestId });
}
