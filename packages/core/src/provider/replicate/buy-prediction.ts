import { setTimeout } from 'node:timers/promises';
import { redact } from '../../redact.ts';
import type { Json } from '../json.ts';
import { connectionLost, networkError } from '../network-error.ts';
import { type Order, type Picture, ProviderError } from '../provider.ts';
import { download } from './download.ts';
import { type Answer, answerError, codeOfText, isGood } from './failure.ts';
import type { ReplicateHttp } from './http.ts';
import type { ModelInputs } from './inputs.ts';
import { isOver, outputUrl, type Prediction, readPrediction, usageOfLogs } from './prediction.ts';
import { placePicture } from './upload.ts';
import { shownText } from '../shown-text.ts';

/** Everything that is needed to make one prediction, or to collect it. */
export interface PredictionContext {
  readonly order: Order;
  readonly modelInputs: ModelInputs;
  readonly http: ReplicateHttp;
  readonly baseUrl: string;
  readonly secrets: readonly string[];
  /** Aborts when the order's time is up. */
  readonly signal: AbortSignal;
  readonly endsAt: number;
}

/** Makes one prediction, reports its id, waits for its end and fetches its picture. */
export async function buyPrediction(context: PredictionContext): Promise<Picture> {
  const input = await completeInput(context);
  const created = await create(input, context);
  await context.order.onPlaced?.(created.id);
  const prediction = await follow(created, context);
  return pictureOf(isOver(prediction) ? prediction : await cancel(prediction, context), context);
}

/** Waits for a prediction that was made before, and fetches its picture. It never makes or cancels a prediction. */
export async function collectPrediction(id: string, context: PredictionContext): Promise<Picture> {
  const { http, signal, secrets } = context;
  let answer: Answer;
  try {
    answer = await http.call(`/predictions/${id}`, { signal });
  } catch (error) {
    throw networkError(error) ?? connectionLost(null);
  }
  if (answer.status === 404 || answer.status === 410) {
    const message = `this account has no prediction ${id}: it is gone, or of another account; it may have been billed`;
    throw new ProviderError('unknown-outcome', message, { requestId: id });
  }
  if (!isGood(answer)) throw answerError(answer, secrets);
  const found = readPrediction(answer.text);
  if (found === null) throw connectionLost(null);
  // The id comes from a file, which may have come with a clone.
  const { prompt } = context.modelInputs.inputs;
  if (found.prompt !== null && prompt !== undefined && found.prompt !== prompt) {
    const message = `the prediction ${id} is of another prompt, and not used`;
    throw new ProviderError('unknown-outcome', message, { requestId: id, isOver: true });
  }
  const prediction = await follow(found, context);
  if (!isOver(prediction)) throw lost('it is not done yet', prediction);
  return pictureOf(prediction, context);
}

async function pictureOf(prediction: Prediction, context: PredictionContext): Promise<Picture> {
  if (prediction.status !== 'succeeded') throw endedBadly(prediction, context);
  return fetchPicture(prediction, context);
}

/** The input, completed with its pictures, and with the user id and the key that only some models need. */
async function completeInput(context: PredictionContext): Promise<Record<string, Json>> {
  const { order, modelInputs } = context;
  const { inputs, names, isOpenAi, needsOpenAiKey } = modelInputs;
  const input: Record<string, Json> = { ...inputs };
  if (isOpenAi && order.call.moderation !== 'auto') input['moderation'] = order.call.moderation;
  if (isOpenAi && order.call.userId !== null) input['user_id'] = order.call.userId;
  if (needsOpenAiKey && order.openAiKey) input['openai_api_key'] = order.openAiKey;
  if (order.inputs.length > 0 && names.input_images !== undefined) {
    const urls: string[] = [];
    for (const picture of order.inputs) urls.push(await placePicture(picture, context));
    set(input, names.input_images, urls);
  }
  if (order.mask !== null && names.mask !== undefined) {
    set(input, names.mask, [await placePicture(order.mask, context)]);
  }
  return input;
}

function set(input: Record<string, Json>, name: string, urls: string[]): void {
  if (name.endsWith('[]')) input[name.slice(0, -2)] = urls;
  else input[name] = urls[0] ?? null;
}

/** The one call that costs money. */
async function create(
  input: Record<string, Json>,
  context: PredictionContext,
): Promise<Prediction> {
  const { modelInputs, order, http, signal } = context;
  const { path, version } = modelInputs.model;
  const timeoutS = order.timeoutMs / 1000;
  // Waiting for a turn and sending the input images may take all of the time.
  await order.beforePaying?.();
  if (signal.aborted) {
    const message = 'the time was over before the picture could be ordered; nothing was ordered';
    throw new ProviderError('not-connected', message);
  }
  let answer: Answer;
  try {
    answer = await http.call(version === null ? `/models/${path}/predictions` : '/predictions', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        // The call does not wait for the picture, so the id is stored at once and another process can collect the picture if
        // this one dies.
        'cancel-after': `${Math.max(5, Math.ceil(timeoutS))}s`,
      },
      body: JSON.stringify(version === null ? { input } : { version, input }),
      signal,
    });
  } catch (error) {
    if (signal.aborted) throw timedOut('the answer never came', context, null);
    throw networkError(error) ?? connectionLost(null);
  }
  if (!isGood(answer)) throw answerError(answer, context.secrets);
  const prediction = readPrediction(answer.text);
  if (prediction === null) {
    throw new ProviderError('bad-reply', 'the API answered, but with no prediction', {
      reply: replyOf(answer.text, context),
    });
  }
  return prediction;
}

