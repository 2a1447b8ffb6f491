import type { Outcome } from './picture-fetch.ts';

/** Decides when a run stops asking a remote that does not help. */
export interface RemoteUse {
  /**
   * Records how the fetches of a picture's entries ended, which began at `startedAt` (`performance.now()`). `null`: keep asking.
   * Otherwise stop: `error` is the remote's, or `null` if it was slower than encoding.
   */
  readonly note: (
    outcomes: readonly Outcome[],
    startedAt: number,
  ) => { readonly error: unknown } | null;
}

/** After this many pictures in a row without an answer for any entry, a remote is given up. */
const maxInARow = 3;

/** `silenceMs`: how long a slow remote may answer nothing. A remote that fails gets no such time. */
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
