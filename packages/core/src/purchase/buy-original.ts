import { TintypeError } from '../errors.ts';
import { type Context, report } from '../context.ts';
import { findPngDamage } from '../image/find-png-damage.ts';
import { loadSharpSoon } from '../image/load-sharp.ts';
import { countFrames } from '../image/inspect-picture.ts';
import { decodePicture, hasAlpha } from '../image/raw-picture.ts';
import { type CurrentOrder, isSameCall } from './current-order.ts';
import { cleanAnswer } from './clean-answer.ts';
import type { DayBudget } from './day-budget.ts';
import { judgePicture } from './judge-picture.ts';
import { keysOf } from './keys-of.ts';
import { actualCost } from '../plan/estimate-cost.ts';
import { modelFor } from '../plan/models.ts';
import {
  type Order,
  type Picture,
  type Provider,
  ProviderError,
  type RateLimit,
} from '../provider/provider.ts';
import { policies } from '../provider/retry.ts';
import { shownText } from '../provider/shown-text.ts';
import { readInputPicture } from './read-input-picture.ts';
import { checkShape, orderHandle } from '../schema.ts';
import { repeatsSecret, secretsIn, withoutSecrets } from '../secrets.ts';
import type { Put, Store } from '../store/store.ts';
import type { Attempt, Key, OpenAttempt, PlannedRequest, Request, StoreRecord } from '../types.ts';

/** A planned request whose key is known. */
export interface Wanted extends PlannedRequest {
  readonly key: Key;
  readonly request: Request;
}

/** What one paid call gave. */
export interface Answer {
  /** What to deliver: the picture of this call, or one that another process bought first. */
  readonly record: StoreRecord;
  /** US dollars that this call cost; `null`: unknown. */
  readonly costUsd: number | null;
  /** What is not as it was asked for, though it is a picture. */
  readonly warnings: readonly string[];
}

/** Where a picture is asked for, and put. */
interface Desk {
  readonly provider: Provider;
  readonly store: Store;
  readonly context: Context;
  readonly day: DayBudget;
  readonly order: CurrentOrder;
  /**
   * Whether this process may still buy the key: asked before the attempt is noted (`null`), and again with its note as the
   * last thing before the request leaves.
   */
  readonly mayLeave: (noted: Attempt | null) => Promise<boolean>;
  /**
   * Its bytes are on the disk, and nothing else is yet. What it cost, and what the answer says of the account's limit,
   * where that is known. The picture is looked at once this resolves.
   */
  readonly onReceived: (costUsd: number | null, limit: RateLimit | null) => Promise<void>;
}

/** It was paid for, and nothing usable came of it. */
class PaidForError extends TintypeError {}

/** Nothing was sent: while this process waited, or was suspended, another one took the key over, or bought it. */
export class ClaimLostError extends Error {
  override readonly name = 'ClaimLostError';
  /** The attempt that was noted by then, though its request never left. */
  readonly unsent: Attempt | null;

  constructor(unsent: Attempt | null) {
    super('the claim on the key was lost before the request left');
    this.unsent = unsent;
  }
}

/**
 * Asks a paid provider once: the only way from here to one. The attempt is noted before the request leaves, the bytes
 * are on the disk before anything else is done with them, and the attempt is cleared once the record exists.
 *
 * The attempt is noted, and then the claim is read: a process that takes the claim over does it the other way round. So
 * one of the two sees the other, at whatever instant a process is suspended.
 *
 * Throws the provider's error, with the attempt left behind where it may have been billed, `store-not-writable`, or a
 * ClaimLostError.
 */
