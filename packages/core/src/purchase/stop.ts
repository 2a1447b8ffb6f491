import type { Context } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { ProviderError } from '../provider/provider.ts';
import { policies } from '../provider/retry.ts';
import { interrupted, isMaybeBilled, NotRequestedError } from './failures.ts';

/** Ends a run early: the user interrupted it, or a failure would repeat for every further request. */
export interface Stop {
  /** Aborted when no further request may be sent, so that all waits end. */
  readonly signal: AbortSignal;
  /** Whether a failure has stopped the run. */
  readonly isStopped: () => boolean;
  /** Throws `interrupted` or a NotRequestedError if no further request may be sent. */
  readonly check: () => void;
  /** Stops the run if the failure is of that kind. Returns the failure that the image reports. */
  readonly onFailure: (failure: unknown) => unknown;
}

export function openStop({ signal }: Pick<Context, 'signal'>): Stop {
  const stopping = new AbortController();
  let first: TintypeError | null = null;
  return {
    signal: AbortSignal.any([signal, stopping.signal]),
    isStopped: () => first !== null,
    check() {
      if (signal.aborted) throw interrupted();
      if (first !== null)
        throw new NotRequestedError(first.code, `not requested: ${first.message}`);
    },
    onFailure(failure) {
      if (!(failure instanceof TintypeError) || !stopsRun(failure)) return failure;
      // Several requests may fail at once for the same reason; only the first failure is reported
      // in full.
      if (first !== null && !(failure instanceof ProviderError) && !isMaybeBilled(failure))
        return new NotRequestedError(failure.code, `not requested: ${failure.message}`);
      first ??= failure;
      stopping.abort();
      return failure;
    },
  };
}

function stopsRun(error: TintypeError): boolean {
  return error instanceof ProviderError
    ? policies[error.code].stopsRun
    : stoppingCodes.has(error.code);
}

const stoppingCodes: ReadonlySet<string> = new Set([
  'not-connected',
  'store-not-writable',
  'store-not-readable',
  'unusable-answers',
  'sharp-unavailable',
  'remote-unavailable',
  'remote-denied',
  'remote-unsupported',
  'queue-unavailable',
]);
