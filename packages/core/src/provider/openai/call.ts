import OpenAI, {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
  toFile,
} from 'openai';
import { redact } from '../../redact.ts';
import { version } from '../../version.ts';
import { fetchPicture } from '../fetch-picture.ts';
import { fitsHeader } from '../fits-header.ts';
import { type Profile, requestHandling } from './openai.ts';
import { ratioOf } from '../ratio-of.ts';
import { requestedFields } from '../requested-fields.ts';
import { connectionLost, networkError } from '../network-error.ts';
import { patientFetch } from '../patient-fetch.ts';
import { rateLimitOf } from './rate-limit.ts';
import { member, textOf } from '../json.ts';
import { jsonOf } from '../../plain-checks.ts';
import { secretsInHeaders } from './extra-headers.ts';
import { type Failure, failureOfStatus } from './failure.ts';
import { warningsOfGateway } from './gateway-retries.ts';
import type { Request } from '../../types.ts';
import { isKnownToStream } from './known-to-stream.ts';
import { readImagesStream, type StreamedReply } from './read-stream.ts';
import { type ImagesReply, readImagesReply } from './reply.ts';
import {
  type Access,
  type InputPicture,
  type Order,
  type Picture,
  ProviderError,
} from '../provider.ts';

const fetch = patientFetch();

/**
 * Makes one attempt at one picture. The client's own retries are off, because a call whose answer
 * was lost may have been billed. Rejects with a `ProviderError`.
 */
export async function callOpenAi(order: Order, profile: Profile): Promise<Picture> {
  const secrets = secretsIn(profile, order);
  if (order.apiKey !== null && !fitsHeader(order.apiKey)) {
    const message = 'the API key holds characters that no request can carry';
    throw new ProviderError('bad-api-key', message);
  }
  const signal = AbortSignal.timeout(order.timeoutMs);
  try {
    const client = clientOf({ ...profile, baseUrl: addressOf(profile, order.request) }, order);
    const response = await send(client, order, profile, signal);
    return await pictureOf(response, { profile, order, secrets, signal });
  } catch (error) {
    throw providerError(error, signal.aborted, order.timeoutMs, secrets);
  }
}

function addressOf({ baseUrl, modelInPath }: Profile, { model }: Request): string | null {
  if (!modelInPath || baseUrl === null) return baseUrl;
  return `${baseUrl.replace(/\/$/, '')}/deployments/${encodeURIComponent(model)}`;
}

/** What a server may repeat, and what nothing may show. */
export function secretsIn({ headers }: Profile, { apiKey }: Access): readonly string[] {
  return [...(apiKey === null ? [] : [apiKey]), ...secretsInHeaders(headers)];
}

/** The client requires a key even if the server needs none. */
const noKey = 'none';