export async function askOnce(wanted: Wanted, desk: Desk): Promise<Answer> {
  const { provider, store, context, day, mayLeave } = desk;
  await provider.load?.();
  const earlier = (await store.attempt(wanted.key))?.note ?? null;
  let attempt = newAttempt(wanted, provider, desk.order, context);
  const bare = await orderOf(wanted, provider, store, context);
  const secrets = secretsOf(bare, context);
  const order: Order = {
    ...bare,
    async onPlaced(predictionId) {
      // A server makes it up: it may be a path, or repeat a key.
      if (checkShape(orderHandle, predictionId).kind === 'damaged') return;
      if (repeatsSecret(predictionId, secrets)) return;
      attempt = { ...attempt, predictionId };
      // Where it cannot be noted the picture is awaited all the same.
      if (await isStillNoted(attempt, store)) await store.noteAttempt(attempt).catch(() => {});
    },
  };
  if (!(await mayLeave(null))) throw new ClaimLostError(null);
  await store.noteAttempt(attempt);
  await day.admit(earlier, () => forgetAttempt(attempt, earlier, store));
  const beforePaying = async (): Promise<void> => {
    if (!(await mayLeave(attempt))) throw new ClaimLostError(attempt);
  };
  // Nothing may come between this look and the request.
  await beforePaying();
  const answering = callProvider(() => provider.generate({ ...order, beforePaying }), secrets);
  // While the answer is on its way.
  loadSharpSoon();
  const answer = await answering;
  if (answer instanceof ProviderError && answer.reply === null) {
    await noteFailure(answer, attempt, earlier, desk);
    throw answer;
  }
  return keepAnswer(answer, attempt, desk);
}

/**
 * Collects what an earlier process ordered and did not receive: free, and never an order. `null`: the attempt has no
 * handle. Throws the provider's error: the attempt stays where the picture may still be collected, or may have been billed.
 */
export async function collectOrdered(
  wanted: Wanted,
  attempt: Attempt,
  desk: Pick<Desk, 'provider' | 'store' | 'context'>,
): Promise<StoreRecord | null> {
  const { provider, store, context } = desk;
  const { predictionId, startedAt } = attempt;
  if (predictionId === undefined) return null;
  // The plan counted on its being free, so that it must not be bought instead.
  if (provider.collect === undefined) {
    const message = `it was ordered at ${startedAt} as ${predictionId}, which ${wanted.provider} cannot collect; remove the attempt to order it again`;
    throw new ProviderError('not-supported', message, { isBilledAnyway: true });
  }
  const order = await orderOf(wanted, provider, store, context);
  const collecting = () => provider.collect!(predictionId, order);
  const answer = await callProvider(collecting, secretsOf(order, context));
  if (!(answer instanceof ProviderError) || answer.reply !== null) {
    const { record } = await keepAnswer(answer, attempt, { ...desk, onReceived: async () => {} });
    return record;
  }
  const { code, message, requestId } = answer;
  const isFree = policies[code].billed === 'no' && !answer.isBilledAnyway;
  if (answer.isOver) {
    const { predictionId: _, ...over } = attempt;
    await (isFree
      ? store.clearAttempt(attempt.key)
      : store.noteAttempt({ ...over, outcome: message, requestId }));
  }
  const what = answer.isOver ? message : `${message}; the next run tries to collect it again`;
  throw new ProviderError(code, `it was ordered at ${startedAt}: ${what}`, {
    requestId,
    isBilledAnyway: !answer.isOver || !isFree,
  });
}

/** Puts what was paid for on the disk, and then into the store. */
async function keepAnswer(
  answer: Picture | ProviderError,
  attempt: Attempt,
  { store, context, onReceived }: Pick<Desk, 'store' | 'context' | 'onReceived'>,
): Promise<Answer> {
  try {
    const received = await receive(answer, attempt, store);
    // Whoever waits for the place on the wire need not wait for the note.
    await Promise.all([
      onReceived(costOf(received.attempt, context), answer.limit),
      store.noteAttempt(received.attempt),
    ]);
    const { record, earlier } = await recordReceived(received, store, context);
    const warnings =
      answer instanceof ProviderError
        ? []
        : [...answer.warnings, ...(await differences(received, record))];
    return { record: earlier ?? record, costUsd: record.costUsd, warnings };
  } catch (error) {
    if (!(error instanceof TintypeError)) throw error;
    throw new PaidForError(error.code, error.message, { cause: error });
  }
}

/** The note of a request that is about to leave, or of one whose own note is lost. */
export function newAttempt(
  wanted: Wanted,
  provider: Provider,
  order: CurrentOrder,
  context: Context,
): Attempt {
  return {
    version: 1,
    key: wanted.key,
    imageId: wanted.id,
    manifest: wanted.manifest,
    order: order.id,
    process: order.process,
    request: wanted.request,
    startedAt: context.now().toISOString(),
    outcome: null,
    requestId: null,
    usage: null,
    ...(provider.originalFormat === null ? { anyFormat: true } : {}),
  };
}

