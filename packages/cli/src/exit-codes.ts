import type { ErrorCode } from '@tintype/core';

/** What `tintype` exits with: public, other tools branch on it. */
export const EXIT = {
  delivered: 0,
  someFailed: 1,
  wrongInput: 2,
  originalsMissing: 3,
  overBudget: 4,
  interrupted: 130,
} as const;

/** The exit code of a run that an error ended, or of an image that failed with it. */
export const EXIT_CODE_OF: Readonly<Record<ErrorCode, number>> = {
  usage: EXIT.wrongInput,
  config: EXIT.wrongInput,
  manifest: EXIT.wrongInput,
  'api-key-missing': EXIT.wrongInput,
  'key-not-allowed': EXIT.wrongInput,
  'output-not-ours': EXIT.wrongInput,
  'originals-missing': EXIT.originalsMissing,
  'over-budget': EXIT.overBudget,
  quota: EXIT.someFailed,
  'bad-api-key': EXIT.someFailed,
  'not-permitted': EXIT.someFailed,
  'store-not-readable': EXIT.someFailed,
  'store-not-writable': EXIT.someFailed,
  moderation: EXIT.someFailed,
  refused: EXIT.someFailed,
  'rate-limited': EXIT.someFailed,
  overloaded: EXIT.someFailed,
  'server-error': EXIT.someFailed,
  'not-connected': EXIT.someFailed,
  'unknown-outcome': EXIT.someFailed,
  'untrusted-certificate': EXIT.someFailed,
  'connection-lost': EXIT.someFailed,
  timeout: EXIT.someFailed,
  'bad-reply': EXIT.someFailed,
  'original-damaged': EXIT.someFailed,
  'original-missing': EXIT.someFailed,
  'original-rejected': EXIT.someFailed,
  'record-damaged': EXIT.someFailed,
  'upstream-failed': EXIT.someFailed,
  'input-changed': EXIT.someFailed,
  'not-supported': EXIT.someFailed,
  encode: EXIT.someFailed,
  'output-not-writable': EXIT.someFailed,
  interrupted: EXIT.interrupted,
};
