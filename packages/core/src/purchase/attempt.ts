import { succeeds } from '../succeeds.ts';
import type { Context } from '../context.ts';
import { modelNamed } from '../plan/models.ts';
import { type Order, type Picture, ProviderError, type RateLimit } from '../provider/provider.ts';
import { shownText } from '../provider/shown-text.ts';
import { checkShape, orderHandle } from '../schema.ts';
import { bytesWithoutSecrets, repeatsSecret, withoutSecrets } from '../secrets.ts';
import type { Store } from '../store/store.ts';
import type { Attempt, PlannedRequest, ResolvedRequest } from '../types.ts';
import { callSecrets } from './call-secrets.ts';
import { checkReader } from './check-reader.ts';
import { cleanAnswer } from './clean-answer.ts';
import { type CurrentOrder, isSameCall } from './current-order.ts';
import { ClaimLostError, isMaybeBilled, NotSentError } from './failures.ts';
import { originalFormatOf } from './judge-picture.ts';
import { keepAnswer, type KeptAnswer } from './keep-answer.ts';
import { keysOf } from './keys-of.ts';
import { partialPictures } from './partial-pictures.ts';
import type { Providers } from './providers.ts';
import type { PurchaseContext } from './purchase-context.ts';
import type { IsLate } from './queue.ts';
import { readInputPicture } from './read-input-picture.ts';

/** What a purchase hands to each of its attempts. */
export interface AttemptSteps {
  /**
   * Whether this process may still buy the key. Asked before the attempt is noted (`null`), and again, with the note,
   * immediately before the request is sent.
   */
  readonly mayLeave: (noted: Attempt | null) => Promise<boolean>;
  /** The note that the key has before this attempt, of an earlier call which this one repeats. `damaged`: a note that cannot be read; `null`: none. */
  readonly earlier: Attempt | 'damaged' | null;
  /** Asked after it. */
  readonly isLate: IsLate;
  /**
   * Called when the answer's bytes are on the disk, with the cost and the account's limit, if the
   * answer names one.
   */
  readonly onReceived: (costUsd: number | null, limit: RateLimit | null) => void;
  /** Called with the file of each partial picture. It is removed when the picture is stored. */
  readonly onPartial: (file: string) => void;
}

/**
 * Sends one request to a paid provider; no other function does this. It writes the note of the
 * attempt before it sends the request, writes the bytes to the disk before it does anything else
 * with them, and clears the attempt when the record exists.
 *
 * This process writes its attempt and then reads the claim. A process that takes over writes its
 * claim and then reads the attempt. So at least one of the two sees the other, even if a process is
 * suspended between its two steps.
 *
 * Throws the provider's error, and leaves the attempt if it may have been billed;
 * `store-not-writable`, or a ClaimLostError.
 */
export async function attemptPurchase(
  resolved: ResolvedRequest,
  { mayLeave, earlier, isLate, onReceived, onPartial: onPartialFile }: AttemptSteps,
  context: PurchaseContext,
): Promise<KeptAnswer> {
  const { run, store, providers, day } = context;
  const provider = providers(resolved.provider);
  const expected = originalFormatOf(resolved.request, provider.originalFormat === null);
  await Promise.all([provider.load?.(), checkReader(expected)]);
  let attempt = newAttempt(resolved, context);
  const order = await orderFor(resolved, context);
  const secrets = callSecrets(order, provider, run);

  if (!(await mayLeave(null))) throw new ClaimLostError(null);
  // A process that took over since may have noted its own request, and sent it. Its note must stay.
  if (earlier !== null) await store.noteAttempt(attempt);
  else if (!(await store.beginAttempt(attempt))) throw new ClaimLostError(null);
  await day.admit(earlier === 'damaged' ? null : earlier, () =>
    forgetAttempt(attempt, earlier, store),
  );
  // The note may have replaced that of a process which took over. Then what became of that request is not known.
  const unsent = earlier === null ? attempt : null;
  const beforePaying = async (): Promise<void> => {
    do {
      if (!(await mayLeave(attempt))) throw new ClaimLostError(unsent);
    } while (await isLate());
  };
  const onPlaced = async (predictionId: string): Promise<void> => {
    // The server chooses it, so it may be a path, or repeat a key.
    if (checkShape(orderHandle, predictionId).kind === 'damaged') return;
    if (repeatsSecret(predictionId, secrets)) return;
    attempt = { ...attempt, predictionId };
    // If it cannot be noted, the picture is still awaited.
    if (await isStillNoted(attempt, store)) await store.noteAttempt(attempt).catch(() => {});
  };
  const partials = partialPictures();
  const onPartial = async (bytes: Uint8Array): Promise<void> => {
    const file = await partials.save(bytesWithoutSecrets(bytes, secrets));
    if (file !== null) onPartialFile(file);
  };
  const callbacks = { beforePaying, onPlaced, onPartial };
  // Nothing may happen between this check and the request.
  const answer = await beforePaying()
    .then(() => callProvider(() => provider.generate({ ...order, ...callbacks }), secrets))
    .catch(async (error: unknown) => {
      if (!(error instanceof NotSentError)) throw error;
      await forgetAttempt(attempt, earlier, store);
      throw error.reason;
    });
  if (answer instanceof ProviderError && answer.reply === null) {
    await noteFailure(answer, attempt, earlier, context);
    throw answer;
  }
  const kept = await keepAnswer(answer, attempt, store, run, onReceived);
  await partials.discard();
  return kept;
}

