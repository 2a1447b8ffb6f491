import { type Context, report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { attemptReason, batchReason, damagedAnswerReason } from '../plan/plan-jobs.ts';
import { ProviderError } from '../provider/provider.ts';
import { policies } from '../provider/retry.ts';
import type { Store } from '../store/store.ts';
import type { Attempt, Key, OpenAttempt, ResolvedRequest, StoreRecord } from '../types.ts';
import { callProvider, newAttempt, orderFor } from './attempt.ts';
import { callSecrets } from './call-secrets.ts';
import { isSameCall, refusalToAskAgain } from './current-order.ts';
import { keepAnswer, recordAttempt } from './keep-answer.ts';
import type { PurchaseContext } from './purchase-context.ts';

/**
 * Records the answers that earlier runs received and did not record, and clears attempts that have a record. Leaves the
 * attempts of running processes alone. Resolves to all attempts that were open.
 */
export async function settleLeftOver(
  store: Store,
  run: Context,
): Promise<ReadonlyMap<Key, OpenAttempt>> {
  const open = await store.attempts();
  for (const { key, note, isReceived, isInFlight, batch } of open.values()) {
    // The answer to a line is read from the batch, with the tokens that it took, even if its bytes are here.
    if (isInFlight || (batch !== undefined && isReceived)) continue;
    const stored = await store.find(key);
    // It cannot be recorded. Its image reports that, the bytes stay, and the run continues with other images.
    if (stored?.kind === 'damaged') continue;
    if (isReceived) {
      // Bytes without a note are the answer to the request of their key. A record may name that request; otherwise its
      // image does.
      const known = note ?? (stored === null ? null : noteOf(stored.record));
      if (known !== null) await recordAttempt(known, store, run);
    } else if (stored !== null) await store.clearAttempt(key);
  }
  return open;
}

/**
 * The result of an earlier process's request for the same picture: the picture, recorded or collected now; `null`: the
 * picture may be requested. `attempt`: that of its key, read under its claim. `unsent`: this process's own note, whose request was not sent. Throws `original-damaged`,
 * `ordered` for a line of a batch, `maybe-billed`, or the provider's error.
 */
export async function settleAttempt(
  resolved: ResolvedRequest,
  attempt: OpenAttempt | null,
  unsent: Attempt | null,
  context: PurchaseContext,
): Promise<StoreRecord | null> {
  const { store, run, order } = context;
  const { key, id, manifest, line } = resolved;
  if (attempt === null || isSameCall(attempt.note, unsent)) return null;
  if (attempt.isAnswerDamaged)
    throw new TintypeError('original-damaged', `not requested: ${damagedAnswerReason(key)}`);
  if (attempt.batch !== undefined)
    throw new TintypeError('ordered', `not requested: it was ${batchReason(attempt)}`);
  // Bytes whose note was lost are the answer to the request with their key.
  const record = await recordAttempt(attempt.note ?? newAttempt(resolved, context), store, run);
  if (record !== null) return record;
  if (attempt.note?.batch !== undefined)
    throw new TintypeError('ordered', `not requested: it was ${batchReason(attempt)}`);
  const collected = attempt.note && (await collect(resolved, attempt.note, context));
  if (collected !== null) return collected;
  const refusal = await refusalToAskAgain(attempt, order);
  if (refusal !== null) throw new TintypeError('maybe-billed', `not requested: it was ${refusal}`);
  // The user has given a new order, so the request is sent again.
  const message = `"${id}" was ${attemptReason(attempt, order.id)}`;
  report(run, { type: 'warning', code: 'maybe-billed', message, manifest, line });
  return null;
}

/**
 * Collects a picture that an earlier process ordered and did not receive. This is free and never places an order. `null`:
 * the attempt has no handle. Throws the provider's error. The attempt stays if the picture may still be collected, or may
 * have been billed.
 */
async function collect(
  resolved: ResolvedRequest,
  attempt: Attempt,
  context: PurchaseContext,
): Promise<StoreRecord | null> {
  const { store, run, providers, refusals } = context;
  const { predictionId, startedAt } = attempt;
  if (predictionId === undefined) return null;
  const provider = providers(resolved.provider);
  // The plan assumed that this is free, so the picture must not be bought instead.
  if (provider.collect === undefined) {
    const message = `it was ordered at ${startedAt} as ${predictionId}, which ${resolved.provider} cannot collect; remove the attempt to order it again`;
    throw new ProviderError('not-supported', message, { isBilledAnyway: true });
  }
  const order = await orderFor(resolved, context);
  const collecting = () => provider.collect!(predictionId, order);
  const answer = await callProvider(collecting, callSecrets(order, provider, run));
  if (!(answer instanceof ProviderError) || answer.reply !== null)
    return (await keepAnswer(answer, attempt, store, run, () => {})).record;

  const { code, message, requestId } = answer;
  const isFree = policies[code].billed === 'no' && !answer.isBilledAnyway;
  const ageMs = run.now().getTime() - Date.parse(startedAt);
  const isTooLate = code === 'unknown-outcome' && ageMs > (provider.collectsForMs ?? Infinity);
  const isOver = answer.isOver || isTooLate;
  if (isOver) {
    const { predictionId: _, ...over } = attempt;
    await (isFree
      ? store.clearAttempt(attempt.key)
      : store.noteAttempt({ ...over, outcome: message, requestId }));
  }
  const what = isOver ? message : `${message}; the next run tries to collect it again`;
  const failure = new ProviderError(code, `it was ordered at ${startedAt}: ${what}`, {
    requestId,
    isBilledAnyway: !isOver || !isFree,
  });
  if (code === 'moderation') await refusals.remember(resolved.key, failure.message);
  throw failure;
}

/** The fields of a record that come from its attempt. */
function noteOf({ key, request, usage, provenance, boughtFor }: StoreRecord): Attempt {
  return {
    version: 1,
    key,
    imageId: boughtFor?.id ?? '',
    manifest: boughtFor?.manifest ?? '',
    ...(boughtFor?.isPicked && { isPicked: true }),
    order: provenance.order ?? '',
    request,
    startedAt: provenance.createdAt,
    outcome: null,
    requestId: provenance.requestId,
    usage,
    ...(provenance.batch !== undefined && { batch: provenance.batch }),
  };
}
