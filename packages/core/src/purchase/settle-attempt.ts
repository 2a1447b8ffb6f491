import { type Context, report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { attemptReason, damagedAnswerReason } from '../plan/plan-jobs.ts';
import { ProviderError } from '../provider/provider.ts';
import { policies } from '../provider/retry.ts';
import type { Store } from '../store/store.ts';
import type { Attempt, Key, OpenAttempt, StoreRecord } from '../types.ts';
import { callProvider, newAttempt, orderFor, secretsFor } from './attempt.ts';
import { isSameCall, refusalToAskAgain } from './current-order.ts';
import { keepAnswer, recordAttempt } from './keep-answer.ts';
import type { PurchaseContext, ResolvedRequest } from './purchase-context.ts';

/**
 * Records what earlier runs received and did not record, and clears what was recorded after all. What another process is
 * buying is left to it. Resolves to all that was open.
 */
export async function settleLeftOver(
  store: Store,
  run: Context,
): Promise<ReadonlyMap<Key, OpenAttempt>> {
  const open = await store.attempts();
  for (const { key, note, isReceived, isInFlight } of open.values()) {
    if (isInFlight) continue;
    const stored = await store.find(key);
    // Nothing can be recorded beside it: its image says so, the bytes stay, and other images go on.
    if (stored?.kind === 'damaged') continue;
    if (isReceived) {
      // Bytes without a note answer the request of their key, which a record may know; if not, its image does.
      const known = note ?? (stored === null ? null : noteOf(stored.record));
      if (known !== null) await recordAttempt(known, store, run);
    } else if (stored !== null) await store.clearAttempt(key);
  }
  return open;
}

/**
 * What an earlier process that asked for the same picture came to: its picture, recorded now, or collected; `null`: the
 * picture may be asked for. `unsent`: a note of this process's own whose request never left. Throws `original-damaged`,
 * `maybe-billed`, or the provider's error.
 */
export async function settleAttempt(
  wanted: ResolvedRequest,
  unsent: Attempt | null,
  context: PurchaseContext,
): Promise<StoreRecord | null> {
  const { store, run, order } = context;
  const { key, id, manifest, line } = wanted;
  const attempt = await store.attempt(key);
  if (attempt === null || isSameCall(attempt.note, unsent)) return null;
  if (attempt.isAnswerDamaged)
    throw new TintypeError('original-damaged', `not asked for: ${damagedAnswerReason(key)}`);
  // Bytes whose note is lost answer the request that has their key.
  const record = await recordAttempt(attempt.note ?? newAttempt(wanted, context), store, run);
  if (record !== null) return record;
  const collected = attempt.note && (await collect(wanted, attempt.note, context));
  if (collected !== null) return collected;
  const refusal = await refusalToAskAgain(attempt, order);
  if (refusal !== null) throw new TintypeError('maybe-billed', `not asked for: it was ${refusal}`);
  // A new order of the user's: it is asked for again.
  const message = `"${id}" was ${attemptReason(attempt, order.id)}`;
  report(run, { type: 'warning', code: 'maybe-billed', message, manifest, line });
  return null;
}

/**
 * Collects what an earlier process ordered and did not receive: free, and never an order. `null`: the attempt has no
 * handle. Throws the provider's error: the attempt stays where the picture may still be collected, or may have been billed.
 */
async function collect(
  wanted: ResolvedRequest,
  attempt: Attempt,
  context: PurchaseContext,
): Promise<StoreRecord | null> {
  const { store, run, providers, refusals } = context;
  const { predictionId, startedAt } = attempt;
  if (predictionId === undefined) return null;
  const provider = providers(wanted.provider);
  // The plan counted on its being free, so that it must not be bought instead.
  if (provider.collect === undefined) {
    const message = `it was ordered at ${startedAt} as ${predictionId}, which ${wanted.provider} cannot collect; remove the attempt to order it again`;
    throw new ProviderError('not-supported', message, { isBilledAnyway: true });
  }
  const order = await orderFor(wanted, context);
  const collecting = () => provider.collect!(predictionId, order);
  const answer = await callProvider(collecting, secretsFor(order, run));
  if (!(answer instanceof ProviderError) || answer.reply !== null)
    return (await keepAnswer(answer, attempt, store, run, () => {})).record;

  const { code, message, requestId } = answer;
  const isFree = policies[code].billed === 'no' && !answer.isBilledAnyway;
  if (answer.isOver) {
    const { predictionId: _, ...over } = attempt;
    await (isFree
      ? store.clearAttempt(attempt.key)
      : store.noteAttempt({ ...over, outcome: message, requestId }));
  }
  const what = answer.isOver ? message : `${message}; the next run tries to collect it again`;
  const failure = new ProviderError(code, `it was ordered at ${startedAt}: ${what}`, {
    requestId,
    isBilledAnyway: !answer.isOver || !isFree,
  });
  if (code === 'moderation') await refusals.remember(wanted.key, failure.message);
  throw failure;
}

/** What a record says of the attempt that it came from. */
function noteOf({ key, request, usage, provenance, boughtFor }: StoreRecord): Attempt {
  return {
    version: 1,
    key,
    imageId: boughtFor?.id ?? '',
    manifest: boughtFor?.manifest ?? '',
    ...(boughtFor?.isPicked && { isPicked: true }),
    order: '',
    request,
    startedAt: provenance.createdAt,
    outcome: null,
    requestId: provenance.requestId,
    usage,
  };
}
