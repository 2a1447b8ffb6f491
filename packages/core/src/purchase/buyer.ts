import { askOnce, ClaimLostError, isMaybeBilled, type Wanted } from './buy-original.ts';
import type { Config } from '../config.ts';
import { type Context, report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { pictureName } from '../events.ts';
import { roundUsd } from '../plan/estimate-cost.ts';
import { ProviderError, type RateLimit } from '../provider/provider.ts';
import {
  newRate,
  type Rate,
  rateAfterAnswer,
  rateAfterRefusal,
  rateAfterSending,
  waitMs,
} from './rate-limit.ts';
import { decideRetry, type Decision, maxRetryMs, policies } from '../provider/retry.ts';
import { dayBudget } from './day-budget.ts';
import { raise } from './judge-plan.ts';
import { keyNameOf, openAiKeyNameOf } from './key-name.ts';
import type { ObtainerMeans } from './obtain-original.ts';
import type { Providers } from './providers.ts';
import { afterAnswer, isHopeless, noAnswers, setUpHint } from './unusable-answers.ts';
import type { Attempt, StoreRecord } from '../types.ts';

/** What was bought so far. */
export interface Bill {
  readonly bought: number;
  /** `null` where a part of it is unknown. */
  readonly costUsd: number | null;
  /**
   * US dollars, by high estimates, that calls may have cost of which nobody knows: not in `costUsd`. `null` where a part
   * of it is unknown.
   */
  readonly maybeBilledUsd: number | null;
}

export interface Buyer {
  /**
   * Buys one picture, in its turn and within the budget, asking again where that is safe. What came back may be kept
   * aside (`record.rejected`). Throws a TintypeError, or a ClaimLostError where `mayLeave` said no.
   */
  readonly buy: (wanted: Wanted, steps: PurchaseSteps) => Promise<StoreRecord>;
  readonly bill: () => Bill;
  /** What the budget did not hold; `null` where it held everything. */
  readonly overBudget: () => TintypeError | null;
  /** The failure itself, having stopped the run where that is what such a failure does. */
  readonly stopping: (failure: unknown) => unknown;
}

interface PurchaseSteps {
  /** Whether a request may still leave, after all waiting: see `askOnce`. */
  readonly mayLeave: (noted: Attempt | null) => Promise<boolean>;
  /**
   * Its bytes are on the disk and its money is settled: from then on the next may be asked for, and not before, because
   * nothing must be bought for a store that cannot be written. The picture is looked at once this resolves.
   */
  readonly onReceived: () => Promise<void>;
}

/** Not asked for, because another image failed for a reason that is every image's. */
export class NotAskedError extends TintypeError {}

/** The money of one run: budget, rate and retries, shared by all of its images. */
export function buyer(
  context: Context,
  providers: Providers,
  { store, purse, refusals, order }: ObtainerMeans,
): Buyer {
  const { config } = context;
  const now = () => context.now().getTime();
  const rates = new Map<string, Rate>();
  const turns = new Map<string, Promise<void>>();
  const rateOf = (provider: string) => rates.get(provider) ?? newRate(config.imagesPerMinute);
  const day = dayBudget(context, store);
  let overBudget: TintypeError | null = null;
  let stopped: TintypeError | null = null;
  const stop = new AbortController();
  const waking = AbortSignal.any([context.signal, stop.signal]);
  const costs: (number | null)[] = [];
  const maybeBilled: (number | null)[] = [];
  let answers = noAnswers;
  let inFlight = 0;
  let landing = Promise.withResolvers<void>();

  return {
    buy,
    bill: () => ({
      bought: costs.length,
      costUsd: sumOf(costs),
      maybeBilledUsd: sumOf(maybeBilled),
    }),
    overBudget: () => overBudget,
    stopping,
  };

  async function buy(wanted: Wanted, steps: PurchaseSteps): Promise<StoreRecord> {
    const failures: ProviderError[] = [];
    let firstFailedAt = 0;
    for (;;) {
      const answer = await ask(wanted, steps).catch((refusal: unknown) => {
        if (refusal instanceof ClaimLostError) throw refusal;
        // Why the first call failed says more than why there is no second one.
        throw failures.length === 0 ? refusal : lastOf(failures);
      });
      if (!(answer instanceof ProviderError)) return answer;

      failures.push(answer);
      if (failures.length === 1) firstFailedAt = now();
      const codes = failures.map(({ code }) => code);
      const { code, retryAfterMs, limit } = answer;
      const elapsedMs = now() - firstFailedAt;
      const decision = decideRetry({ codes, retryAfterMs, elapsedMs }, Math.random());
      if (policies[code].slowsRun) slowDown(wanted.provider, limit, decision);
      if (decision.kind === 'fail') throw lastOf(failures, remedyFor(answer, wanted));
      if (decision.kind === 'come-back')
        throw lastOf(failures, comeBackAt(now(), decision.afterMs));
      await context.sleep(decision.afterMs, waking);
    }
  }

  /** Names the variable that a bad key came from. */
  function remedyFor(
    { code, isOpenAiKey, canBeCollected }: ProviderError,
    { job, provider }: Wanted,
  ): string {
    const { remedy, billed } = policies[code];
    if (canBeCollected) return 'the next run collects it';
    if (billed === 'maybe' && context.order !== null)
      return `order ${context.order} does not ask again, a new order does`;
    if (code !== 'bad-api-key') return remedy;
    const name = isOpenAiKey ? openAiKeyNameOf(job) : keyNameOf(job, providers(provider));
    return name === null ? remedy : `${remedy} in ${name}`;
  }

  /** All wait with one that does; for longer than a run can, nobody waits for anybody. */
  function slowDown(provider: string, limit: RateLimit | null, decision: Decision): void {
    const rate = rateOf(provider);
    const isWaiting = decision.kind === 'retry';
    rates.set(
      provider,
      isWaiting
        ? rateAfterRefusal(rate, limit, decision.afterMs, now())
        : rateAfterAnswer(rate, limit),
    );
  }

  /** One call and its money, in its turn. An error that may be asked again is returned; any other is thrown. */
  async function ask(wanted: Wanted, steps: PurchaseSteps): Promise<StoreRecord | ProviderError> {
    await takeTurn(wanted);
    try {
      return await askInTurn(wanted, steps);
    } finally {
      inFlight--;
      landing.resolve();
      landing = Promise.withResolvers();
    }
  }

  async function askInTurn(
    wanted: Wanted,
    { mayLeave, onReceived }: PurchaseSteps,
  ): Promise<StoreRecord | ProviderError> {
    const reservation = purse.reserve(wanted.costUsd?.high ?? 0);
    // What costs less may fit yet, so the run goes on.
    if (reservation === null) throw (overBudget = notAffordable(config));
    report(context, { type: 'generating', ...pictureName(wanted), key: wanted.key });
    const started = now();
    try {
      const provider = providers(wanted.provider);
      const { record, costUsd, warnings } = await askOnce(wanted, {
        provider,
        store,
        context,
        day,
        order,
        mayLeave,
        onReceived: async (costUsd, limit) => {
          reservation.settle(costUsd);
          rates.set(wanted.provider, rateAfterAnswer(rateOf(wanted.provider), limit));
          await onReceived();
        },
      });
      costs.push(costUsd);
      for (const message of warnings) warn(wanted, message);
      judge(wanted, record.rejected ?? null);
      if (record.rejected === undefined) {
        report(context, {
          type: 'generated',
          ...pictureName(wanted),
          key: wanted.key,
          costUsd,
          ms: now() - started,
        });
      }
      return record;
    } catch (error) {
      reservation.settle(isMaybeBilled(error) ? null : 0);
      if (isMaybeBilled(error)) maybeBilled.push(wanted.costUsd?.high ?? null);
      if (error instanceof ProviderError && isUnusable(error)) judge(wanted, error.message);
      if (error instanceof TintypeError && error.code === 'over-budget') overBudget = error;
      stopping(error);
      if (!(error instanceof ProviderError)) throw error;
      if (error.code === 'moderation') await refusals.remember(wanted.key, error.message);
      return error;
    }
  }

  /** One after the other of a provider's requests, so that those that wait leave in the order in which they came. */
  function takeTurn(wanted: Wanted): Promise<void> {
    const turn = (turns.get(wanted.provider) ?? Promise.resolve()).then(() => waitForRate(wanted));
    turns.set(
      wanted.provider,
      turn.catch(() => {}),
    );
    return turn;
  }

  /** Returns when the request may leave; it counts as sent from then on. */
  async function waitForRate({ provider, inputs }: Wanted): Promise<void> {
    // The API's limit counts the pictures that are worked from, too (2026-11-22).
    const pictures = 1 + inputs.length;
    for (;;) {
      refuseStopped();
      const ms = waitMs(rateOf(provider), pictures, now());
      if (answers.isSuspicious && inFlight > 0) await landing.promise;
      else if (ms === 0) break;
      else await context.sleep(ms, waking);
    }
    inFlight++;
    rates.set(provider, rateAfterSending(rateOf(provider), pictures, now()));
  }

  /** Stops the run where a provider's answers are all of no use: each of them costs money. */
  function judge({ provider }: Wanted, problem: string | null): void {
    answers = afterAnswer(answers, provider, problem);
    if (problem === null || !isHopeless(answers, provider, problem)) return;
    const code = 'unusable-answers';
    const message = `two answers of ${provider} could not be used: ${problem}. The run stops before it buys more of them: ${setUpHint(problem)}. What was paid for and received is kept in the store`;
    // No image's own failure says it.
    if (stopped === null) report(context, { type: 'warning', code, message, isError: true });
    stopping(new TintypeError(code, message));
  }

  function warn({ id, manifest, line }: Wanted, message: string): void {
    report(context, {
      type: 'warning',
      code: 'provider',
      message: `"${id}": ${message}`,
      manifest,
      line,
    });
  }

  function refuseStopped(): void {
    if (context.signal.aborted)
      throw new TintypeError('interrupted', 'not asked for: the run was interrupted');
    if (stopped !== null)
      throw new NotAskedError(stopped.code, `not asked for: ${stopped.message}`);
  }

  function stopping(failure: unknown): unknown {
    if (!(failure instanceof TintypeError) || !stopsRun(failure)) return failure;
    // Several may fail at once, and only the first says something new.
    if (stopped !== null && !(failure instanceof ProviderError) && !isMaybeBilled(failure))
      return new NotAskedError(failure.code, `not asked for: ${failure.message}`);
    stopped ??= failure;
    stop.abort();
    return failure;
  }
}

/** An answer that may have been paid for and holds no picture, and no reason that is one image's. */
function isUnusable({ code }: ProviderError): boolean {
  return code === 'bad-reply' || code === 'unknown-outcome';
}

function stopsRun(error: TintypeError): boolean {
  return error instanceof ProviderError
    ? policies[error.code].stopsRun
    : stoppingCodes.has(error.code);
}

const stoppingCodes: ReadonlySet<string> = new Set([
  'store-not-writable',
  'store-not-readable',
  'unusable-answers',
]);

/** US dollars; `null` where a part of them is unknown. */
function sumOf(costs: readonly (number | null)[]): number | null {
  return costs.reduce<number | null>(
    (sum, cost) => (sum === null || cost === null ? null : roundUsd(sum + cost)),
    0,
  );
}

function notAffordable({ maxCostUsd, ci }: Config): TintypeError {
  return new TintypeError(
    'over-budget',
    `the budget of $${maxCostUsd} does not hold another picture; what was bought is kept. ${raise('maxCostUsd', ci)}, and run again`,
    { option: 'maxCostUsd' },
  );
}

/** The last failure of a request, and what to do. It may have been billed where an earlier one may have been. */
function lastOf(failures: readonly ProviderError[], remedy?: string): ProviderError {
  const { code, message, requestId, isBilledAnyway } = failures.at(-1)!;
  const isBilledBefore = failures.slice(0, -1).some(isMaybeBilled);
  const before = isBilledBefore ? '; an earlier call may have been billed' : '';
  // What an API says is often a sentence, and this goes on.
  const said = message.replace(/[.\s]+$/, '');
  return new ProviderError(code, `${said}${before}; ${remedy ?? policies[code].remedy}`, {
    requestId,
    isBilledAnyway: isBilledAnyway || isBilledBefore,
  });
}

/** What a server asks for may be any number, and dates end. */
const maxAfterMs = 365 * 86_400_000;

function comeBackAt(now: number, afterMs: number): string {
  const time = now + (afterMs < maxAfterMs ? afterMs : maxAfterMs);
  const minute = new Date(time).toISOString().slice(0, 16).replace('T', ' ');
  return `run again after ${minute} UTC, for a run waits no longer than ${maxRetryMs / 60_000} minutes`;
}
