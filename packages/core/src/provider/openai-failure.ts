import type { FailureCode } from './provider.ts';
import { shownText } from './shown-text.ts';

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
 * were measured (2026-11-22). By `code` first, for a billing error may come as a 400 and a quota as a 429.
 */
export function failureOfStatus(answer: ErrorAnswer): Failure {
  const { status, code } = answer;
  const message = `the API answered ${status}: ${shownText(answer.message)}`;
  const failure = (failureCode: FailureCode, reason = ''): Failure => ({
    code: failureCode,
    message: reason === '' ? message : `${message} (${reason})`,
    retryAfterMs: retryAfterMs(answer.header) ?? tryAgainMs(answer.message),
    isBilledAnyway: failureCode === 'moderation' && moderationStage(answer.details) === 'output',
  });

  if (code === 'moderation_blocked' || code === 'content_policy_violation') {
    return failure('moderation', moderationReason(answer.details));
  }
  if (code !== null && quotaCodes.has(code)) return failure('quota');
  if (status < 400) return failure('refused', redirection(answer.header('location')));
  if (status === 402) return failure('quota');
  if (status === 401) return failure('bad-api-key');
  if (status === 403) return failure('not-permitted');
  if (status === 429 && asksTooMuch(answer.message)) {
    return failure(
      'refused',
      'one request asks for more pictures than the account may have in a minute',
    );
  }
  if (status === 429) return failure('rate-limited');
  if (status === 503) return failure('overloaded');
  if (status >= 500) return failure('server-error');
  return failure('refused');
}

/** Where a redirect leads, without what of an address may be a secret. */
function redirection(location: string | null): string {
  const url = URL.parse(location ?? '');
  return `a redirect${url === null ? '' : ` to ${shownText(url.origin + url.pathname)}`}, which is not followed`;
}

/** "Limit 5, Requested 10": it can never succeed, however long one waits. */
function asksTooMuch(message: string): boolean {
  const match = /Limit (\d+).*?Requested (\d+)/.exec(message);
  return match !== null && Number(match[2]) > Number(match[1]);
}

const quotaCodes: ReadonlySet<string> = new Set([
  'insufficient_quota',
  'credit_balance_exhausted',
  'organization_spend_limit_exceeded',
  'project_spend_limit_exceeded',
  'organization_usage_limit_exceeded',
  'billing_hard_limit_reached',
]);

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
