/**
 * The money of all runs of a queue, in the engine's database. Amounts are US dollars, counted in whole billionths, at most 9 million
 * dollars. Each operation is one atomic step, so that the limits hold however many processes ask at once.
 *
 * All operations reject with `queue-unavailable` within some seconds if the database does not answer. They may be repeated then.
 *
 * An engine that was started again may have lost its last seconds (Redis writes to the disk when it can; a replica that takes over
 * may be behind), or everything. The ledger therefore believes nothing that an earlier process of the engine wrote: each run is
 * unknown until the run opens it again.
 */
export interface Ledger {
  /**
   * Opens a run, or does nothing if it is open or was closed. A run's name is used once. After the engine was started again, the run
   * opens itself again, with what it has spent and released.
   */
  readonly openRun: (run: string, account: Account) => Promise<'opened' | 'open'>;
  /** A run that waits for its workers asks every few seconds, so that it notices when the engine was started again. */
  readonly isOpen: (run: string) => Promise<boolean>;
  /**
   * Releases money for one picture: the high estimate counts until it is settled. A key is released once in a run, however often
   * it is asked for. An amount that is not a finite number from 0 never fits.
   */
  readonly release: (
    run: string,
    key: string,
    highUsd: number,
  ) => Promise<'released' | 'over-run' | 'over-day' | 'unknown-run'>;
  /**
   * The high estimate that was released for a key, for a worker that is about to buy it. `null`: nothing was, or it was settled, so
   * the key must not be bought. `unknown-run`: the run was closed, or the engine was started again and the run did not open it yet.
   */
  readonly released: (run: string, key: string) => Promise<number | 'unknown-run' | null>;
  /**
   * Replaces the estimate by the cost; 0: nothing was billed. `null`: the cost is unknown, so the estimate stays, and a later call
   * may replace it. Otherwise only the first call for a key counts. Does nothing for an unknown run or key. Also after `closeRun`.
   */
  readonly settle: (run: string, key: string, costUsd: number | null) => Promise<void>;
  /** Releases no more money for the run. What it has spent stays in the day's sum. The ledger forgets a run after 7 days. */
  readonly closeRun: (run: string) => Promise<void>;
  /**
   * The keys that any run released on a day in UTC (`2026-11-28`). The day's sum has their cost already, so `Account.outsideUsd`
   * must not. Ask for them after the store was read: what the store has of a run of this queue was released before.
   */
  readonly releasedOn: (day: string) => Promise<ReadonlySet<string>>;
}

/** What a run may spend, and has spent when it is opened. */
export interface Account {
  /** `null`: no limit. */
  readonly maxUsd: number | null;
  /** What is settled. 0 for a run that begins. */
  readonly spentUsd: number;
  /** Each key that was released and is not settled, with its high estimate. None for a run that begins. */
  readonly released: ReadonlyMap<string, number>;
  /** All runs of a UTC day together may spend this; `null`: no limit. */
  readonly maxUsdPerDay: number | null;
  /** The UTC day of `outsideUsd`: `2026-11-28`. */
  readonly day: string;
  /**
   * What was spent that day apart from this queue: purchases and open attempts in the store whose key is not in `releasedOn(day)`.
   * Several runs may say it; the highest counts.
   */
  readonly outsideUsd: number;
}

/** The account's limit of pictures a minute, for all workers of a queue together. Times are those of the database's clock. */
export interface SharedRates {
  /**
   * Milliseconds to wait before `pictures` may be sent, after which the caller asks again; 0: they count as sent now. No window
   * (`DatabaseOptions.windowMs`), wherever it begins, holds more than the limit. A request that is larger than the limit waits for an
   * empty window. A caller that waits for room has the next turn, so that small requests do not overtake a large one for ever.
   *
   * A limit holds also when the engine lost its data: while a limit is known, nothing is sent in the first window of a server, or of
   * data that a caller finds to be new. If an answer was lost, a repeated call counts the pictures twice, which is the safe side.
   *
   * `configuredPerMinute`: the limit that the user set; `null`: none, so that only a learned one counts.
   */
  readonly admit: (
    provider: string,
    pictures: number,
    configuredPerMinute: number | null,
  ) => Promise<number>;
  /** The limit that an answer named, which replaces the one that was learned before. `null`: the answer named none. */
  readonly learn: (provider: string, imagesPerMinute: number | null) => Promise<void>;
  /** A 429 answer: all workers wait. */
  readonly pause: (provider: string, ms: number) => Promise<void>;
}
