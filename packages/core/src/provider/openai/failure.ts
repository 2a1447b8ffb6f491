import { member } from '../json.ts';
import type { FailureCode } from '../provider.ts';
import { policies } from '../retry.ts';
import { shownText } from '../shown-text.ts';
import { wasRepeated } from './gateway-retries.ts';

/** An error answer of the API. */
export interface ErrorAnswer {
  readonly status: number;
  /** The envelope's `error.code`. */
  readonly code: string | null;
  readonly message: string;
  /** The envelope's `error`, of any type. */
  readonly details: unknown;
  readonly header: (name: string) => string | null;
}

export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
  readonly retryAfterMs: number | null;
  /** Whether a picture was made and then blocked. */
  readonly isBilledAnyway: boolean;
}

/**
 * What an error answer of the API means: https://developers.openai.com/api/docs/guides/error-codes
 * and the texts that were measured (2026-11-22). Error names are checked first, because a billing
 * error may be a 400 and a quota error a 429. A failure counts as free only if it is known to be
 * free: a status that is in no list has an unknown outcome.
 */
export function failureOfStatus(answer: ErrorAnswer): Failure {
  const failure = failureOfCall(answer);
  if (policies[failure.code].billed !== 'no' || !wasRepeated(answer.header)) return failure;
  const message = `${failure.message} (a gateway sent the request more than once, and an earlier call may have been billed)`;
  return { ...failure, code: 'unknown-outcome', message };
}

/** What the answer means if it is about the only call. */
function failureOfCall(answer: ErrorAnswer): Failure {
  const { status, details } = answer;
  // A server's message may be of any length, and patterns are matched against it.
  const text = answer.message.slice(0, maxTextLength);
  const message = `the API answered ${status}: ${shownText(answer.message)}`;
  const failure = (failureCode: FailureCode, reason = ''): Failure => ({
    code: failureCode,
    message: reason === '' ? message : `${message} (${reason})`,
    retryAfterMs: retryAfterMs(answer.header) ?? tryAgainMs(text),
    isBilledAnyway: failureCode === 'moderation' && moderationStage(details) === 'output',
  });
  const names = errorNames(answer);
  const has = (known: ReadonlySet<string>) => names.some((name) => known.has(name));

  if (status < 500 && (has(moderationNames) || (looksAtPrompts.has(status) && isModerated(text))))
    return failure('moderation', moderationReason(details));
  if (has(quotaNames) || (status < 500 && isSpent(text))) return failure('quota');
  if (status >= 300 && status < 400)
    return failure('refused', redirection(answer.header('location')));
  if (status === 407 || isNotForwarded(answer.header('proxy-status')))
    return failure('not-connected', 'a proxy on the way did not send it on');
  if (status === 402) return failure('quota');
  if (status === 401) return failure('bad-api-key');
  if (status === 403) return failure('not-permitted');
  if (status === 429 && asksTooMuch(text)) {
    return failure(
      'refused',
      'one request asks for more pictures than the account may have in a minute',
    );
  }
  if (status === 429) return failure('rate-limited');
  if (status === 503 && isSentOn(text))
    return failure('unknown-outcome', 'a proxy lost the connection after it sent the request on');
  if (status === 503) return failure('overloaded');
  if (gaveUpWaiting.has(status)) {
    return failure('timeout', 'a server on the way gave up waiting for the picture');
  }
  if (refusing.has(status)) return failure('refused');
  if (status >= 500 && status !== 520) {
    return isOfApi(answer, text)
      ? failure('server-error')
      : failure(
          'unknown-outcome',
          'a server on the way answered, and the picture may have been made',
        );
  }
  return failure('unknown-outcome', 'this status does not say whether the picture was made');
}

/**
 * Whether the API itself says that it failed, after which a request is usually not billed. A gateway that loses the API's answer says
 * 502, or 500 in words of its own: Portkey 1.15.2 and LiteLLM do, after the picture was paid for (run 2026-11-29;
 * BerriAI/litellm#19569).
 */
function isOfApi({ status, details, header }: ErrorAnswer, message: string): boolean {
  return (
    status !== 502 &&
    typeof details === 'object' &&
    details !== null &&
    header('x-portkey-gateway-exception') === null &&
    !/\blitellm\.|fetch failed|connection error|socket hang up|\bE(CONN|PIPE)|(connection|stream) (was )?(reset|closed|lost|aborted|terminated)|premature close|other side closed|time(d |-)?out/i.test(
      message,
    )
  );
}

