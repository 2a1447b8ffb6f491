import { TintypeError } from './errors.ts';
import type { Context } from './context.ts';
import { inspectPicture, PictureError } from './image/inspect-picture.ts';
import { keyNameOf } from './key-name.ts';
import { actualCost } from './plan/estimate-cost.ts';
import { modelNamed } from './plan/models.ts';
import { type Order, type Picture, type Provider, ProviderError } from './provider/provider.ts';
import { policies } from './provider/retry.ts';
import { readInputPicture } from './read-input-picture.ts';
import type { Store } from './store/store.ts';
import type { Attempt, Key, PictureInfo, PlannedRequest, Request, StoreRecord } from './types.ts';

/** A planned request whose key is known. */
export interface Wanted extends PlannedRequest {
  readonly key: Key;
  readonly request: Request;
}

/** What one paid call gave. */
export interface Answer {
  readonly record: StoreRecord;
  /** `null` where what came back held no picture. */
  readonly picture: Picture | null;
}

/**
 * Asks a paid provider once: the only way from here to one. The attempt is noted before the request leaves, the bytes
 * are on the disk before anything else is done with them, and the attempt is cleared once the record stands.
 * Throws the provider's error, with the attempt left behind where it may have been billed, or `store-not-writable`.
 */
export async function askOnce(
  wanted: Wanted,
  { provider, store, context }: { provider: Provider; store: Store; context: Context },
): Promise<Answer> {
  const order = await orderOf(wanted, provider, store, context);
  const attempt: Attempt = {
    version: 1,
    key: wanted.key,
    imageId: wanted.id,
    request: wanted.request,
    startedAt: context.now().toISOString(),
    outcome: null,
    requestId: null,
    usage: null,
  };
  await store.noteAttempt(attempt);
  const received = await callProvider(provider, order, attempt, store);
  return { record: await recordReceived(received, store, context), picture: received.picture };
}

/** Records what earlier runs received and did not come to record, and clears what was recorded after all. */
export async function recordLeftOver(store: Store, context: Context): Promise<void> {
  const attempts = await store.attempts();
  if (attempts.size === 0) return;
  const stored = await store.stored();
  for (const { isReceived, ...attempt } of attempts.values()) {
    if (stored.has(attempt.key)) {
      await store.clearAttempt(attempt.key);
      continue;
    }
    const bytes = isReceived ? await store.received(attempt.key) : null;
    // What is no picture is kept aside here as it would have been then; its image says so when it is asked for.
    if (bytes !== null) await recordReceived({ attempt, bytes, problem: null }, store, context);
  }
}

/** What came back and is on the disk, not looked at yet. */
interface Received {
  readonly attempt: Attempt;
  readonly bytes: Uint8Array;
  /** Why it is known not to be a picture, before anyone looks at it. */
  readonly problem: string | null;
}

/** The one call that costs money. What it answers is on the disk when this returns, and what is known of it noted. */
async function callProvider(
  provider: Provider,
  order: Order,
  attempt: Attempt,
  store: Store,
): Promise<Received & Pick<Answer, 'picture'>> {
  let picture: Picture;
  try {
    picture = await provider.generate(order);
  } catch (error) {
    return { ...(await noteFailure(error, attempt, store)), picture: null };
  }
  await store.receive(attempt.key, picture.bytes);
  const { requestId, usage, bytes } = picture;
  const answered = { ...attempt, outcome: 'answered', requestId, usage };
  await store.noteAttempt(answered);
  return { attempt: answered, bytes, problem: null, picture };
}

/** Keeps a reply that was paid for and holds no picture; anything else is thrown, the attempt noted or cleared. */
async function noteFailure(error: unknown, attempt: Attempt, store: Store): Promise<Received> {
  const failure = error instanceof ProviderError ? error : null;
  if (failure !== null && policies[failure.code].billed === 'no') {
    await store.clearAttempt(attempt.key);
    throw failure;
  }
  const outcome = error instanceof Error ? error.message : String(error);
  const noted = { ...attempt, outcome, requestId: failure?.requestId ?? null };
  const reply = failure?.reply ?? null;
  if (reply !== null) await store.receive(attempt.key, reply);
  await store.noteAttempt(noted);
  if (reply === null) throw error;
  return { attempt: noted, bytes: reply, problem: outcome };
}

/** Looks at what came back, keeps it as an original or aside, and clears the attempt. */
async function recordReceived(
  { attempt, bytes, problem }: Received,
  store: Store,
  context: Context,
): Promise<StoreRecord> {
  const { key, request, usage, requestId } = attempt;
  const info = problem ?? (await inspect(bytes));
  const record = await store.put({
    key,
    request,
    bytes,
    info: typeof info === 'string' ? null : info,
    rejected: typeof info === 'string' ? info : formatProblem(info.format),
    usage,
    costUsd: actualCost(modelNamed(context.config.models, request.model), usage),
    requestId,
    createdAt: context.now(),
  });
  await store.clearAttempt(key);
  return record;
}

/** An image whose picture was paid for and is unusable: it is not bought again by itself. */
export function rejectedError({ original, rejected }: StoreRecord): TintypeError {
  return new TintypeError(
    'original-rejected',
    `what the API sent cannot be used: ${rejected}. It was paid for and is kept aside as rejected/${original.sha256.slice(0, 12)}…; take: 2 asks for another`,
  );
}

/** What a picture is, or why it is none. */
async function inspect(bytes: Uint8Array): Promise<PictureInfo | string> {
  try {
    return await inspectPicture(bytes);
  } catch (error) {
    if (!(error instanceof PictureError)) throw error;
    return error.message;
  }
}

/** Originals are asked for losslessly. */
function formatProblem(format: string): string | null {
  return format === 'png' ? null : `it is ${format} and not png, which was asked for`;
}

async function orderOf(wanted: Wanted, provider: Provider, store: Store, { config, env }: Context): Promise<Order> {
  const read = (input: PlannedRequest['inputs'][number]) => readInputPicture(input, config.root, store);
  const keyName = keyNameOf(wanted.job, provider);
  return {
    imageId: wanted.id,
    key: wanted.key,
    request: wanted.request,
    call: wanted.job.call,
    apiKey: keyName === null ? null : (env[keyName] ?? null),
    inputs: await Promise.all(wanted.inputs.map(read)),
    mask: wanted.mask === null ? null : await read(wanted.mask),
    timeoutMs: config.timeoutMs,
  };
}
