import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Environment } from './process/env-files.ts';
import type { Event, Reporter } from './events.ts';
import type { ReadResult } from './fs/read-inside.ts';
import type { Shard } from './types.ts';
import type { Workers } from './workers.ts';

/** What a run needs of the world, handed in by the shell: core reads no environment and no clock of its own. */
export interface Context extends Clock, Environment {
  readonly config: Config;
  /** Absolute: the cache that was configured and came with the clone; `config.cacheDir` is another one then. */
  readonly refusedCache?: string | null;
  /** Called by runs that write: see `UsableCache.noteAnswer`. */
  readonly noteCacheAnswer?: () => Promise<void>;
  /** The id of the order that this run is part of: within one order nothing is asked twice. `null`: one of its own. */
  readonly order: string | null;
  /**
   * The part of the run that `generate`, `planProject` and `openImages` are about. `null`: all of it.
   * @default null
   */
  readonly shard?: Shard | null;
  /**
   * Who buys and encodes, if this process does not.
   * @default null: this process
   */
  readonly workers?: Workers | null;
  readonly report: Reporter;
  /** Aborted by the first Ctrl-C: nothing new is asked for, what is in flight is awaited and stored. */
  readonly signal: AbortSignal;
  /**
   * Fetches an `https:` input image.
   * @default `fetchRemote`, which reaches public addresses only
   */
  readonly fetchInput?: FetchInput;
  /**
   * Asks a person whether to buy, if no setting decides it. Ctrl-C aborts `signal`; the answer is then ignored.
   * @default no one can be asked, so nothing is bought
   */
  readonly confirm?: (offer: Offer) => Promise<boolean>;
}

/** Whether policy lets a run buy, or a person can be asked. */
export function canBuy({
  config: { missing },
  confirm,
}: Pick<Context, 'config' | 'confirm'>): boolean {
  return missing === 'buy' || (missing === 'ask' && confirm !== undefined);
}

/** What a person is asked before it is bought. */
export interface Offer {
  readonly pictures: number;
  /** US dollars, the high estimate; `null`: not all of it has a known price. */
  readonly costUsd: number | null;
  readonly providers: readonly string[];
}

/** `3 pictures, up to $0.12, from openai: buy?` */
export function offerText({ pictures, costUsd, providers }: Offer): string {
  const count = `${pictures} picture${pictures === 1 ? '' : 's'}`;
  const cost = costUsd === null ? 'at an unknown price' : `up to ${dollars(costUsd)}`;
  return `${count}, ${cost}, from ${providers.join(' and ')}: buy?`;
}

/** Rounded up: what is agreed to is not passed. */
function dollars(usd: number): string {
  return `$${(Math.ceil(usd * 100 - 1e-6) / 100).toFixed(2)}`;
}

export type FetchInput = (url: string) => Promise<ReadResult>;

/** The HTTP client is loaded when there is something to fetch. */
export async function fetchInput(
  { fetchInput }: Pick<Context, 'fetchInput'>,
  url: string,
): Promise<ReadResult> {
  const fetch = fetchInput ?? (await import('./provider/fetch-remote.ts')).fetchRemote;
  return fetch(url);
}

/** Tells the shell what happened, and when. */
export function report(context: Context, event: Event): void {
  context.report({ ...event, time: context.now().toISOString() });
}
