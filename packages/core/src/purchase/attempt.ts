import type { Context } from '../context.ts';
import { type Order, type Picture, ProviderError, type RateLimit } from '../provider/provider.ts';
import { policies } from '../provider/retry.ts';
import { shownText } from '../provider/shown-text.ts';
import { checkShape, orderHandle } from '../schema.ts';
import { repeatsSecret, secretsIn, withoutSecrets } from '../secrets.ts';
import type { Store } from '../store/store.ts';
import type { Attempt, PlannedRequest } from '../types.ts';
import { cleanAnswer } from './clean-answer.ts';
import { type CurrentOrder, isSameCall } from './current-order.ts';
import { ClaimLostError } from './failures.ts';
import { keepAnswer, type KeptAnswer } from './keep-answer.ts';
import { keysOf } from './keys-of.ts';
import type { Providers } from './providers.ts';
import type { PurchaseContext, ResolvedRequest } from './purchase-context.ts';
import { readInputPicture } from './read-input-picture.ts';

/** What a purchase gives each of its attempts. */
export interface AttemptSteps {
  /**
   * Whether this process may still buy the key: asked before the attempt is noted (`null`), and again with its note as the
   * last thing before the request leaves.
   */
  readonly mayLeave: (noted: Attempt | null) => Promise<boolean>;
  /** The answer's bytes are on the disk: what it cost, and what it says of the account's limit, where that is known. */
  readonly onReceived: (costUsd: number | null, limit: RateLimit | null) => void;
}

/**
 * Asks a paid provider once: the only way to one. The attempt is noted before the request leaves, the bytes are on the
 * disk before anything else is done with them, and the attempt is cleared once the record exists.
 *
 * The attempt is noted, and then the claim is read: a process that takes the claim over does it the other way round. So
 * one of the two sees the other, at whatever instant a process is suspended.
 *
 * Throws the provider's error, with the attempt left behind where it may have been billed, `store-not-writable`, or a
 * ClaimLostError.
 */
export async function attemptPurchase(
  wanted: ResolvedRequest,
  { mayLeave, onReceived }: AttemptSteps,
  context: PurchaseContext,
): Promise<KeptAnswer> {
  const { run, store, providers, day } = context;
  const provider = providers(wanted.provider);
  await provider.load?.();
  const earlier = (await store.attempt(wanted.key))?.note ?? null;
  let attempt = newAttempt(wanted, context);
  const order = await orderFor(wanted, context);
  const secrets = secretsFor(order, run);

  if (!(await mayLeave(null))) throw new ClaimLostError(null);
  await store.noteAttempt(attempt);
  await day.admit(earlier, () => forgetAttempt(attempt, earlier, store));
  const beforePaying = async (): Promise<void> => {
    if (!(await mayLeave(attempt))) throw new ClaimLostError(attempt);
  };
  const onPlaced = async (predictionId: string): Promise<void> => {
    // A server makes it up: it may be a path, or repeat a key.
    if (checkShape(orderHandle, predictionId).kind === 'damaged') return;
    if (repeatsSecret(predictionId, secrets)) return;
    attempt = { ...attempt, predictionId };
    // If it cannot be noted, the picture is still awaited.
    if (await isStillNoted(attempt, store)) await store.noteAttempt(attempt).catch(() => {});
  };
  // Nothing may come between this look and the request.
  await beforePaying();
  const answer = await callProvider(
    () => provider.generate({ ...order, beforePaying, onPlaced }),
    secrets,
  );
  if (answer instanceof ProviderError && answer.reply === null) {
    await noteFailure(answer, attempt, earlier, context);
    throw answer;
  }
  return keepAnswer(answer, attempt, store, run, onReceived);
}

/** The note of a request that is about to leave, or of one whose own note is lost. */
export function newAttempt(
  wanted: ResolvedRequest,
  {
    run,
    order,
    providers,
  }: { readonly run: Context; readonly order: CurrentOrder; readonly providers: Providers },
): Attempt {
  return {
    version: 1,
    key: wanted.key,
    imageId: wanted.id,
    manifest: wanted.manifest,
    ...(isPicked(wanted) ? { isPicked: true } : {}),
    order: order.id,
    process: order.process,
    request: wanted.request,
    startedAt: run.now().toISOString(),
    outcome: null,
    requestId: null,
    usage: null,
    ...(providers(wanted.provider).originalFormat === null ? { anyFormat: true } : {}),
  };
}

