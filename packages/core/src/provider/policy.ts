import type { FailureCode } from './provider.ts';

/** What a failed call means for the money and for the run. */
export interface Policy {
  /** Whether the call may have been billed. */
  readonly billed: 'no' | 'maybe' | 'yes';
  /** Nothing can be bought until the user has done something: the run stops. */
  readonly stopsRun: boolean;
}

/** The table of failures, one row a code. A code that may have been billed is never asked for again by itself. */
export const policies: Readonly<Record<FailureCode, Policy>> = {
  'not-connected': { billed: 'no', stopsRun: false },
  'rate-limited': { billed: 'no', stopsRun: false },
  overloaded: { billed: 'no', stopsRun: false },
  'server-error': { billed: 'maybe', stopsRun: false },
  timeout: { billed: 'maybe', stopsRun: false },
  'connection-lost': { billed: 'maybe', stopsRun: false },
  moderation: { billed: 'no', stopsRun: false },
  refused: { billed: 'no', stopsRun: false },
  'not-supported': { billed: 'no', stopsRun: false },
  quota: { billed: 'no', stopsRun: true },
  'bad-api-key': { billed: 'no', stopsRun: true },
  'not-permitted': { billed: 'no', stopsRun: true },
  'bad-reply': { billed: 'yes', stopsRun: false },
};
