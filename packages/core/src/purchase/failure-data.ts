import { type ErrorCode, TintypeError } from '../errors.ts';
import { type FailureCode, ProviderError } from '../provider/provider.ts';
import type { Failure } from '../workers.ts';
import { NotRequestedError, PaidForError } from './failures.ts';

/** An error as data, for another process. */
export function failureOf(error: unknown): Failure {
  const isKnown = error instanceof TintypeError;
  return {
    kind: kindOf(error),
    code: isKnown ? error.code : 'internal',
    message: error instanceof Error ? error.message : String(error),
    requestId: error instanceof ProviderError ? error.requestId : null,
    isBilledAnyway: error instanceof ProviderError && error.isBilledAnyway,
  };
}

function kindOf(error: unknown): Failure['kind'] {
  if (error instanceof ProviderError) return 'provider';
  if (error instanceof NotRequestedError) return 'not-asked';
  return error instanceof PaidForError ? 'paid-for' : 'other';
}

/** The error that `failureOf` was given, as far as a run needs it. */
export function errorOf({ kind, code, message, requestId, isBilledAnyway }: Failure): Error {
  if (kind === 'provider')
    return new ProviderError(code as FailureCode, message, { requestId, isBilledAnyway });
  if (code === 'internal') return new Error(message);
  return new kinds[kind](code as ErrorCode, message);
}

const kinds = { 'paid-for': PaidForError, 'not-asked': NotRequestedError, other: TintypeError };
