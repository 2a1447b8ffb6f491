import type { FailureCode } from './provider.ts';

/** What a failed call means for the money, the image and the run. */
export interface Policy {
  /** Whether the call may have been billed. */
  readonly billed: 'no' | 'maybe' | 'yes';
  /** How often it may be asked again. Only `server-error`, of what may have been billed, is: once. */
  readonly retries: number;
  /** Every image of the run waits with it. */
  readonly slowsRun: boolean;
  /** Nothing can be bought until the user has done something. */
  readonly stopsRun: boolean;
}

const imageFails: Policy = { billed: 'no', retries: 0, slowsRun: false, stopsRun: false };

/** The table of failures of the contract, one row a code. */
export const policies: Readonly<Record<FailureCode, Policy>> = {
  'not-connected': { ...imageFails, retries: 5 },
  'rate-limited': { ...imageFails, retries: 5, slowsRun: true },
  overloaded: { ...imageFails, retries: 5 },
  'server-error': { ...imageFails, billed: 'maybe', retries: 1 },
  timeout: { ...imageFails, billed: 'maybe' },
  'connection-lost': { ...imageFails, billed: 'maybe' },
  moderation: imageFails,
  refused: imageFails,
  'not-supported': imageFails,
  quota: { ...imageFails, stopsRun: true },
  'bad-api-key': { ...imageFails, stopsRun: true },
  'not-permitted': { ...imageFails, stopsRun: true },
  'bad-reply': { ...imageFails, billed: 'yes' },
};

/** One request's failures so far, the last of them included. */
export interface Failures {
  readonly code: FailureCode;
  /** How many calls failed with this code. */
  readonly times: number;
  /** What the API asked to wait; `null` where it did not. */
  readonly retryAfterMs: number | null;
  /** Since the first of them. */
  readonly elapsedMs: number;
}

export type Decision =
  | { readonly kind: 'retry'; readonly afterMs: number }
  | { readonly kind: 'fail' }
  /** The API asks for a longer wait than a run can take. */
  | { readonly kind: 'come-back'; readonly afterMs: number };

/** All retries of one request fit into this: the contract's 5 minutes. */
export const maxRetryMs = 300_000;

const firstDelayMs = 1000;
const maxDelayMs = 30_000;

/**
 * Whether, and after how long, a failed request is asked again. `random` is from 0 up to 1: the delays of requests that
 * failed together are spread over half of their length.
 */
export function decideRetry(failures: Failures, random: number): Decision {
  const { retries } = policies[failures.code];
  if (failures.times > retries) return { kind: 'fail' };
  const grown = Math.min(maxDelayMs, firstDelayMs * 2 ** (failures.times - 1));
  const spread = grown * (0.5 + random / 2);
  const afterMs = Math.ceil(failures.retryAfterMs === null ? spread : failures.retryAfterMs + random * firstDelayMs);
  if (failures.elapsedMs + afterMs <= maxRetryMs) return { kind: 'retry', afterMs };
  return failures.retryAfterMs === null ? { kind: 'fail' } : { kind: 'come-back', afterMs };
}
