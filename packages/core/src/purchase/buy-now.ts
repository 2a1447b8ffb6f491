import { report } from '../context.ts';
import { ProviderError } from '../provider/provider.ts';
import { decideRetry, maxRetryMs, policies } from '../provider/retry.ts';
import type { ResolvedRequest, StoreRecord } from '../types.ts';
import { attemptPurchase, type AttemptSteps } from './attempt.ts';
import { ClaimLostError, isMaybeBilled } from './failures.ts';
import { keyNameOf, openAiKeyNameOf } from './key-name.ts';
import type { PurchaseContext } from './purchase-context.ts';

type MayLeave = AttemptSteps['mayLeave'];

/**
 * Buys a picture whose key is claimed and has no open attempt, except `earlier`, which may be repeated. Throws a TintypeError or a
 * ClaimLostError.
 */
export type Buy = (
  resolved: ResolvedRequest,
  earlier: AttemptSteps['earlier'],
  mayLeave: MayLeave,
  context: PurchaseContext,
) => Promise<StoreRecord>;

/**
 * Requests a picture and waits for the answer, within rate and budget. Repeats the request if that is safe. The picture may
 * be one that was kept aside (`record.rejected`).
 */
export const buyNow: Buy = async (resolved, earlier, mayLeave, context) => {
  const { run, store, stop, queue } = context;
  const failures: ProviderError[] = [];
  let firstFailedAt = 0;
  const noteBefore = async () => (failures.length === 0 ? earlier : store.note(resolved.key));
  for (;;) {
    const asking = noteBefore().then((note) =>
      askInTurn(resolved, { earlier: note, mayLeave }, context),
    );
    const answer = await asking.catch((refusal: unknown) => {
      if (refusal instanceof ClaimLostError) throw refusal;
      // The user needs the reason of the first failure, not the reason why no second call was made. A call that was made is another
      // matter: it may have been paid for.
      throw failures.length === 0 || isMaybeBilled(refusal) ? refusal : lastOf(failures);
    });
    if (!(answer instanceof ProviderError)) return answer;

    const now = run.now().getTime();
    failures.push(answer);
    if (failures.length === 1) firstFailedAt = now;
    const codes = failures.map(({ code }) => code);
    const { code, retryAfterMs, limit } = answer;
    const elapsedMs = now - firstFailedAt;
    const decision = answer.isBilledAnyway
      ? notAgain
      : decideRetry({ codes, retryAfterMs, elapsedMs }, Math.random());
    if (policies[code].slowsRun) {
      // All requests of the provider wait, unless the wait is longer than a run may take.
      if (decision.kind === 'retry') queue.pause(resolved.provider, limit, decision.afterMs);
      else queue.learn(resolved.provider, limit);
    }
    if (decision.kind === 'fail') throw lastOf(failures, remedyFor(answer, resolved, context));
    if (decision.kind === 'come-back') throw lastOf(failures, comeBackAt(now, decision.afterMs));
    await run.sleep(decision.afterMs, stop.signal);
  }
};

/** What may have been billed is not requested again, whatever its code allows. */
const notAgain = { kind: 'fail' } as const;

/**
 * Makes one call when it is its turn, and settles its cost. Returns an error if the request may be
 * repeated, and throws any other error.
 */
function askInTurn(
  resolved: ResolvedRequest,
  looks: Pick<AttemptSteps, 'earlier' | 'mayLeave'>,
  context: PurchaseContext,
): Promise<StoreRecord | ProviderError> {
  // The API's limit also counts input pictures (2026-11-22).
  const pictures = 1 + resolved.inputs.length;
  return context.queue.send(resolved.provider, pictures, (isLate) =>
    ask(resolved, { ...looks, isLate }, context),
  );
}

async function ask(
  resolved: ResolvedRequest,
  looks: Pick<AttemptSteps, 'earlier' | 'mayLeave' | 'isLate'>,
  context: PurchaseContext,
): Promise<StoreRecord | ProviderError> {
  const { run, queue, spend, answers, refusals, stop } = context;
  const { key, provider, id, manifest, line } = resolved;
  const reserved = spend.reserve(resolved.costUsd);
  report(run, { type: 'generating', ...resolved.name, key });
  let partials = 0;
  const started = run.now().getTime();
  try {
    const { record, costUsd, warnings } = await attemptPurchase(
      resolved,
      {
        ...looks,
        onReceived(costUsd, limit) {
          reserved.settle(costUsd);
          queue.learn(provider, limit);
        },
        onPartial(file) {
          report(run, { type: 'partial', ...resolved.name, key, number: ++partials, file });
        },
      },
      context,
    );
    reserved.bought(costUsd);
    for (const text of warnings) {
      const message = `"${id}": ${text}`;
      report(run, { type: 'warning', code: 'provider', message, manifest, line });
    }
    answers.judge(provider, record.rejected ?? null);
    if (record.rejected === undefined) {
      const ms = run.now().getTime() - started;
      report(run, { type: 'generated', ...resolved.name, key, costUsd, ms });
    }
    return record;
  } catch (error) {
    reserved.failed(error);
    if (error instanceof ProviderError && isUnusable(error)) answers.judge(provider, error.message);
    stop.onFailure(error);
    if (!(error instanceof ProviderError)) throw error;
    if (error.code === 'moderation') await refusals.remember(key, error.message);
    return error;
  }
}

/**
 * Whether an answer without a picture, which may have been paid for, points at the setup and not at
 * one image.
 */
function isUnusable({ code }: ProviderError): boolean {
  return code === 'bad-reply' || code === 'unknown-outcome';
}

/** What to do about a failure. Names the variable of a bad key. */
function remedyFor(
  { code, isOpenAiKey, canBeCollected }: ProviderError,
  resolved: ResolvedRequest,
  { run, providers }: PurchaseContext,
): string {
  const { remedy, billed } = policies[code];
  if (canBeCollected) return 'the next run collects it';
  if (billed === 'maybe' && run.order !== null)
    return `order ${run.order} does not request it again. Look at the bill of the account; to request it again, run tintype --order <another name>`;
  if (code !== 'bad-api-key') return remedy;
  const name = isOpenAiKey
    ? openAiKeyNameOf(resolved)
    : keyNameOf(resolved, providers(resolved.provider));
  return name === null ? remedy : `${remedy} in ${name}`;
}

/** The last failure of a request, and what to do. If an earlier failure may have been billed, this one may have been, too. */
function lastOf(failures: readonly ProviderError[], remedy?: string): ProviderError {
  const { code, message, requestId, isBilledAnyway } = failures.at(-1)!;
  const isBilledBefore = failures.slice(0, -1).some(isMaybeBilled);
  const before = isBilledBefore ? '; an earlier call may have been billed' : '';
  // An API's message is often a whole sentence. Here it continues.
  const text = message.replace(/[.\s]+$/, '');
  return new ProviderError(code, `${text}${before}; ${remedy ?? policies[code].remedy}`, {
    requestId,
    isBilledAnyway: isBilledAnyway || isBilledBefore,
  });
}

/** A server may ask for any number of milliseconds, and dates have a limit. */
const maxAfterMs = 365 * 86_400_000;

function comeBackAt(now: number, afterMs: number): string {
  const time = now + (afterMs < maxAfterMs ? afterMs : maxAfterMs);
  const minute = new Date(time).toISOString().slice(0, 16).replace('T', ' ');
  return `run again after ${minute} UTC, because a run waits no longer than ${maxRetryMs / 60_000} minutes`;
}
