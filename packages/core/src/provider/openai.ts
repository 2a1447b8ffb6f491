import OpenAI, {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
  toFile,
} from 'openai';
import { Agent, fetch as undiciFetch } from 'undici';
import { redact } from '../redact.ts';
import type { Request } from '../types.ts';
import { failureOfStatus } from './openai-failure.ts';
import { readImagesReply } from './openai-reply.ts';
import { type Order, type Picture, type Provider, ProviderError } from './provider.ts';

/** Where the API is. */
export interface OpenAiOptions {
  /** @default OpenAI's own, `https://api.openai.com/v1` */
  readonly baseUrl: string | null;
  readonly organization: string | null;
  readonly project: string | null;
}

/**
 * OpenAI's Images API, and servers that speak it, through the real client. One call is one attempt at one picture: the
 * client's own retries are off, for a call that was lost on the way back may have been billed.
 */
export function openAi(options: OpenAiOptions): Provider {
  // undici gives up after 300 s of silence, which pictures can take: the only clock that counts is the order's own.
  // No connection is used twice, for one that died between two calls looks like a picture that was lost on the way.
  const dispatcher = new Agent({
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: connectTimeoutMs },
    pipelining: 0,
  });
  return {
    isPaid: true,
    async generate(order) {
      const secrets = order.apiKey === null ? [] : [order.apiKey];
      const signal = AbortSignal.timeout(order.timeoutMs);
      try {
        const response = await send(clientOf(options, order, dispatcher), order, signal);
        const requestId = response.headers.get('x-request-id');
        return pictureOf(new Uint8Array(await response.arrayBuffer()), requestId);
      } catch (error) {
        throw providerError(error, signal.aborted, order.timeoutMs, secrets);
      }
    },
  };
}

const connectTimeoutMs = 30_000;

function clientOf(options: OpenAiOptions, order: Order, dispatcher: Agent): OpenAI {
  return new OpenAI({
    apiKey: order.apiKey ?? '',
    baseURL: options.baseUrl,
    organization: options.organization,
    project: options.project,
    maxRetries: 0,
    // The signal ends the call; the client's own clock must not end it earlier.
    timeout: order.timeoutMs + 60_000,
    logLevel: 'off',
    fetch: (input, init) => undiciFetch(input as never, { ...init, dispatcher } as never) as never,
  });
}

/** The call itself: an edit where there are pictures to work from, a generation else. */
async function send(client: OpenAI, order: Order, signal: AbortSignal): Promise<Response> {
  const body = bodyOf(order.request, order.call);
  if (order.inputs.length === 0) {
    return client.images.generate(body, { signal }).asResponse();
  }
  const image = await Promise.all(
    order.inputs.map(({ bytes, name, mediaType }) => toFile(bytes, name, { type: mediaType })),
  );
  const fidelity = order.request.input_fidelity;
  const edit = { ...body, image, ...(fidelity === undefined ? {} : { input_fidelity: fidelity }) };
  return client.images.edit(edit, { signal }).asResponse();
}

/** The API's parameters. Only what the request names: the API refuses what it does not know, and `null` too. */
function bodyOf(request: Request, call: Order['call']) {
  return {
    model: request.model,
    prompt: request.prompt,
    n: 1,
    size: request.size as '1024x1024',
    quality: request.quality as 'auto',
    background: request.background,
    output_format: 'png' as const,
    ...(call.moderation === 'auto' ? {} : { moderation: call.moderation }),
    ...(call.userId === null ? {} : { safety_identifier: call.userId }),
    ...(request.complexity === undefined ? {} : { complexity: request.complexity as 'low' }),
  };
}

function pictureOf(reply: Uint8Array, requestId: string | null): Picture {
  const read = readImagesReply(reply);
  if ('problem' in read) {
    throw new ProviderError('bad-reply', `the API answered, but ${read.problem}`, {
      requestId,
      reply,
    });
  }
  return { ...read, requestId };
}

function providerError(
  error: unknown,
  isTimedOut: boolean,
  timeoutMs: number,
  secrets: readonly string[],
): ProviderError {
  if (error instanceof ProviderError) return error;
  if (isTimedOut || error instanceof APIConnectionTimeoutError) {
    const message = `no complete answer within ${timeoutMs / 1000} s; the picture may have been made and billed`;
    return new ProviderError('timeout', message);
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
      requestId: error.requestID ?? null,
    });
  }
  const code = errorCodeOf(error);
  if (code !== null && neverSent.has(code)) {
    return new ProviderError('not-connected', `the API could not be reached (${code})`);
  }
  if (
    error instanceof APIConnectionError ||
    error instanceof APIUserAbortError ||
    code !== null ||
    isLostBody(error)
  ) {
    const how = code === null ? 'the connection broke' : `the connection broke (${code})`;
    return new ProviderError(
      'connection-lost',
      `${how} before the answer was complete; the picture may have been made and billed`,
    );
  }
  throw error;
}

/** The API's own words where it has some: the client's message repeats the status before them. */
function messageOf(error: APIError): string {
  const body: unknown = error.error;
  if (
    typeof body === 'object' &&
    body !== null &&
    'message' in body &&
    typeof body.message === 'string'
  ) {
    return body.message;
  }
  if (typeof body === 'string') return body;
  return error.message;
}

/** Errors after which the request cannot have reached the API: Node's and undici's names, read 2026-11-22. */
const neverSent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_INVALID_URL',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** The innermost code in a chain of causes. */
function errorCodeOf(error: unknown): string | null {
  let code: string | null = null;
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') code = at.code;
    if (at instanceof AggregateError && at.errors[0] instanceof Error)
      code = errorCodeOf(at.errors[0]);
  }
  return code;
}

/** undici's `TypeError: terminated`: the body ended before its length. */
function isLostBody(error: unknown): boolean {
  return error instanceof TypeError && error.message === 'terminated';
}