/** Whether the manifest has picked it from several candidates by now. */
function isPicked({ job, number }: ResolvedRequest): boolean {
  return job.pick === number && job.picture.numberOfImages > 1;
}

/** A request as its provider is given it. */
export async function orderFor(
  wanted: ResolvedRequest,
  { run, store, providers }: Pick<PurchaseContext, 'run' | 'store' | 'providers'>,
): Promise<Order> {
  const read = (input: PlannedRequest['inputs'][number]) => readInputPicture(input, run, store);
  return {
    imageId: wanted.id,
    key: wanted.key,
    request: wanted.request,
    call: wanted.job.call,
    ...keysOf(wanted.job, wanted.provider, providers(wanted.provider), run),
    inputs: await Promise.all(wanted.inputs.map(read)),
    mask: wanted.mask === null ? null : await read(wanted.mask),
    timeoutMs: run.config.timeoutMs,
  };
}

/** Everything in play that must not be kept or shown. */
export function secretsFor({ apiKey, openAiKey }: Order, { env }: Context): readonly string[] {
  const keys = [apiKey, openAiKey].filter((key) => typeof key === 'string');
  return [...new Set([...keys, ...secretsIn(env)])];
}

/** The one call that costs money. What comes of it holds none of the secrets. */
export async function callProvider(
  call: () => Promise<Picture>,
  secrets: readonly string[],
): Promise<Picture | ProviderError> {
  try {
    return cleanAnswer(await call(), secrets);
  } catch (error) {
    if (error instanceof ProviderError) return cleanAnswer(error, secrets);
    if (error instanceof ClaimLostError) throw error;
    // A provider of the user's own may throw anything.
    const words = withoutSecrets(error instanceof Error ? error.message : String(error), secrets);
    return new ProviderError('connection-lost', `the provider failed: ${shownText(words)}`);
  }
}

/** Whether a note is this call's: a process that took over while this one was suspended has a note of its own. */
async function isStillNoted(attempt: Attempt, store: Store): Promise<boolean> {
  const current = await store.attempt(attempt.key).catch(() => null);
  return current?.note == null || isSameCall(current.note, attempt);
}

/** Clears what was not billed, unless an earlier call with the same key may have been: its note comes back. */
async function noteFailure(
  failure: ProviderError,
  attempt: Attempt,
  earlier: Attempt | null,
  { run, store }: PurchaseContext,
): Promise<void> {
  const { code, message: outcome, requestId } = failure;
  // Where the refusal cannot be kept, the note from before the call stays.
  if (!(await keepRefusal(failure, attempt, store, run))) return;
  if (!(await isStillNoted(attempt, store))) return;
  const noting =
    policies[code].billed !== 'no'
      ? store.noteAttempt({ ...attempt, outcome, requestId })
      : forgetAttempt(attempt, earlier, store);
  // Where this fails, the note from before the call stays: "may have been billed", with fewer words.
  await noting.catch(() => {});
}

/** A refusal that may have been billed must not be asked for again once the cache is cleared. `false`: it was not kept. */
async function keepRefusal(
  { code, isBilledAnyway, message, requestId }: ProviderError,
  { key, request }: Attempt,
  store: Store,
  run: Context,
): Promise<boolean> {
  if (code !== 'moderation' || !isBilledAnyway) return true;
  const [refusedAt, reason] = [run.now().toISOString(), shownText(message)];
  return store.refuse({ version: 1, key, request, reason, requestId, refusedAt }).then(
    () => true,
    () => false,
  );
}

/** Nothing was billed for it; the note of an earlier call with the same key comes back. */
function forgetAttempt(attempt: Attempt, earlier: Attempt | null, store: Store): Promise<void> {
  return earlier === null ? store.clearAttempt(attempt.key) : store.noteAttempt(earlier);
}
