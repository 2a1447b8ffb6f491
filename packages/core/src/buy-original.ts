import { basename, resolve } from 'node:path';
import { TintypeError } from './errors.ts';
import { sha256 } from './hash.ts';
import type { Context } from './context.ts';
import { inspectPicture, PictureError } from './image/inspect-picture.ts';
import { inputMediaTypes } from './image/read-inputs.ts';
import { actualCost } from './plan/estimate-cost.ts';
import { modelNamed } from './plan/models.ts';
import { policies } from './provider/policy.ts';
import {
  type InputPicture,
  type Order,
  type Provider,
  ProviderError,
} from './provider/provider.ts';
import { readInside } from './read-inside.ts';
import { keyNameOf } from './refuse-plan.ts';
import type { Store } from './store/store.ts';
import type { Attempt, InputFile, Key, PlannedRequest, Request, StoreRecord } from './types.ts';

/** A planned request whose key is known. */
export interface Wanted extends PlannedRequest {
  readonly key: Key;
  readonly request: Request;
}

/** What came back and is on the disk, not looked at yet. */
interface Received {
  readonly attempt: Attempt;
  readonly bytes: Uint8Array;
  /** Why it is known not to be a picture, before anyone looks at it. */
  readonly problem: string | null;
}

/**
 * Buys one picture: the only way from here to a paid provider. The attempt is noted before the request leaves, the
 * bytes are on the disk before anything else is done with them, and the attempt is cleared once the record stands.
 * Throws the provider's error, or a TintypeError `original-rejected` where what came back is no usable picture.
 */
export async function buyOriginal(
  wanted: Wanted,
  { provider, store, context }: { provider: Provider; store: Store; context: Context },
): Promise<StoreRecord> {
  const order = await orderOf(wanted, context);
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
  const received = await askOnce(provider, order, attempt, store);
  return recordReceived(received, store, context);
}

/** Records what earlier runs received and did not come to record. Returns how many pictures that saved. */
export async function recordLeftOver(store: Store, context: Context): Promise<number> {
  let recorded = 0;
  const [attempts, stored] = await Promise.all([store.attempts(), store.stored()]);
  for (const attempt of attempts.values()) {
    if (stored.has(attempt.key)) {
      await store.clearAttempt(attempt.key);
      continue;
    }
    const bytes = attempt.isReceived ? await store.received(attempt.key) : null;
    if (bytes === null) continue;
    const { isReceived: _, ...left } = attempt;
    // What is no picture is kept aside here as it would have been then; its image says so when it is asked for.
    await recordReceived({ attempt: left, bytes, problem: null }, store, context).catch(
      (error: unknown) => {
        if (!(error instanceof TintypeError) || error.code !== 'original-rejected') throw error;
      },
    );
    recorded++;
  }
  return recorded;
}

/** The one call that costs money. What it answers is on the disk when this returns, and what is known of it noted. */
async function askOnce(
  provider: Provider,
  order: Order,
  attempt: Attempt,
  store: Store,
): Promise<Received> {
  try {
    const { bytes, usage, requestId } = await provider.generate(order);
    await store.receive(attempt.key, bytes);
    const answered = { ...attempt, outcome: 'answered', requestId, usage };
    await store.noteAttempt(answered);
    return { attempt: answered, bytes, problem: null };
  } catch (error) {
    if (error instanceof TintypeError && error.code === 'store-not-writable') throw error;
    const billed = error instanceof ProviderError ? policies[error.code].billed : 'maybe';
    if (billed === 'no') {
      await store.clearAttempt(attempt.key);
      throw error;
    }
    const outcome = error instanceof Error ? error.message : String(error);
    const requestId = error instanceof ProviderError ? error.requestId : null;
    const noted = { ...attempt, outcome, requestId };
    const reply = error instanceof ProviderError ? error.reply : null;
    if (reply !== null) await store.receive(attempt.key, reply);
    await store.noteAttempt(noted);
    if (reply === null) throw error;
    return { attempt: noted, bytes: reply, problem: outcome };
  }
}

/** Looks at what came back, keeps it as an original or aside, and clears the attempt. */
async function recordReceived(
  { attempt, bytes, problem }: Received,
  store: Store,
  context: Context,
): Promise<StoreRecord> {
  const { key, request, usage, requestId } = attempt;
  const info = problem === null ? await inspect(bytes) : { problem };
  const rejected = 'problem' in info ? info.problem : formatProblem(info.format);
  const record = await store.put({
    key,
    request,
    bytes,
    info: 'problem' in info ? null : info,
    rejected,
    usage,
    costUsd: actualCost(modelNamed(context.config.models, request.model), usage),
    requestId,
    createdAt: context.now(),
  });
  await store.clearAttempt(key);
  if (rejected !== null) throw rejectedError(record);
  return record;
}

/** An image whose picture was paid for and is unusable: it is not bought again by itself. */
export function rejectedError({ original, rejected }: StoreRecord): TintypeError {
  return new TintypeError(
    'original-rejected',
    `what the API sent cannot be used: ${rejected}. It was paid for and is kept aside as rejected/${original.sha256.slice(0, 12)}…; take: 2 asks for another`,
  );
}

async function inspect(bytes: Uint8Array) {
  try {
    return await inspectPicture(bytes);
  } catch (error) {
    if (!(error instanceof PictureError)) throw error;
    return { problem: error.message };
  }
}

/** Originals are asked for losslessly. */
function formatProblem(format: string): string | null {
  return format === 'png' ? null : `it is ${format} and not png, which was asked for`;
}

async function orderOf(wanted: Wanted, { config, env }: Context): Promise<Order> {
  const { job, request, key, id } = wanted;
  const inputs = await Promise.all(wanted.inputs.map((input) => readInput(config.root, input)));
  return {
    imageId: id,
    key,
    request,
    call: job.call,
    apiKey: env[keyNameOf(job)] ?? null,
    inputs,
    timeoutMs: config.timeoutMs,
  };
}

/** An input's bytes, which must be the ones that the key was made of. */
async function readInput(root: string, input: InputFile): Promise<InputPicture> {
  const read = await readInside(root, resolve(root, input.file));
  if ('problem' in read) throw new TintypeError('input-changed', `input image ${read.problem}`);
  if (sha256(read.bytes) !== input.sha256) {
    throw new TintypeError(
      'input-changed',
      `input image ${input.file} changed while it was about to be sent; run again`,
    );
  }
  const mediaType = inputMediaTypes[input.info.format] ?? 'application/octet-stream';
  return { name: basename(input.file), mediaType, bytes: read.bytes };
}
