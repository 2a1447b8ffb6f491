import { redact } from '../../redact.ts';
import { member, textOf } from '../json.ts';
import { jsonOf } from '../../plain-checks.ts';
import { failureOfStatus, type Failure } from '../openai/failure.ts';
import { type FailureCode, ProviderError } from '../provider.ts';
import { shownText } from '../shown-text.ts';

/** An HTTP answer with its whole body. */
export interface Answer {
  readonly status: number;
  readonly header: (name: string) => string | null;
  readonly text: string;
}

export function isGood({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

export function answerError(answer: Answer, secrets: readonly string[]): ProviderError {
  const text = redact(answer.text, secrets);
  const { code, message, retryAfterMs } = failureOfAnswer({ ...answer, text });
  return new ProviderError(code, message, { retryAfterMs });
}

/**
 * What an error answer of Replicate means: `{ title, detail, status, invalid_fields }`
 * (https://replicate.com/docs/reference/http and replicate/replicate-python#47, read 2026-11-22).
 */
function failureOfAnswer({ status, header, text }: Answer): Failure {
  const body = jsonOf(text);
  const reason = textOf(member(body, 'detail')) ?? textOf(member(body, 'title')) ?? text;
  const message = shownText(reason);
  const failure = failureOfStatus({ status, code: null, message, details: body, header });
  if (status === 404) {
    return {
      ...failure,
      message: `${failure.message} (a community model needs owner/name:version)`,
    };
  }
  if (failure.code !== 'rate-limited' || failure.retryAfterMs !== null) return failure;
  return { ...failure, retryAfterMs: resetMs(message) };
}

/** "Your rate limit resets in ~30s." */
export function resetMs(text: string): number | null {
  const match = /resets in ~?(\d+(?:\.\d+)?)\s*(ms|s|m)\b/.exec(text);
  if (match === null) return null;
  const unit = { ms: 1, s: 1000, m: 60_000 }[match[2] as 'ms' | 's' | 'm'];
  return Math.ceil(Number(match[1]) * unit);
}

/**
 * Classifies the message of a failed prediction; `null`: unknown. Replicate's codes are at
 * https://replicate.com/docs/reference/error-codes; the `E00…` codes are the models' own, and OpenAI's models repeat OpenAI's
 * answer (read 2026-11-22).
 */
export function codeOfText(text: string): FailureCode | null {
  return meanings.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}

const meanings: readonly (readonly [RegExp, FailureCode])[] = [
  [
    /\bE005\b|flagged as sensitive|moderation_blocked|content[_ ]policy|safety system|nsfw/i,
    'moderation',
  ],
  [
    /insufficient_quota|exceeded your current quota|billing_hard_limit|spend_limit_exceeded/i,
    'quota',
  ],
  [/invalid_api_key|incorrect api key/i, 'bad-api-key'],
  [/organization must be verified/i, 'not-permitted'],
  [/rate_limit_exceeded|rate limit reached|too many requests/i, 'rate-limited'],
  // There was no capacity, so the model did not start.
  [/\bE00[34]\b|\bE6716\b|high demand|overloaded/i, 'overloaded'],
  [/\bE(1000|8765|9243|9825)\b|\bcode: PA\b|prediction interrupted/i, 'server-error'],
];
