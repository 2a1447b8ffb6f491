import { member } from '../json.ts';
import type { FailureCode } from '../provider.ts';
import { shownText } from '../shown-text.ts';

/** An answer that is no picture. */
export interface ErrorAnswer {
  readonly status: number;
  /** The envelope's `error.code`. */
  readonly code: string | null;
  readonly message: string;
  /** The envelope's `error`, whatever it is. */
  readonly details: unknown;
  readonly header: (name: string) => string | null;
}

export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
  readonly retryAfterMs: number | null;
  /** A picture was made, and then blocked. */
  readonly isBilledAnyway: boolean;
}

/**
 * What an error answer of the API means: https://developers.openai.com/api/docs/guides/error-codes and the texts that
 * were measured (2026-11-22). By its names first, because a billing error may come as a 400 and a quota as a 429.
 * Only what is known to be free counts as free: a status that is in no list has an unknown outcome.
 */
export function failureOfStatus(answer: ErrorAnswer): Failure {
  const { status, details } = answer;
  // What a server says may be of any length, and patterns are tried on it.
  const said = answer.message.slice(0, maxSaid);
  const message = `the API answered ${status}: ${shownText(answer.message)}`;
  const failure = (failureCode: FailureCode, reason = ''): Failure => ({
    code: failureCode,
    message: reason === '' ? message : `${message} (${reason})`,
    retryAfterMs: retryAfterMs(answer.header) ?? tryAgainMs(said),
    isBilledAnyway: failureCode === 'moderation' && moderationStage(details) === 'output',
  });
  const names = errorNames(answer);
  const has = (known: ReadonlySet<string>) => names.some((name) => known.has(name));

  if (status < 500 && (has(moderationNames) || (looksAtPrompts.has(status) && isModerated(said))))
    return failure('moderation', moderationReason(details));
  if (has(quotaNames) || (status < 500 && isSpent(said))) return failure('quota');
  if (status >= 300 && status < 400)
    return failure('refused', redirection(answer.header('location')));
  if (status === 402) return failure('quota');
  if (status === 401) return failure('bad-api-key');
  if (status === 403) return failure('not-permitted');
  if (status === 429 && asksTooMuch(said)) {
    return failure(
      'refused',
      'one request asks for more pictures than the account may have in a minute',
    );
  }
  if (status === 429) return failure('rate-limited');
  if (status === 503 && isSentOn(said))
    return failure('unknown-outcome', 'a proxy lost the connection after it sent the request on');
  if (status === 503) return failure('overloaded');
  if (gaveUpWaiting.has(status)) {
    return failure('timeout', 'a server on the way gave up waiting for the picture');
  }
  if (refusing.has(status)) return failure('refused');
  if (status >= 500 && status !== 520) return failure('server-error');
  return failure('unknown-outcome', 'this status does not say whether the picture was made');
}

const maxSaid = 2000;

/** Envoy answers 503 also where it had sent the request on and lost the server; "connection failure" came before that. */
function isSentOn(message: string): boolean {
  return /reset reason: (connection termination|remote reset|local reset|protocol error)/i.test(
    message,
  );
}

/**
 * The answers of gateways and proxies that had sent the request on: 408 and 504 (RFC 9110, 2022-06), 499 of nginx, 522 and
 * 524 of Cloudflare (https://developers.cloudflare.com/support/troubleshooting/http-status-codes, 2026-11-28), 598 and 599
 * of other proxies.
 */
const gaveUpWaiting: ReadonlySet<number> = new Set([408, 499, 504, 522, 524, 598, 599]);

/** A request that was looked at and turned down before any work (RFC 9110, 2022-06; RFC 6585 for 431). */
const refusing: ReadonlySet<number> = new Set([
  400, 404, 405, 406, 410, 411, 413, 414, 415, 417, 421, 422, 426, 428, 431, 451,
]);

/**
 * Every name that an error has for itself, in small letters alone: servers write `content_filter`, `contentFilter` and
 * `ContentPolicyViolationError`, as code or type, and Azure nests the real one in `innererror`.
 */
function errorNames({ code, details }: ErrorAnswer): string[] {
  const names: unknown[] = [code];
  for (let at = details, depth = 0; at !== undefined && depth < 5; depth++) {
    names.push(member(at, 'code'), member(at, 'type'));
    at = member(at, 'innererror') ?? member(at, 'inner_error') ?? member(at, 'error');
  }
  return names.flatMap((name) =>
    typeof name === 'string'
      ? [
          name
            .slice(0, 100)
            .toLowerCase()
            .replaceAll(/[^a-z]/g, ''),
        ]
      : [],
  );
}

