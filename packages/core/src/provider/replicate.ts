import { setTimeout } from 'node:timers/promises';
import { FormData } from 'undici';
import { TintypeError } from '../errors.ts';
import { redact } from '../redact.ts';
import { type Json } from './json.ts';
import { networkError } from './network-error.ts';
import {
  type InputPicture,
  type Order,
  type Picture,
  type Provider,
  ProviderError,
} from './provider.ts';
import { download } from './replicate-download.ts';
import { type Answer, codeOfText, failureOfAnswer } from './replicate-failure.ts';
import { type ReplicateHttp, replicateHttp } from './replicate-http.ts';
import { type InputNames, inputsOf, type ModelInputs } from './replicate-inputs.ts';
import {
  isOver,
  outputUrl,
  type Prediction,
  readPrediction,
  usageOfLogs,
} from './replicate-prediction.ts';
import { shownText } from './shown-text.ts';
import { member, parseJson, textOf } from './json.ts';

/** Where Replicate is, and what its models are asked with. */
export interface ReplicateOptions {
  /** @default 'https://api.replicate.com/v1' */
  readonly baseUrl?: string;
  /**
   * Inputs of the model's own for every request: `{ guidance: 3.5 }`. They win over what the manifest makes of them;
   * `null` takes an input out. They enter the key.
   */
  readonly inputs?: Readonly<Record<string, Json>>;
  /**
   * What the model calls `input_images` and `mask`: `{ input_images: 'image' }` where it takes one picture,
   * `'image_input[]'` where it takes a list. They enter the key.
   * @default the names of OpenAI's models for `openai/…`, none for others
   */
  readonly inputNames?: InputNames;
}

/** Everything that one purchase needs. */
interface Purchase {
  readonly order: Order;
  readonly asked: ModelInputs;
  readonly http: ReplicateHttp;
  readonly baseUrl: string;
  readonly secrets: readonly string[];
  /** Aborts when the order's time is up. */
  readonly signal: AbortSignal;
  readonly endsAt: number;
}

/**
 * Models on Replicate, through a client of our own: the official one re-sends what may have been billed, and forgets
 * predictions that take longer than a minute (1.4.0, measured 2026-11-22). One call makes one prediction; only what
 * costs nothing, asking how it stands and fetching its picture, is done again when it fails.
 *
 * A model is named `owner/name`, or `owner/name:version`; a bare name is one of OpenAI's.
 */
export function replicate(options: ReplicateOptions = {}): Provider {
  const { inputs = {}, inputNames = {} } = options;
  const baseUrl = (options.baseUrl ?? 'https://api.replicate.com/v1').replace(/\/+$/, '');
  if (Object.hasOwn(inputs, 'openai_api_key')) {
    throw new TintypeError(
      'config',
      'replicate: inputs are kept in the store, and openai_api_key must not be; set OPENAI_API_KEY',
    );
  }
  return {
    isPaid: true,
    apiKeyName: 'REPLICATE_API_TOKEN',
    inputs: addedInputs(inputs, inputNames),
    refuse(request) {
      const asked = inputsOf(request, inputs, inputNames);
      return 'problem' in asked ? asked.problem : null;
    },
    async generate(order) {
      const asked = inputsOf(order.request, inputs, inputNames);
      if ('problem' in asked) throw new ProviderError('not-supported', `it ${asked.problem}`);
      const { apiKey, openAiKey = null } = order;
      if (apiKey === null) throw new ProviderError('bad-api-key', 'there is no Replicate token');
      if (asked.needsOpenAiKey && openAiKey === null) {
        throw new ProviderError(
          'bad-api-key',
          `${asked.model.path} runs on your own OpenAI key, and there is none; set OPENAI_API_KEY`,
        );
      }
      return buy({
        order,
        asked,
        http: replicateHttp(baseUrl, apiKey),
        baseUrl,
        secrets: [apiKey, ...(openAiKey === null ? [] : [openAiKey])],
        signal: AbortSignal.timeout(order.timeoutMs),
        endsAt: performance.now() + order.timeoutMs,
      });
    },
  };
}

function addedInputs(
  inputs: NonNullable<ReplicateOptions['inputs']>,
  names: InputNames,
): Provider['inputs'] {
  const added = { ...inputs, ...(Object.keys(names).length === 0 ? {} : { input_names: names }) };
  return Object.keys(added).length === 0 ? null : added;
}

