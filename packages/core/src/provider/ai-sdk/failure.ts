import { redact } from '../../redact.ts';
import { member, parseJson, textOf } from '../json.ts';
import { connectionLost, errorCodeOf, networkError } from '../network-error.ts';
import { failureOfStatus } from '../openai/failure.ts';
import { rateLimitOf } from '../openai/rate-limit.ts';
import { type FailureCode, ProviderError } from '../provider.ts';
import { codeOfText, resetMs } from '../replicate/failure.ts';
import { shownText } from '../shown-text.ts';

/**
 * What an AI SDK model threw, classified by its shape alone: the `name`s and fields of the errors of `@ai-sdk/provider`
 * 2 to 4, read 2026-11-22. Such an error holds the request and the answer, so that nothing of it is passed on but words.
 */
export function aiSdkFailure(error: unknown): ProviderError {
  const name = textOf(memberOf(error, 'name')) ?? 'an error';
  const message = shownText(redact(textOf(memberOf(error, 'message')) ?? ''));
  const status = memberOf(error, 'statusCode');
  // A model that polls and downloads has placed its order by then, whatever went wrong.
  if (isFollowUp(error)) return afterOrder(message);
  if (typeof status === 'number' && status >= 300) return answerError(error, status, message);
  const code = errorCodeOf(error);
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return new ProviderError(
      'timeout',
      `the model's fetch gave up waiting (${code}); give the model a fetch that waits longer`,
    );
  }
  const lost = networkError(error);
  if (lost !== null) return lost;
  if (typeof status === 'number') return unreadable(error, message);
  const beforeSending = unsent[name];
  if (beforeSending !== undefined) return new ProviderError(beforeSending, message);
  if (name === 'AI_DownloadError') return afterOrder(message);
  if (name === 'AbortError' || name === 'TimeoutError') return connectionLost(null);
  return new ProviderError(
    codeOfText(message) ?? 'bad-reply',
    `the model failed: ${message === '' ? name : message}`,
  );
}

/** Errors that a model throws before it sends anything. */
const unsent: Readonly<Record<string, FailureCode>> = {
  AI_LoadAPIKeyError: 'bad-api-key',
  AI_LoadSettingError: 'not-supported',
  AI_InvalidArgumentError: 'not-supported',
  AI_InvalidPromptError: 'not-supported',
  AI_NoSuchModelError: 'not-supported',
  AI_UnsupportedFunctionalityError: 'not-supported',
};

/** An `AI_APICallError` of a call without a body: it did not order the picture, and so comes after the one that did. */
function isFollowUp(error: unknown): boolean {
  const body = memberOf(error, 'requestBodyValues');
  return typeof body === 'object' && body !== null && Object.keys(body).length === 0;
}

function afterOrder(message: string): ProviderError {
  return new ProviderError(
    'connection-lost',
    `the picture was ordered, but could not be fetched: ${message}`,
  );
}

function answerError(error: unknown, status: number, fallback: string): ProviderError {
  const body = parseJson(textOf(memberOf(error, 'responseBody')) ?? '');
  const details = member(body, 'error') ?? body;
  const said =
    textOf(member(details, 'message')) ??
    textOf(member(body, 'detail')) ??
    textOf(member(body, 'error')) ??
    fallback;
  const headers = memberOf(error, 'responseHeaders');
  const header = (name: string) => textOf(member(headers, name));
  const failure = failureOfStatus({
    status,
    code: textOf(member(details, 'code')),
    message: redact(said),
    details,
    header,
  });
  return new ProviderError(failure.code, failure.message, {
    retryAfterMs: failure.retryAfterMs ?? (failure.code === 'rate-limited' ? resetMs(said) : null),
    isBilledAnyway: failure.isBilledAnyway,
    requestId: header('x-request-id'),
    limit: rateLimitOf(header, said),
  });
}

/** A good answer that is not what the API's answers look like. */
function unreadable(error: unknown, message: string): ProviderError {
  const body = textOf(memberOf(error, 'responseBody'));
  return new ProviderError('bad-reply', `the API answered, but not with a picture: ${message}`, {
    requestId: textOf(member(memberOf(error, 'responseHeaders'), 'x-request-id')),
    reply: body === null ? null : new TextEncoder().encode(redact(body)),
  });
}

/** Also what is inherited, as errors' names are. */
function memberOf(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null
    ? (error as Record<string, unknown>)[name]
    : undefined;
}