/** The note of a request that is about to be sent, or of one whose note was lost. */
export function newAttempt(
  resolved: ResolvedRequest,
  {
    run,
    order,
    providers,
  }: { readonly run: Context; readonly order: CurrentOrder; readonly providers: Providers },
): Attempt {
  return {
    version: 1,
    key: resolved.key,
    imageId: resolved.id,
    manifest: resolved.manifest,
    ...(resolved.isPicked ? { isPicked: true } : {}),
    order: order.id,
    process: order.process,
    request: resolved.request,
    startedAt: run.now().toISOString(),
    outcome: null,
    requestId: null,
    usage: null,
    ...(providers(resolved.provider).originalFormat === null ? { anyFormat: true } : {}),
  };
}

/** A request in the form that its provider takes. */
export async function orderFor(
  resolved: ResolvedRequest,
  { run, store, providers }: Pick<PurchaseContext, 'run' | 'store' | 'providers'>,
): Promise<Order> {
  const read = (input: PlannedRequest['inputs'][number]) => readInputPicture(input, run, store);
  const { request } = resolved;
  const overlay = resolved.overlay && (await read(resolved.overlay));
  return {
    imageId: resolved.id,
    key: resolved.key,
    request,
    call: resolved.call,
    streams: modelNamed(run.config.models, request.model).streams,
    ...keysOf(resolved, resolved.provider, providers(resolved.provider), run),
    inputs: await Promise.all(resolved.inputs.map(read)),
    mask: request.mask === undefined ? null : overlay,
    markup: request.markup === undefined ? null : overlay,
    timeoutMs: run.config.timeoutMs,
  };
}

/** Calls a provider. No other function does. The result holds none of the secrets. */
export async function callProvider(
  call: () => Promise<Picture>,
  secrets: readonly string[],
): Promise<Picture | ProviderError> {
  try {
    return cleanAnswer(await call(), secrets);
  } catch (error) {
    if (error instanceof ProviderError) return cleanAnswer(error, secrets);
    if (error instanceof ClaimLostError || error instanceof NotSentError) throw error;
    // A provider that the user wrote may throw anything.
    const words = withoutSecrets(error instanceof Error ? error.message : String(error), secrets);
    return new ProviderError('connection-lost', `the provider failed: ${shownText(words)}`);
  }
}

/**
 * Whether a note belongs to this call. If another process took over while this one was suspended, the note is that
 * process's.
 */
async function isStillNoted(attempt: Attempt, store: Store): Promise<boolean> {
  const current = await store.note(attempt.key).catch(() => null);
  return current === null || current === 'damaged' || isSameCall(current, attempt);
}

/**
 * Updates the note of a call that failed. If the call was not billed, clears the note, or restores the note of an earlier
 * call with the same key, which may have been billed.
 */
async function noteFailure(
  failure: ProviderError,
  attempt: Attempt,
  earlier: AttemptSteps['earlier'],
  { run, store }: PurchaseContext,
): Promise<void> {
  const { code, message: outcome, requestId } = failure;
  // If the refusal cannot be kept, the note from before the call stays.
  if (!(await keepRefusal(failure, attempt, store, run))) return;
  const isSettled = code === 'moderation' || !isMaybeBilled(failure);
  if (!isSettled && !(await isStillNoted(attempt, store))) return;
  const noting = isSettled
    ? forgetAttempt(attempt, earlier, store)
    : store.noteAttempt({ ...attempt, outcome, requestId });
  // If this fails, the note from before the call stays, which says "may have been billed" without the details.
  await noting.catch(() => {});
}

/**
 * A refusal that may have been billed must not be requested again, even after the cache is cleared. `false`: it was not
 * kept.
 */
async function keepRefusal(
  { code, isBilledAnyway, message, requestId }: ProviderError,
  { key, request }: Attempt,
  store: Store,
  run: Context,
): Promise<boolean> {
  if (code !== 'moderation' || !isBilledAnyway) return true;
  const [refusedAt, reason] = [run.now().toISOString(), shownText(message)];
  return succeeds(store.refuse({ version: 1, key, request, reason, requestId, refusedAt }));
}

/** Clears the note, or restores that of an earlier call with the same key. Leaves the note of a process that took over. */
async function forgetAttempt(
  attempt: Attempt,
  earlier: AttemptSteps['earlier'],
  store: Store,
): Promise<void> {
  if (!(await isStillNoted(attempt, store))) return;
  const isNone = earlier === null || earlier === 'damaged';
  await (isNone ? store.clearAttempt(attempt.key) : store.noteAttempt(earlier));
}