async function buy(purchase: Purchase): Promise<Picture> {
  const input = await completeInput(purchase);
  const created = await create(input, purchase);
  const prediction = await settle(created, purchase);
  if (prediction.status !== 'succeeded') throw endedBadly(prediction, purchase);
  return fetchPicture(prediction, purchase);
}

/** The input with its pictures, the caller and the key that only some models ask for. */
async function completeInput(purchase: Purchase): Promise<Record<string, Json>> {
  const { order, asked } = purchase;
  const { inputs, names, isOpenAi, needsOpenAiKey } = asked;
  const input: Record<string, Json> = { ...inputs };
  if (isOpenAi && order.call.moderation !== 'auto') input['moderation'] = order.call.moderation;
  if (isOpenAi && order.call.userId !== null) input['user_id'] = order.call.userId;
  if (needsOpenAiKey && order.openAiKey) input['openai_api_key'] = order.openAiKey;
  if (order.inputs.length > 0 && names.input_images !== undefined) {
    const urls: string[] = [];
    for (const picture of order.inputs) urls.push(await place(picture, purchase));
    set(input, names.input_images, urls);
  }
  if (order.mask !== null && names.mask !== undefined) {
    set(input, names.mask, [await place(order.mask, purchase)]);
  }
  return input;
}

function set(input: Record<string, Json>, name: string, urls: string[]): void {
  if (name.endsWith('[]')) input[name.slice(0, -2)] = urls;
  else input[name] = urls[0] ?? null;
}

/** Replicate's advice, "Files should be passed as HTTP URLs or data URLs", read 2026-11-22. */
const maxDataUrlBytes = 256_000;

/** Puts a picture where a model can read it; no picture is ordered yet, so nothing of this is billed. */
async function place(picture: InputPicture, purchase: Purchase): Promise<string> {
  const { bytes, mediaType, name } = picture;
  if (bytes.length <= maxDataUrlBytes) {
    return `data:${mediaType};base64,${Buffer.from(bytes).toString('base64')}`;
  }
  const body = new FormData();
  body.append('content', new Blob([bytes], { type: mediaType }), name);
  let answer: Answer;
  try {
    answer = await purchase.http.call('/files', { method: 'POST', body, signal: purchase.signal });
  } catch {
    throw new ProviderError('not-connected', `input image ${name} could not be uploaded`);
  }
  if (!isGood(answer)) {
    const error = answerError(answer, purchase);
    throw error.code === 'server-error' ? unbilled(error) : error;
  }
  const url = textOf(member(member(parseJson(answer.text), 'urls'), 'get'));
  if (url === null) {
    throw new ProviderError('overloaded', `input image ${name} was uploaded, but to no address`);
  }
  return url;
}

function unbilled({ message, retryAfterMs }: ProviderError): ProviderError {
  return new ProviderError('overloaded', message, { retryAfterMs });
}

/** The one call that costs money. */
async function create(input: Record<string, Json>, purchase: Purchase): Promise<Prediction> {
  const { asked, order, http, signal } = purchase;
  const { path, version } = asked.model;
  const timeoutS = order.timeoutMs / 1000;
  let answer: Answer;
  try {
    answer = await http.call(version === null ? `/models/${path}/predictions` : '/predictions', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        // At most half of the time: what is known by its id can be canceled.
        prefer: `wait=${Math.min(60, Math.max(1, Math.floor(timeoutS / 2)))}`,
        // Should this process end: nobody would fetch the picture.
        'cancel-after': `${Math.max(5, Math.ceil(timeoutS))}s`,
      },
      body: JSON.stringify(version === null ? { input } : { version, input }),
      signal,
    });
  } catch (error) {
    if (signal.aborted) throw timedOut(purchase, null);
    throw networkError(error) ?? error;
  }
  if (!isGood(answer)) throw answerError(answer, purchase);
  const prediction = readPrediction(answer.text);
  if (prediction === null) {
    throw new ProviderError('bad-reply', 'the API answered, but with no prediction', {
      reply: replyOf(answer.text, purchase),
    });
  }
  return prediction;
}

