import type { FailureCode } from './provider.ts';

/** What a failed call means for the bill, the image and the run. */
export interface Policy {
  /** Whether the call may have been billed. */
  readonly billed: 'no' | 'maybe' | 'yes';
  /** How often the request is sent again. If it may have been billed, only `server-error` is retried, once. */
  readonly retries: number;
  /** All other images of the run wait as well. */
  readonly slowsRun: boolean;
  /** Nothing can be bought until the user acts. */
  readonly stopsRun: boolean;
  /** What the user can do about it. */
  readonly remedy: string;
}

/** The most retries of one request for all kinds of failures together. */
const maxRetries = 5;

const imageFails = { billed: 'no', retries: 0, slowsRun: false, stopsRun: false } as const;
const requestsAgain = 'the next run requests it again';

/** The policy for each kind of failure. */
export const policies: Readonly<Record<FailureCode, Policy>> = {
  'not-connected': {
    ...imageFails,
    retries: maxRetries,
    remedy: 'check the network and the address, and run again',
  },
  'rate-limited': {
    ...imageFails,
    retries: maxRetries,
    slowsRun: true,
    remedy: 'run again later, or set imagesPerMinute to what the account may have',
  },
  overloaded: { ...imageFails, retries: maxRetries, remedy: 'run again later' },
  'server-error': { ...imageFails, billed: 'maybe', retries: 1, remedy: requestsAgain },
  timeout: {
    ...imageFails,
    billed: 'maybe',
    remedy: `${requestsAgain}; timeoutMs allows more time, unless a gateway on the way gives up first`,
  },
  'connection-lost': { ...imageFails, billed: 'maybe', remedy: requestsAgain },
  'unknown-outcome': { ...imageFails, billed: 'maybe', remedy: requestsAgain },
  'untrusted-certificate': {
    ...imageFails,
    stopsRun: true,
    remedy:
      'check the address; if a proxy of yours signs connections, set NODE_EXTRA_CA_CERTS to its certificate',
  },
  moderation: { ...imageFails, remedy: 'change the prompt or its input images' },
  refused: { ...imageFails, remedy: 'change what it names' },
  'not-supported': { ...imageFails, remedy: 'take another provider or model' },
  quota: { ...imageFails, stopsRun: true, remedy: 'raise the limit or add credit' },
  'bad-api-key': { ...imageFails, stopsRun: true, remedy: 'check the key' },
  'not-permitted': {
    ...imageFails,
    stopsRun: true,
    remedy: 'do what it asks for, or take another key or model',
  },
  'bad-reply': { ...imageFails, billed: 'yes', remedy: 'take: 2 asks for another' },
};

/** One request's failures so far. */
export interface Failures {
  /** In order, never empty. The decision is about the last one. */
  readonly codes: readonly FailureCode[];
  /** How long the API's last answer asked to wait; `null` if it did not. */
  readonly retryAfterMs: number | null;
  /** The time since the first failure. */
  readonly elapsedMs: number;
}

export type Decision =
  | { readonly kind: 'retry'; readonly afterMs: number }
  | { readonly kind: 'fail' }
  /** The API asks for a longer wait than a run can take. */
  | { readonly kind: 'come-back'; readonly afterMs: number };

/** All retries of one request must fit into these 5 minutes. */
export const maxRetryMs = 300_000;

const firstDelayMs = 1000;
const maxDelayMs = 30_000;

/**
 * How long to wait after so many failures in a row. `random`, from 0 up to 1, spreads the delays of requests that failed together
 * over half of their length.
 */
export function delayMs(times: number, retryAfterMs: number | null, random: number): number {
  const grown = Math.min(maxDelayMs, firstDelayMs * 2 ** (times - 1));
  const spread = grown * (0.5 + random / 2);
  return Math.ceil(retryAfterMs === null ? spread : retryAfterMs + random * firstDelayMs);
}

/** Whether a call that failed may succeed later although the user changes nothing. Only a call that is free may just be repeated. */
export function mayPass(code: FailureCode): boolean {
  return passing.has(code);
}

const passing: ReadonlySet<FailureCode> = new Set([
  'not-connected',
  'rate-limited',
  'overloaded',
  'server-error',
  'timeout',
  'connection-lost',
  'unknown-outcome',
]);

/** Whether, and after how long, a failed request is sent again. `random`: as for `delayMs`. */
export function decideRetry(failures: Failures, random: number): Decision {
  const { codes, retryAfterMs, elapsedMs } = failures;
  const last = codes.at(-1)!;
  const times = codes.filter((code) => code === last).length;
  if (times > policies[last].retries || codes.length > maxRetries) return { kind: 'fail' };
  const afterMs = delayMs(codes.length, retryAfterMs, random);
  if (elapsedMs + (retryAfterMs ?? afterMs) <= maxRetryMs) return { kind: 'retry', afterMs };
  return retryAfterMs === null ? { kind: 'fail' } : { kind: 'come-back', afterMs };
}
