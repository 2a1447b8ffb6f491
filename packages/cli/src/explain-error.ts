import type { ErrorCode, TintypeError } from '@tintype/core';
import { exitCodes, exitCodeOf } from './exit-codes.ts';
import { clean } from './format/clean.ts';

/** The message and the exit code when an error ends the run. */
export function explainError(error: unknown): {
  readonly message: string;
  readonly exitCode: number;
} {
  if (isOfTheSystem(error))
    return { message: clean(error.message), exitCode: exitCodes.someFailed };
  if (!isTintypeError(error)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return {
      message: `this is a bug in tintype, please report it:\n${clean(stack)}`,
      exitCode: exitCodes.someFailed,
    };
  }
  const message = clean(error.message);
  const flags = error.option === null ? flagsFor[error.code] : flagsForOption[error.option];
  return {
    message: flags === undefined ? message : `${message}\n${flags}`,
    exitCode: exitCodeOf[error.code],
  };
}

/** The codes that `tintype explain` has more to say about than the message. */
export function codesOf(error: unknown): ReadonlySet<string> {
  if (!isTintypeError(error)) return new Set();
  const mistakes = error.diagnostics.filter(({ severity }) => severity === 'error');
  const codes = mistakes.length > 0 ? mistakes.map(({ code }) => code) : [error.code];
  return new Set(codes.filter((code) => code !== 'usage' && code !== 'interrupted'));
}

/** An error of the operating system, in its words: `EACCES: permission denied, scandir '/project/data'`. */
function isOfTheSystem(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'errno' in error && 'syscall' in error;
}

/** Core names options of the config file. The command line adds the flags for one run. */
const flagsFor: Readonly<Partial<Record<ErrorCode, string>>> = {
  'originals-missing': 'For this run alone: --missing standin or --missing buy',
  'over-budget': 'For this run alone: --max-cost <usd>',
  'api-key-missing': 'For this run alone: --provider offline or --missing standin',
};

/** The error codes whose messages name an option that would help. */
const flagsForOption: Readonly<Record<NonNullable<TintypeError['option']>, string>> = {
  allowUnpriced: 'For this run alone: --allow-unpriced, or --max-cost none',
  manifests: 'For this run alone: --manifest <glob>',
  maxCostUsd: 'For this run alone: --max-cost <usd>, or --max-cost none',
  missing: 'For this run alone: --missing standin',
  maxCostUsdPerDay: 'For this run alone: --max-cost-per-day <usd>, or --max-cost-per-day none',
};

/** By name, so that asking needs no core: an error may come before core is loaded. */
export function isTintypeError(error: unknown): error is TintypeError {
  return error instanceof Error && error.name === 'TintypeError';
}
