import { redact } from '../../redact.ts';
import { member, textOf } from '../json.ts';
import { jsonOf } from '../../plain-checks.ts';
import { errorCodeOf } from '../../error-code.ts';
import { connectionLost, networkError } from '../network-error.ts';
import { failureOfStatus } from '../openai/failure.ts';
import { rateLimitOf } from '../openai/rate-limit.ts';
import { type FailureCode, ProviderError } from '../provider.ts';
import { codeOfText, resetMs } from '../replicate/failure.ts';
import { shownText } from '../shown-text.ts';

/**
 * Classifies an error of an AI SDK model by its shape: the `name`s and fields of the errors of `@ai-sdk/provider` 2 to 4, read
 * 2026-11-22. Such an error contains the request and the answer, so only its message is passed on. `prompt`: what was sent.
 */
export function aiSdkFailure(error: unknown, prompt: string): ProviderError {
  const name = textOf(memberOf(error, 'name')) ?? 'an error';
  const message = shownText(redact(textOf(memberOf(error, 'message')) ?? ''));
  const status = memberOf(error, 'statusCode');
  const isOrder = ordered(error, prompt);
  // A model that polls or downloads has already placed its order.
  if (isOrder === false) return afterOrder(message);
  if (typeof status === 'number' && status >= 300) return answerError(error, status, message);
  const code = errorCodeOf(error);
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return new ProviderError(
      'timeout',
      `the model's fetch timed out (${code}); give the model a fetch with a longer timeout`,
    );
  }
  const lost = networkError(error);
  // Where the call is not known, it may have been the download of a picture that is paid for.
  if (lost !== null) return isOrder === true ? lost : connectionLost(code);
  if (typeof status === 'number') return unreadable(error, message);
  const beforeSending = unsent[name];
  if (beforeSending !== undefined) return new ProviderError(beforeSending, message);
  if (isGoneImagen.test(message)) return new ProviderError('not-supported', message);
  if (name === 'AI_DownloadError') return afterOrder(message);
  if (name === 'AbortError' || name === 'TimeoutError') return connectionLost(null);
  return new ProviderError(
    codeOfText(message) ?? 'bad-reply',
    `the model failed: ${message === '' ? name : message}`,
  );
}

/** The errors that a model throws before it sends anything. */
const unsent: Readonly<Record<string, FailureCode>> = {
  AI_LoadAPIKeyError: 'bad-api-key',
  AI_LoadSettingError: 'not-supported',
  AI_InvalidArgumentError: 'not-supported',
  AI_InvalidPromptError: 'not-supported',
  AI_NoSuchModelError: 'not-supported',
  AI_UnsupportedFunctionalityError: 'not-supported',
};

/** `@ai-sdk/google` 4.0.121 throws a plain error, before it sends anything (2026-11-29). */
const isGoneImagen = /^Google image models other than Gemini are no longer supported/;

/**
 * Whether an `AI_APICallError` is about the call that orders the picture: only its body has the prompt. Other calls poll, some with a
 * body, too (`@ai-sdk/fireworks` 3.0.62, 2026-11-30), or download. `null`: it is another error, which does not say.
 */
function ordered(error: unknown, prompt: string): boolean | null {
  const body = memberOf(error, 'requestBodyValues');
  if (typeof body !== 'object' || body === null) return null;
  try {
    return JSON.stringify(body).includes(JSON.stringify(prompt).slice(1, -1));
  } catch {
    return null;
  }
}

function afterOrder(message: string): ProviderError {
  return new ProviderError(
    'connection-lost',
    `the picture was ordered, but could not be fetched: ${message}`,
  );
}

function answerError(error: unknown, status: number, fallback: string): ProviderError {
  const body = jsonOf(textOf(memberOf(error, 'responseBody')) ?? '');
  const details = member(body, 'error') ?? body;
  const text =
    textOf(member(details, 'message')) ??
    textOf(member(body, 'detail')) ??
    textOf(member(body, 'error')) ??
    fallback;
  const headers = memberOf(error, 'responseHeaders');
  const header = (name: string) => textOf(member(headers, name));
  const failure = failureOfStatus({
    status,
    code: textOf(member(details, 'code')),
    message: redact(text),
    details,
    header,
  });
  return new ProviderError(failure.code, failure.message, {
    retryAfterMs: failure.retryAfterMs ?? (failure.code === 'rate-limited' ? resetMs(text) : null),
    isBilledAnyway: failure.isBilledAnyway,
    requestId: header('x-request-id'),
    limit: rateLimitOf(header, text),
  });
}

/** An answer with a good status that does not have the form of the API's answers. */
function unreadable(error: unknown, message: string): ProviderError {
  const body = textOf(memberOf(error, 'responseBody'));
  return new ProviderError('bad-reply', `the API answered, but not with a picture: ${message}`, {
    requestId: textOf(member(memberOf(error, 'responseHeaders'), 'x-request-id')),
    reply: body === null ? null : new TextEncoder().encode(redact(body)),
  });
}

/** Reads inherited members too, such as the names of errors. */
function memberOf(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null
    ? (error as Record<string, unknown>)[name]
    : undefined;
}
