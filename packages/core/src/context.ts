import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Environment } from './process/env-files.ts';
import type { Event, Reporter } from './events.ts';
import type { ReadResult } from './fs/read-inside.ts';
import type { PictureName, Shard } from './types.ts';
import type { Workers } from './workers.ts';

/** What a shell gives to a run. Core itself reads no environment and no clock. */
export interface Context extends Clock, Environment {
  readonly config: Config;
  /** Absolute: the configured cache, if it came with the clone. Then `config.cacheDir` is another one, which is used instead. */
  readonly refusedCache?: string | null;
  /** Called by runs that write: see `UsableCache.noteAnswer`. */
  readonly noteCacheAnswer?: () => Promise<void>;
  /** The id of the order that this run belongs to: one order never sends a request twice. `null`: the run is an order of its own. */
  readonly order: string | null;
  /**
   * The shard that `generate`, `planProject` and `openImages` work on. `null`: the whole run.
   * @default null
   */
  readonly shard?: Shard | null;
  /**
   * Who buys and encodes, if this process does not.
   * @default null: this process
   */
  readonly workers?: Workers | null;
  /**
   * The command that buys for a shell that never does: `npx tintype`. Nothing is then bought, whatever the policy says.
   * @default null: the run may buy
   */
  readonly boughtBy?: string | null;
  /**
   * Whether `generate` orders pictures that go in batches (`batch: true`). Otherwise it fails as if they could not be bought.
   * @default true
   */
  readonly ordersBatches?: boolean;
  readonly report: Reporter;
  /** Aborted by the first Ctrl-C: nothing new is requested, and what is in flight is awaited and stored. */
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
  /**
   * Runs a step of an image, so that it can be followed.
   * @default steps are not followed
   */
  readonly trace?: Trace;
}

/** The steps of an image that a trace shows: all that a run does for it, and, as a part of that, the writing of its files. */
export type Trace = <Result>(
  step: 'picture' | 'write',
  name: PictureName,
  act: () => Promise<Result>,
) => Promise<Result>;

/** Whether the shell buys at all, and the policy allows it or a person can be asked. */
export function canBuy({
  config: { missing },
  boughtBy = null,
  confirm,
}: Pick<Context, 'config' | 'boughtBy' | 'confirm'>): boolean {
  if (boughtBy !== null) return false;
  return missing === 'buy' || (missing === 'ask' && confirm !== undefined);
}

/** The purchase that a person is asked to confirm. */
export interface Offer {
  readonly pictures: number;
  /** How many of them are ordered in a batch. @default 0 */
  readonly inBatch?: number;
  /** US dollars, the high estimate; `null`: not all of it has a known price. */
  readonly costUsd: number | null;
  readonly providers: readonly string[];
}

/** `3 pictures, up to $0.12, from openai: buy?` */
export function offerText({ pictures, inBatch = 0, costUsd, providers }: Offer): string {
  const part = inBatch === 0 ? '' : ` (${inBatch === pictures ? '' : `${inBatch} `}in a batch)`;
  const count = `${pictures} picture${pictures === 1 ? '' : 's'}${part}`;
  const cost = costUsd === null ? 'at an unknown price' : `up to ${dollars(costUsd)}`;
  return `${count}, ${cost}, from ${providers.join(' and ')}: buy?`;
}

/** Rounded up, so that the cost never exceeds what the person agreed to. */
function dollars(usd: number): string {
  return `$${(Math.ceil(usd * 100 - 1e-6) / 100).toFixed(2)}`;
}

export type FetchInput = (url: string) => Promise<ReadResult>;

/** Loads the HTTP client only when there is something to fetch. */
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

/** How to run the steps of images. */
export function traceOf({ trace }: Pick<Context, 'trace'>): Trace {
  return trace ?? (async (_step, _name, act) => act());
}
