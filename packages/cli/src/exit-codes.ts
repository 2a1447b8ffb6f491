import type { ErrorCode } from '@tintype/core';

/** The exit codes of `tintype`. They are public, because other tools depend on them. */
export const exitCodes = {
  delivered: 0,
  someFailed: 1,
  wrongInput: 2,
  originalsMissing: 3,
  overBudget: 4,
  interrupted: 130,
} as const;

/** What each exit code means, for the reference. */
export const exitMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  delivered: 'nothing failed; what is ordered in a batch may not be delivered yet',
  someFailed:
    'some images failed, and the others were delivered; or `verify` or `doctor` found something wrong',
  wrongInput:
    'the manifest, the config or the command line is wrong, or a key is missing; nothing was done',
  originalsMissing:
    'originals are missing and may not be bought, or the answer was no; nothing was bought',
  overBudget: 'the plan costs more than the budget, or the budget ran out',
  interrupted: 'you stopped the run; Tintype waited for the pictures in flight and stored them',
};

/** The exit code of a run that an error ended, or of an image that failed with it. */
export const exitCodeOf: Readonly<Record<ErrorCode, number>> = {
  usage: exitCodes.wrongInput,
  config: exitCodes.wrongInput,
  manifest: exitCodes.wrongInput,
  'api-key-missing': exitCodes.wrongInput,
  'key-not-allowed': exitCodes.wrongInput,
  'output-not-ours': exitCodes.wrongInput,
  'originals-missing': exitCodes.originalsMissing,
  'over-budget': exitCodes.overBudget,
  quota: exitCodes.someFailed,
  'bad-api-key': exitCodes.someFailed,
  'not-permitted': exitCodes.someFailed,
  'store-not-readable': exitCodes.someFailed,
  'store-not-writable': exitCodes.someFailed,
  'remote-unavailable': exitCodes.someFailed,
  'remote-denied': exitCodes.someFailed,
  'remote-unsupported': exitCodes.someFailed,
  'remote-damaged': exitCodes.someFailed,
  'queue-unavailable': exitCodes.someFailed,
  'job-refused': exitCodes.someFailed,
  moderation: exitCodes.someFailed,
  refused: exitCodes.someFailed,
  'rate-limited': exitCodes.someFailed,
  overloaded: exitCodes.someFailed,
  'server-error': exitCodes.someFailed,
  'not-connected': exitCodes.someFailed,
  'unknown-outcome': exitCodes.someFailed,
  'unusable-answers': exitCodes.someFailed,
  'sharp-unavailable': exitCodes.someFailed,
  'untrusted-certificate': exitCodes.someFailed,
  'connection-lost': exitCodes.someFailed,
  timeout: exitCodes.someFailed,
  'bad-reply': exitCodes.someFailed,
  ordered: exitCodes.someFailed,
  'maybe-billed': exitCodes.someFailed,
  'original-damaged': exitCodes.someFailed,
  'original-missing': exitCodes.someFailed,
  'original-rejected': exitCodes.someFailed,
  'record-damaged': exitCodes.someFailed,
  'upstream-failed': exitCodes.someFailed,
  'input-changed': exitCodes.someFailed,
  'not-supported': exitCodes.someFailed,
  encode: exitCodes.someFailed,
  'output-not-writable': exitCodes.someFailed,
  interrupted: exitCodes.interrupted,
};