/** Polls a prediction until it ends or the time is up. */
async function follow(created: Prediction, context: PredictionContext): Promise<Prediction> {
  const { http, signal } = context;
  let prediction = created;
  let pauseMs = firstPauseMs;
  while (!isOver(prediction)) {
    await setTimeout(pauseMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) break;
    pauseMs = Math.min(maxPauseMs, pauseMs * 1.5);
    const answer = await http.call(`/predictions/${prediction.id}`, { signal }).catch(() => null);
    // Polling again after a broken connection or a temporary error is free.
    if (answer === null || answer.status === 429 || answer.status >= 500) continue;
    const next = isGood(answer) ? readPrediction(answer.text) : null;
    if (next !== null) prediction = next;
    else if (!isGood(answer)) {
      throw lost(`the API answered ${answer.status} for it`, prediction);
    }
  }
  return prediction;
}

const firstPauseMs = 250;
const maxPauseMs = 2000;
const cancelMs = 10_000;

async function cancel(prediction: Prediction, context: PredictionContext): Promise<Prediction> {
  const path = `/predictions/${prediction.id}/cancel`;
  const signal = AbortSignal.timeout(cancelMs);
  const answer = await context.http.call(path, { method: 'POST', signal }).catch(() => null);
  const last = answer !== null && isGood(answer) ? readPrediction(answer.text) : null;
  // It may have finished just before, or not have started. Otherwise it is billed.
  if (last !== null && ['succeeded', 'failed', 'aborted'].includes(last.status)) return last;
  const end =
    last?.status === 'canceled'
      ? 'was canceled, and is billed'
      : 'could not be canceled, and may be billed';
  throw timedOut(`the prediction ${end} as far as it ran`, context, prediction.id);
}

/** What an end other than success means. */
function endedBadly(prediction: Prediction, { secrets }: PredictionContext): ProviderError {
  const { id: requestId, status } = prediction;
  if (status === 'aborted') {
    const message = 'the prediction was aborted before it began; it is not billed';
    return new ProviderError('overloaded', message, { requestId, isOver: true });
  }
  if (status === 'canceled') {
    const message = 'the prediction was canceled before it was done; it is billed as far as it ran';
    return new ProviderError('timeout', message, { requestId, isOver: true });
  }
  const reason = shownText(redact(prediction.error ?? 'it does not say why', secrets));
  const code = codeOfText(reason) ?? 'refused';
  // Replicate accepted the token, so OpenAI refused the key in the input.
  const isOpenAiKey = code === 'bad-api-key';
  return new ProviderError(code, `the model failed: ${reason}`, {
    requestId,
    isOpenAiKey,
    isOver: true,
  });
}

/** The time that the download of a paid picture gets even if the order's time is nearly up. */
const graceMs = 30_000;

async function fetchPicture(prediction: Prediction, context: PredictionContext): Promise<Picture> {
  const { http, baseUrl, modelInputs, order, endsAt } = context;
  const requestId = prediction.id;
  const reply = replyOf(prediction.shown, context);
  const url = outputUrl(prediction);
  if (url === null) {
    const message = 'the prediction succeeded, but without a picture';
    throw new ProviderError('bad-reply', message, { requestId, reply });
  }
  const leftMs = Math.max(endsAt - performance.now(), Math.min(graceMs, order.timeoutMs));
  // A signal accepts only whole milliseconds. Anything else would throw here, after the picture was paid for.
  const got = await download(url, {
    http,
    baseUrl,
    signal: AbortSignal.timeout(Math.ceil(leftMs)),
  });
  if ('bytes' in got) {
    // Without the user's own key, Replicate bills, per picture.
    const usage = modelInputs.needsOpenAiKey ? usageOfLogs(prediction) : null;
    const count = Array.isArray(prediction.output) ? prediction.output.length : 1;
    const warnings =
      count > 1 ? [`the model made ${count} pictures, and the first one is used`] : [];
    return { bytes: got.bytes, usage, requestId, warnings, limit: null };
  }
  if (!got.isGone) throw lost(got.problem, prediction);
  const message = `the picture was made, but ${got.problem}`;
  throw new ProviderError('bad-reply', message, { requestId, reply });
}

/** The prediction is running or done, but cannot be reached. */
function lost(how: string, { id }: Prediction): ProviderError {
  const message = `the prediction was made, but ${how}; it is at https://replicate.com/p/${id} for about an hour`;
  return new ProviderError('connection-lost', message, { requestId: id, canBeCollected: true });
}

function timedOut(
  how: string,
  { order }: PredictionContext,
  requestId: string | null,
): ProviderError {
  const message = `no picture within ${order.timeoutMs / 1000} s; ${how}`;
  return new ProviderError('timeout', message, { requestId });
}

function replyOf(text: string, { secrets }: PredictionContext): Uint8Array {
  return new TextEncoder().encode(redact(text, secrets));
}