/**
 * Whether a proxy says that it made no connection to the next server (RFC 9209, 2022-06: `Proxy-Status: name; error=dns_error`). With
 * any other error it may have sent the request on.
 */
function isNotForwarded(proxyStatus: string | null): boolean {
  return /;\s*error=(dns_timeout|dns_error|destination_not_found|destination_unavailable|destination_ip_prohibited|destination_ip_unroutable|connection_refused|tls_protocol_error|tls_certificate_error|tls_alert_received|http_request_denied|proxy_loop_detected)\b/.test(
    (proxyStatus ?? '').slice(0, 1000),
  );
}

const maxTextLength = 2000;

/**
 * Envoy answers 503 even if it had forwarded the request and then lost the server. "connection failure" means that it had not.
 */
function isSentOn(message: string): boolean {
  return /reset reason: (connection termination|remote reset|local reset|protocol error)/i.test(
    message,
  );
}

/**
 * The answers of gateways and proxies that had forwarded the request: 408 and 504 (RFC 9110, 2022-06), 499 of nginx, 522 and
 * 524 of Cloudflare (https://developers.cloudflare.com/support/troubleshooting/http-status-codes, 2026-11-28), 598 and 599 of
 * other proxies.
 */
const gaveUpWaiting: ReadonlySet<number> = new Set([408, 499, 504, 522, 524, 598, 599]);

/** The server refused the request before doing any work (RFC 9110, 2022-06; RFC 6585 for 431). */
const refusing: ReadonlySet<number> = new Set([
  400, 404, 405, 406, 410, 411, 413, 414, 415, 417, 421, 422, 426, 428, 431, 451,
]);

/**
 * Every name in an error, reduced to lower-case letters, because servers write `content_filter`, `contentFilter` and
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

/** The names that OpenAI, Azure and LiteLLM use, from their documentation and sources (2026-11-28). */
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

/** The statuses with which servers refuse a prompt. A 200 may contain an error, too. */
const looksAtPrompts: ReadonlySet<number> = new Set([200, 400, 403, 422]);

/**
 * Recognises moderation errors that have no name by their message: the exceptions of LiteLLM (BerriAI/litellm#16072), Bedrock's
 * "blocked by our content filters", OpenRouter's "Your input was flagged", Azure's "content management policy".
 */
function isModerated(message: string): boolean {
  return /ContentPolicyViolation|content filters?\b|content management policy|\b(input|prompt|request) (was|is|has been) (flagged|blocked)\b|\bour safety system\b|requires moderation/i.test(
    message,
  );
}

/** OpenAI's names, and then the names for budgets of gateways. */
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

/** Recognises the message of a gateway that has no name for a used-up budget. */
function isSpent(message: string): boolean {
  return /\bbudget\b[^.]{0,40}\bexceeded\b|\bexceeded\b[^.]{0,40}\bbudget\b|exceeded your current quota|insufficient (credits?|balance|quota)/i.test(
    message,
  );
}

/** The target of a redirect, without the parts of the address that may be secret. */
function redirection(location: string | null): string {
  const url = URL.parse(location ?? '');
  return `a redirect${url === null ? '' : ` to ${shownText(url.origin + url.pathname)}`}, which is not followed`;
}

/** "Limit 5, Requested 10": such a request can never succeed, however long it waits. */
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

/** `input`, `output` or `unknown`; empty if the API does not say. */
function moderationStage(details: unknown): string {
  const stage = moderationDetails(details)?.moderation_stage;
  return typeof stage === 'string' ? stage : '';
}

/** The stage and categories that the API gives. */
function moderationReason(details: unknown): string {
  const categories = moderationDetails(details)?.categories;
  const stage = moderationStage(details);
  const parts = [
    stage === '' ? '' : `stage ${stage}`,
    Array.isArray(categories) ? categories.join(', ') : '',
  ];
  return parts.filter((part) => part !== '').join(': ');
}

/** `retry-after-ms`, otherwise `retry-after` in seconds or as an HTTP date; `null` if there is neither. */
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

/** Reads "Please try again in 12s", "in 120ms" or "in 6m0s", which a 429 without a header says (measured 2026-11-22). */
function tryAgainMs(message: string): number | null {
  const match = /try again in (?:(\d+)m(?!s))?(?:([\d.]+)(ms|s))?/.exec(message);
  const [, minutes = '0', amount = '0', unit = 's'] = match ?? [];
  const ms = Number(minutes) * 60_000 + Number(amount) * (unit === 'ms' ? 1 : 1000);
  return match === null || !Number.isFinite(ms) || ms === 0 ? null : ms;
}