/** A client that never retries. */
export function clientOf(profile: Profile, order: Access): OpenAI {
  try {
    return new OpenAI({
      apiKey: order.apiKey ?? noKey,
      baseURL: profile.baseUrl,
      organization: profile.organization,
      project: profile.project,
      defaultQuery: { ...profile.query },
      maxRetries: 0,
      // The signal ends the call, so the client's own timeout must be later.
      timeout: order.timeoutMs + 60_000,
      logLevel: 'off',
      fetch: fetchWith((headers) => headersOf(profile, order, headers)),
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // The client's own message would repeat the variable's value.
    const message = 'OPENAI_CUSTOM_HEADERS, which the openai client reads, holds no headers';
    throw new ProviderError('refused', message);
  }
}

function fetchWith(headersOf: (ofClient: RequestInit['headers']) => Headers): typeof fetch {
  const chosen: typeof fetch = (url, init) =>
    fetch(url, { ...init, headers: headersOf(init?.headers) });
  // The client also reads these members.
  return Object.assign(chosen, fetch);
}

/**
 * Exactly the headers of a call. The client would add those of OPENAI_CUSTOM_HEADERS, which may be secrets for another server,
 * and would let them replace the key.
 */
function headersOf(profile: Profile, order: Access, ofClient: RequestInit['headers']): Headers {
  const client = new Headers(ofClient);
  return new Headers(
    Object.entries({
      accept: 'application/json',
      'content-type': client.get('content-type'),
      'openai-organization': profile.organization,
      'openai-project': profile.project,
      'user-agent': `tintype/${version}`,
      'x-stainless-retry-count': client.get('x-stainless-retry-count'),
      ...keyHeader(profile, order),
      ...profile.headers,
    }).filter((header): header is [string, string] => header[1] !== null),
  );
}

/** The key, in its header. A server that needs none still gets a word, as from the client, unless other headers are set. */
function keyHeader(profile: Profile, { apiKey }: Access): Readonly<Record<string, string>> {
  const { keyHeader: name, headers } = profile;
  if (apiKey === null && Object.keys(headers).length > 0) return {};
  const key = apiKey ?? noKey;
  return { [name]: name === 'authorization' ? `Bearer ${key}` : key };
}

/** The call itself: an edit if there are input pictures, otherwise a generation. */
async function send(
  client: OpenAI,
  order: Order,
  profile: Profile,
  signal: AbortSignal,
): Promise<Response> {
  const body = { ...bodyOf(order, profile), ...streaming(order, profile) };
  if (order.inputs.length === 0) {
    return client.images.generate(body, { signal }).asResponse();
  }
  const image = await Promise.all(order.inputs.map(fileOf));
  const { mask, markup } = order;
  const overlay = {
    ...(mask && { mask: await fileOf(mask) }),
    ...(markup && { markup: await fileOf(markup) }),
  };
  return client.images.edit({ ...body, image, ...overlay }, { signal }).asResponse();
}

/** The parameters of a stream. A model that does not stream is not asked, because it may refuse them. */
function streaming({ call, streams, request }: Order, profile: Profile) {
  const { partialImages = 0 } = call;
  const isPassedOn = profile.streams ?? (partialImages > 0 || isKnownToStream(profile.baseUrl));
  const isTaken = profile.parameters?.includes('stream') ?? true;
  const canStream = streams === true || partialImages > 0;
  if (!isPassedOn || !isTaken || !canStream || request.output_format !== undefined) return {};
  return { stream: true as const, ...(partialImages > 0 && { partial_images: partialImages }) };
}

export function fileOf({ bytes, name, mediaType }: InputPicture): Promise<File> {
  return toFile(bytes, name, { type: mediaType });
}

/**
 * The API's parameters. Defaults are left out, because a model that does not have a parameter refuses its default too, and also
 * `null`.
 */
export function bodyOf({ request, call }: Order, profile: Profile) {
  const names = requestedFields(request, requestHandling, 'optional');
  const parameters = Object.entries<unknown>({
    ...Object.fromEntries(names.map((name) => [name, request[name]])),
    moderation: call.moderation === 'auto' ? undefined : call.moderation,
    output_format: request.output_format ?? 'png',
    svg: drawingOf(request),
    safety_identifier: call.userId ?? undefined,
    response_format: profile.responseFormat === 'omit' ? undefined : profile.responseFormat,
  }).filter(
    ([name, value]) =>
      value !== undefined &&
      (profile.parameters === null ||
        profile.parameters.includes(name) ||
        name === 'response_format'),
  );
  return {
    // First, so that none of them replaces a parameter of Tintype.
    ...request.provider_options,
    model: request.model,
    prompt: request.prompt,
    n: 1,
    ...sizeOf(request, profile),
    ...Object.fromEntries(parameters),
  };
}

/** The server decides the number of pixels if it takes only their ratio. */
function sizeOf({ size }: Request, { sizeAs }: Profile): object {
  if (sizeAs === 'size') return { size };
  const ratio = sizeAs === null ? null : ratioOf(size);
  return ratio === null ? {} : { aspect_ratio: ratio };
}

/** The parameter `svg`; `undefined`: the API's own choice. */
function drawingOf({ svg_model: model, svg_effort: effort }: Request): object | undefined {
  if (model === undefined && effort === undefined) return undefined;
  return { model, ...(effort !== undefined && { reasoning: { effort } }) };
}

async function pictureOf(
  { body, headers, status }: Response,
  {
    profile,
    order: { onPartial = async () => {} },
    secrets,
    signal,
  }: {
    readonly profile: Profile;
    readonly order: Order;
    readonly secrets: readonly string[];
    readonly signal: AbortSignal;
  },
): Promise<Picture> {
  const requestId = headers.get('x-request-id');
  const limit = rateLimitOf((name) => headers.get(name), null);
  const reply: StreamedReply =
    body === null ? await readImagesReply([]) : await readImagesStream(body, onPartial);
  const read = 'url' in reply ? await fetched(reply, profile, signal) : reply;
  if ('problem' in read) {
    const refusal = errorIn(read.reply, status, (name) => headers.get(name));
    if (refusal !== null) {
      const message = redact(refusal.message, secrets);
      const isBegun = reply.isBegun === true;
      const details = { requestId, limit, isBilledAnyway: refusal.isBilledAnyway || isBegun };
      // A picture that was begun may be billed, whatever ended it, so its request is not sent again.
      if (isBegun && refusal.code !== 'moderation')
        throw new ProviderError(
          'unknown-outcome',
          `the picture was begun, and then: ${message}`,
          details,
        );
      throw new ProviderError(refusal.code, message, details);
    }
    throw new ProviderError('bad-reply', `the API answered, but ${read.problem}`, {
      requestId,
      reply: read.reply,
      limit,
    });
  }
  const usage = profile.trustsUsage ? read.usage : null;
  const warnings = warningsOfGateway((name) => headers.get(name));
  return { bytes: read.bytes, usage, requestId, warnings, limit };
}

/** Fetches the picture at a URL. If that fails, the answer is kept, because the picture was paid for. */
async function fetched(
  { url, usage, reply }: Extract<ImagesReply, { url: string }>,
  { baseUrl }: Profile,
  signal: AbortSignal,
): Promise<Exclude<ImagesReply, { url: string }>> {
  const picture = await fetchPicture(url, baseUrl, signal);
  if ('bytes' in picture) return { bytes: picture.bytes, usage };
  return { problem: `with an address for the picture, and that ${picture.problem}`, reply };
}

/** An error in an answer with a good status, which some gateways send; `null`: the body is not an error. */
function errorIn(
  reply: Uint8Array,
  status: number,
  header: (name: string) => string | null,
): Failure | null {
  if (reply.length > maxErrorBytes) return null;
  const error = member(jsonOf(new TextDecoder().decode(reply)), 'error');
  // Some servers send `"error": ""` or `false` if there is no error.
  if (error === undefined || error === null || error === '' || error === false) return null;
  const message = textOf(member(error, 'message')) ?? textOf(error) ?? '';
  return failureOfStatus({
    status,
    code: textOf(member(error, 'code')),
    message,
    details: error,
    header,
  });
}

const maxErrorBytes = 1_000_000;

/** An error of the client, classified. */
export function providerError(
  error: unknown,
  isTimedOut: boolean,
  timeoutMs: number,
  secrets: readonly string[],
): ProviderError {
  if (error instanceof ProviderError) return error;
  if (isTimedOut || error instanceof APIConnectionTimeoutError) {
    return new ProviderError('timeout', `no complete answer within ${timeoutMs / 1000} s`);
  }
  if (error instanceof APIError && typeof error.status === 'number') {
    const failure = failureOfStatus({
      status: error.status,
      code: error.code ?? null,
      message: messageOf(error),
      details: error.error,
      header: (name) => error.headers?.get(name) ?? null,
    });
    return new ProviderError(failure.code, redact(failure.message, secrets), {
      retryAfterMs: failure.retryAfterMs,
      isBilledAnyway: failure.isBilledAnyway,
      requestId: error.requestID ?? null,
      limit: rateLimitOf((name) => error.headers?.get(name) ?? null, messageOf(error)),
    });
  }
  if (error instanceof APIConnectionError || error instanceof APIUserAbortError) {
    return networkError(error) ?? connectionLost(null);
  }
  const lost = networkError(error);
  if (lost !== null) return lost;
  throw error;
}

/** The API's own message if there is one, because the client's message puts the status before it. */
function messageOf(error: APIError): string {
  const body: unknown = error.error;
  const message = member(body, 'message') ?? body;
  return typeof message === 'string' ? message : error.message.replace(/^\d{3} /, '');
}
