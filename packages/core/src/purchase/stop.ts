import type { Context } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { ProviderError } from '../provider/provider.ts';
import { policies } from '../provider/retry.ts';
import { interrupted, isMaybeBilled, NotAskedError } from './failures.ts';

/** What ends a run early: a failure that every further request would share, or the user. */
export interface Stop {
  /** Aborted when nothing more may be asked for, so that no wait goes on. */
  readonly signal: AbortSignal;
  /** Whether a failure has stopped the run. */
  readonly isStopped: () => boolean;
  /** Throws `interrupted` or a NotAskedError once nothing more may be asked for. */
  readonly check: () => void;
  /** Stops the run where that is what a failure does. Returns the failure that its image reports. */
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
      if (first !== null) throw new NotAskedError(first.code, `not asked for: ${first.message}`);
    },
    onFailure(failure) {
      if (!(failure instanceof TintypeError) || !stopsRun(failure)) return failure;
      // Several may fail at once, and only the first says something new.
      if (first !== null && !(failure instanceof ProviderError) && !isMaybeBilled(failure))
        return new NotAskedError(failure.code, `not asked for: ${failure.message}`);
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
  'store-not-writable',
  'store-not-readable',
  'unusable-answers',
  'remote-unavailable',
  'remote-denied',
  'remote-unsupported',
]);