/** Follows a prediction to its end. When the time is up it is canceled, and what that finds is its end. */
async function settle(created: Prediction, purchase: Purchase): Promise<Prediction> {
  const { http, signal } = purchase;
  let prediction = created;
  let pauseMs = firstPauseMs;
  while (!isOver(prediction)) {
    await setTimeout(pauseMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return cancel(prediction, purchase);
    pauseMs = Math.min(maxPauseMs, pauseMs * 1.5);
    const answer = await http.call(`/predictions/${prediction.id}`, { signal }).catch(() => null);
    // What broke on the way, or is over soon, is asked for again: that is free.
    if (answer === null || answer.status === 429 || answer.status >= 500) continue;
    const next = isGood(answer) ? readPrediction(answer.text) : null;
    if (next !== null) prediction = next;
    else if (!isGood(answer)) {
      throw lost(`asking for it answered ${answer.status}`, prediction, purchase);
    }
  }
  return prediction;
}

const firstPauseMs = 250;
const maxPauseMs = 5000;
const cancelMs = 10_000;

async function cancel(prediction: Prediction, purchase: Purchase): Promise<Prediction> {
  const path = `/predictions/${prediction.id}/cancel`;
  const signal = AbortSignal.timeout(cancelMs);
  const answer = await purchase.http.call(path, { method: 'POST', signal }).catch(() => null);
  const last = answer !== null && isGood(answer) ? readPrediction(answer.text) : null;
  // It may have been done a moment before, or may not have begun; else it is billed.
  if (last !== null && ['succeeded', 'failed', 'aborted'].includes(last.status)) return last;
  throw timedOut(purchase, prediction.id);
}

/** What an end other than success means. */
function endedBadly(prediction: Prediction, { secrets }: Purchase): ProviderError {
  const { id: requestId, status } = prediction;
  if (status === 'aborted') {
    const message = 'the prediction was aborted before it began; it is not billed';
    return new ProviderError('overloaded', message, { requestId });
  }
  if (status === 'canceled') {
    const message = 'the prediction was canceled before it was done; it is billed as far as it ran';
    return new ProviderError('timeout', message, { requestId });
  }
  const said = shownText(prediction.error ?? 'it does not say why');
  const message = redact(`the model failed: ${said}`, secrets);
  return new ProviderError(codeOfText(said) ?? 'refused', message, { requestId });
}

/** How long a picture that was paid for may take on its way when the order's time is nearly up. */
const graceMs = 30_000;

async function fetchPicture(prediction: Prediction, purchase: Purchase): Promise<Picture> {
  const { http, baseUrl, asked, order, endsAt } = purchase;
  const requestId = prediction.id;
  const reply = replyOf(prediction.shown, purchase);
  const url = outputUrl(prediction);
  if (url === null) {
    const message = 'the prediction succeeded, but without a picture';
    throw new ProviderError('bad-reply', message, { requestId, reply });
  }
  const leftMs = Math.max(endsAt - performance.now(), Math.min(graceMs, order.timeoutMs));
  const got = await download(url, { http, baseUrl, signal: AbortSignal.timeout(leftMs) });
  if ('bytes' in got) {
    // Without a key of the user's own it is Replicate that bills, by the picture.
    const usage = asked.needsOpenAiKey ? usageOfLogs(prediction) : null;
    return { bytes: got.bytes, usage, requestId, warnings: [], limit: null };
  }
  if (!got.isGone) throw lost(got.problem, prediction, purchase);
  const message = `the picture was made, but ${got.problem}`;
  throw new ProviderError('bad-reply', message, { requestId, reply });
}

/** A prediction that goes on, or is done, where it cannot be reached from here. */
function lost(how: string, { id }: Prediction, { secrets }: Purchase): ProviderError {
  const message = `the prediction was made and may be billed, but ${how}; it is at https://replicate.com/p/${id} for about an hour`;
  return new ProviderError('connection-lost', redact(message, secrets), { requestId: id });
}

function timedOut({ order }: Purchase, requestId: string | null): ProviderError {
  const time = `no picture within ${order.timeoutMs / 1000} s`;
  const end = requestId === null ? 'it may have been' : 'it was canceled, and may have been';
  return new ProviderError('timeout', `${time}; ${end} made and billed`, { requestId });
}

function answerError(answer: Answer, { secrets }: Purchase): ProviderError {
  const { code, message, retryAfterMs } = failureOfAnswer(answer);
  return new ProviderError(code, redact(message, secrets), { retryAfterMs });
}

function isGood({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

function replyOf(text: string, { secrets }: Purchase): Uint8Array {
  return new TextEncoder().encode(redact(text, secrets));
}