/** Whether the user may have been billed for a picture that this error stands for. */
export function isMaybeBilled(error: unknown): boolean {
  if (error instanceof TintypeError && error.code === 'maybe-billed') return true;
  if (!(error instanceof ProviderError)) return error instanceof PaidForError;
  return error.isBilledAnyway || policies[error.code].billed !== 'no';
}

/**
 * Records what earlier runs received and did not come to record, and clears what was recorded after all; what another
 * process is buying is left to it. Resolves to all that was open.
 */
export async function recordLeftOver(
  store: Store,
  context: Context,
): Promise<ReadonlyMap<Key, OpenAttempt>> {
  const open = await store.attempts();
  for (const { key, note, isReceived, isInFlight } of open.values()) {
    if (isInFlight) continue;
    const stored = await store.find(key);
    // Nothing can be recorded beside it: its image says so, the bytes stay, and other images go on.
    if (stored?.kind === 'damaged') continue;
    if (isReceived) {
      // Without its note, the bytes answer the request of their key, which a record or else the image itself knows.
      const known = note ?? (stored === null ? null : noteOf(stored.record));
      if (known !== null) await recordAttempt(known, store, context);
    } else if (stored !== null) await store.clearAttempt(key);
  }
  return open;
}

/** Records what was received for an attempt; `null`: nothing was. */
export async function recordAttempt(
  attempt: Attempt,
  store: Store,
  context: Context,
): Promise<StoreRecord | null> {
  const bytes = await store.received(attempt.key);
  if (bytes === null) return null;
  // What is no picture is kept aside here as it would have been then; its image says so when it is asked for.
  const received = { attempt, bytes, problem: null };
  const { record, earlier } = await recordReceived(received, store, context);
  return earlier ?? record;
}

/** What a record says of the attempt that it came from. */
function noteOf({ key, request, usage, provenance, boughtFor }: StoreRecord): Attempt {
  return {
    version: 1,
    key,
    imageId: boughtFor?.id ?? '',
    manifest: boughtFor?.manifest ?? '',
    order: '',
    request,
    startedAt: provenance.createdAt,
    outcome: null,
    requestId: provenance.requestId,
    usage,
  };
}

/** What came back and is on the disk, not looked at yet. */
interface Received {
  readonly attempt: Attempt;
  readonly bytes: Uint8Array;
  /** Why it is known not to be a picture, before anyone looks at it. */
  readonly problem: string | null;
}

/** Everything in play that must not be kept or shown. */
function secretsOf({ apiKey, openAiKey }: Order, { env }: Context): readonly string[] {
  const keys = [apiKey, openAiKey].filter((key) => typeof key === 'string');
  return [...new Set([...keys, ...secretsIn(env)])];
}

/** The one call that costs money. What comes of it holds none of the secrets. */
async function callProvider(
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
  desk: Pick<Desk, 'store' | 'context'>,
): Promise<void> {
  const { code, message: outcome, requestId } = failure;
  const { store } = desk;
  // Where the refusal cannot be kept, the note from before the call stays.
  if (!(await keepRefusal(failure, attempt, desk))) return;
  if (!(await isStillNoted(attempt, store))) return;
  const noting =
    policies[code].billed !== 'no'
      ? store.noteAttempt({ ...attempt, outcome, requestId })
      : forgetAttempt(attempt, earlier, store);
  // Where this fails, the note from before the call stands: "may have been billed", with fewer words.
  await noting.catch(() => {});
}

/** A refusal that may have been billed must not be asked for again once the cache is cleared. `false`: it was not kept. */
async function keepRefusal(
  { code, isBilledAnyway, message, requestId }: ProviderError,
  { key, request }: Attempt,
  { store, context }: Pick<Desk, 'store' | 'context'>,
): Promise<boolean> {
  if (code !== 'moderation' || !isBilledAnyway) return true;
  const [refusedAt, reason] = [context.now().toISOString(), shownText(message)];
  return store.refuse({ version: 1, key, request, reason, requestId, refusedAt }).then(
    () => true,
    () => false,
  );
}