/** OpenAI's, Azure's and LiteLLM's names, as their documentation and sources have them (2026-11-28). */
const moderationNames: ReadonlySet<string> = new Set([
  'moderationblocked',
  'contentpolicyviolation',
  'contentpolicyviolationerror',
  'contentfilter',
  'contentfiltered',
  'contentmoderation',
  'responsibleaipolicyviolation',
  'safetyviolation',
]);

/** Statuses with which servers turn a prompt down; a 200 may hold an error, too. */
const looksAtPrompts: ReadonlySet<number> = new Set([200, 400, 403, 422]);

/**
 * Moderation that has no name of its own but words: the exceptions of LiteLLM (BerriAI/litellm#16072), Bedrock's
 * "blocked by our content filters", OpenRouter's "Your input was flagged", Azure's "content management policy".
 */
function isModerated(message: string): boolean {
  return /ContentPolicyViolation|content filters?\b|content management policy|\b(input|prompt|request) (was|is|has been) (flagged|blocked)\b|\bour safety system\b|requires moderation/i.test(
    message,
  );
}

/** OpenAI's names, then those of budgets that gateways keep. */
const quotaNames: ReadonlySet<string> = new Set([
  'insufficientquota',
  'creditbalanceexhausted',
  'organizationspendlimitexceeded',
  'projectspendlimitexceeded',
  'organizationusagelimitexceeded',
  'billinghardlimitreached',
  'budgetexceeded',
  'budgetexceedederror',
  'exceededbudget',
  'insufficientcredits',
  'insufficientbalance',
]);

/** A budget that is used up, in the words of a gateway that has no name for it. */
function isSpent(message: string): boolean {
  return /\bbudget\b[^.]{0,40}\bexceeded\b|\bexceeded\b[^.]{0,40}\bbudget\b|exceeded your current quota|insufficient (credits?|balance|quota)/i.test(
    message,
  );
}

/** Where a redirect leads, without what of an address may be a secret. */
function redirection(location: string | null): string {
  const url = URL.parse(location ?? '');
  return `a redirect${url === null ? '' : ` to ${shownText(url.origin + url.pathname)}`}, which is not followed`;
}

/** "Limit 5, Requested 10": it can never succeed, however long one waits. */
function asksTooMuch(message: string): boolean {
  const match = /Limit (\d+)[^]{0,200}?Requested (\d+)/.exec(message);
  return match !== null && Number(match[2]) > Number(match[1]);
}

interface ModerationDetails {
  readonly moderation_stage?: unknown;
  readonly categories?: unknown;
}

function moderationDetails(details: unknown): ModerationDetails | null {
  return typeof details === 'object' && details !== null && 'moderation_details' in details
    ? (details.moderation_details as ModerationDetails | null)
    : null;
}

/** `input`, `output` or `unknown`; empty where the API does not say. */
function moderationStage(details: unknown): string {
  const stage = moderationDetails(details)?.moderation_stage;
  return typeof stage === 'string' ? stage : '';
}

/** The stage and categories, as the API gives them. */
function moderationReason(details: unknown): string {
  const categories = moderationDetails(details)?.categories;
  const stage = moderationStage(details);
  const parts = [
    stage === '' ? '' : `stage ${stage}`,
    Array.isArray(categories) ? categories.join(', ') : '',
  ];
  return parts.filter((part) => part !== '').join(': ');
}

/** `retry-after-ms`, else `retry-after` in seconds or as an HTTP date; `null` where there is none. */
function retryAfterMs(header: ErrorAnswer['header']): number | null {
  const ms = Number(header('retry-after-ms') || Number.NaN);
  if (Number.isFinite(ms) && ms >= 0) return ms;
  const after = header('retry-after');
  if (after === null || after === '') return null;
  const seconds = Number(after);
  if (Number.isFinite(seconds) && seconds >= 0) return seconds * 1000;
  const date = Date.parse(after);
  const sent = Date.parse(header('date') ?? '');
  return Number.isNaN(date) || Number.isNaN(sent) ? null : Math.max(0, date - sent);
}

/** "Please try again in 12s", "in 120ms", "in 6m0s": what a 429 says where no header does (measured 2026-11-22). */
function tryAgainMs(message: string): number | null {
  const said = /try again in (?:(\d+)m(?!s))?(?:([\d.]+)(ms|s))?/.exec(message);
  const [, minutes = '0', amount = '0', unit = 's'] = said ?? [];
  const ms = Number(minutes) * 60_000 + Number(amount) * (unit === 'ms' ? 1 : 1000);
  return said === null || !Number.isFinite(ms) || ms === 0 ? null : ms;
}
