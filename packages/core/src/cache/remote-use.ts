import type { Outcome } from './picture-fetch.ts';

/** Watches whether it is of any use to ask a remote. */
export interface RemoteUse {
  /**
   * Notes what became of a picture's entries, which were asked for at `startedAt`. `null`: ask on. Otherwise do not: `error` is
   * the remote's, or `null` if it was slower than encoding. Times are those of `performance.now()`.
   */
  readonly note: (
    outcomes: readonly Outcome[],
    startedAt: number,
  ) => { readonly error: unknown } | null;
}

/** Pictures in a row of which no entry was answered, before a remote is of no use. */
const maxInARow = 3;

/** `silenceMs`: how long a slow remote may answer nothing. One that fails has no such time. */
export function watchRemoteUse(silenceMs: number): RemoteUse {
  let silentInARow = 0;
  let silentSince = 0;
  return {
    note: (outcomes, startedAt) => {
      const failures = outcomes.filter((outcome) => outcome.kind === 'failed');
      const slower = outcomes.filter(({ kind }) => kind === 'slower');
      if (failures.length + slower.length < outcomes.length) {
        silentInARow = 0;
        return null;
      }
      if (silentInARow++ === 0) silentSince = startedAt;
      const isPatient = slower.length > 0 && performance.now() - silentSince < silenceMs;
      return silentInARow < maxInARow || isPatient ? null : { error: failures[0]?.error ?? null };
    },
  };
}