/** Nothing was billed for it; the note of an earlier call with the same key comes back. */
function forgetAttempt(attempt: Attempt, earlier: Attempt | null, store: Store): Promise<void> {
  return earlier === null ? store.clearAttempt(attempt.key) : store.noteAttempt(earlier);
}

/** Puts what was paid for on the disk. */
async function receive(
  answer: Picture | ProviderError,
  attempt: Attempt,
  store: Store,
): Promise<Received> {
  const { requestId } = answer;
  if (answer instanceof ProviderError) {
    const { message: outcome, reply: bytes } = answer;
    if (bytes === null) throw new Error('an answer without a body is not received');
    await store.receive(attempt.key, bytes);
    return { attempt: { ...attempt, outcome, requestId }, bytes, problem: outcome };
  }
  const { bytes, usage } = answer;
  await store.receive(attempt.key, bytes);
  const answered = { ...attempt, outcome: 'answered', requestId, usage };
  return { attempt: answered, bytes, problem: null };
}

/** What a picture lacks of what was asked for: it is delivered all the same. */
async function differences(
  { bytes }: Received,
  { request, original, rejected }: StoreRecord,
): Promise<string[]> {
  if (rejected !== undefined) return [];
  const size = `${original.width}x${original.height}`;
  const damage = findPngDamage(bytes);
  const frames = await countFrames(bytes);
  return [
    ...(frames === 1 ? [] : [`it has ${frames} frames, and the first one is used`]),
    ...(damage === null ? [] : [`${damage}; its pixels are whole, so it is used`]),
    ...(request.size === 'auto' || request.size === size
      ? []
      : [`it is ${size}, and ${request.size} was asked for`]),
    ...(request.background === 'transparent' && !hasAlpha(await decodePicture(bytes))
      ? ['nothing of it is transparent, though background: transparent was asked for']
      : []),
  ];
}

/** Looks at what came back, keeps it as an original or aside, and clears the attempt. */
async function recordReceived(
  { attempt, bytes, problem }: Received,
  store: Store,
  context: Context,
): Promise<Put> {
  const { key, request, usage, requestId, imageId: id, manifest } = attempt;
  const judgement =
    problem === null
      ? await judgePicture(bytes, attempt.anyFormat === true)
      : { info: null, problem };
  const put = await store.put({
    key,
    request,
    bytes,
    info: judgement.info,
    rejected: judgement.problem,
    usage,
    costUsd: costOf(attempt, context),
    requestId,
    createdAt: context.now(),
    ...(manifest === '' ? {} : { boughtFor: { id, manifest } }),
  });
  await store.clearAttempt(key);
  if (put.earlier !== null) reportBoughtTwice(put, context);
  return put;
}

function reportBoughtTwice({ record }: Put, context: Context): void {
  report(context, {
    type: 'warning',
    code: 'bought-twice',
    message: `the request ${record.key.slice(0, 12)}… was bought by another process too; its picture came first and is delivered, and the second one is kept as original ${record.original.sha256.slice(0, 12)}…`,
  });
}

function costOf({ request, usage }: Attempt, { config }: Context): number | null {
  return actualCost(modelFor(config.models, request), usage);
}

/** An image whose picture was paid for and is unusable: it is not bought again by itself. */
export function rejectedError({ original, rejected }: StoreRecord): TintypeError {
  const isPicture = original.width > 0;
  const ways = isPicture
    ? 'a configuration that accepts it uses it at no cost, and take: 2 buys another'
    : 'take: 2 asks for another';
  return new PaidForError(
    'original-rejected',
    `what the API sent cannot be used: ${rejected}; it is kept aside as rejected/${original.sha256.slice(0, 12)}…; ${ways}`,
  );
}

async function orderOf(
  wanted: Wanted,
  provider: Provider,
  store: Store,
  context: Context,
): Promise<Order> {
  const { config } = context;
  const read = (input: PlannedRequest['inputs'][number]) => readInputPicture(input, context, store);
  return {
    imageId: wanted.id,
    key: wanted.key,
    request: wanted.request,
    call: wanted.job.call,
    ...keysOf(wanted.job, wanted.provider, provider, context),
    inputs: await Promise.all(wanted.inputs.map(read)),
    mask: wanted.mask === null ? null : await read(wanted.mask),
    timeoutMs: config.timeoutMs,
  };
}
