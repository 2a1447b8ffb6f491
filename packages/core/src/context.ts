import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Environment } from './env-files.ts';
import type { Event, Reporter } from './events.ts';
import type { ReadResult } from './read-inside.ts';

/** What a run needs of the world, handed in by the shell: core reads no environment and no clock of its own. */
export interface Context extends Clock, Environment {
  readonly config: Config;
  readonly report: Reporter;
  /** Aborted by the first Ctrl-C: nothing new is asked for, what is in flight is awaited and stored. */
  readonly signal: AbortSignal;
  /**
   * Fetches an `https:` input image.
   * @default `fetchRemote`, which reaches public addresses only
   */
  readonly fetchInput?: FetchInput;
}

export type FetchInput = (url: string) => Promise<ReadResult>;

/** The HTTP client is loaded when there is something to fetch. */
export async function fetchInput(
  { fetchInput }: Pick<Context, 'fetchInput'>,
  url: string,
): Promise<ReadResult> {
  const fetch = fetchInput ?? (await import('./fetch-remote.ts')).fetchRemote;
  return fetch(url);
}

/** Tells the shell what happened, and when. */
export function report(context: Context, event: Event): void {
  context.report({ ...event, time: context.now().toISOString() });
}
