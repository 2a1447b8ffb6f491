/**
 * The money of all runs of a queue, in the engine's database. A key is here the id of a job: the key of a picture, and its project. Amounts are US dollars, counted in whole billionths, at most 9 million
 * dollars. Each operation is one atomic step, so that the limits hold however many processes ask at once.
 *
 * All operations reject with `queue-unavailable` within some seconds if the database does not answer. They may be repeated then.
 *
 * After a restart, the engine may have lost its last seconds or everything, because Redis writes to the disk when it can, and a
 * replica that takes over may be behind. So the ledger ignores everything that an earlier process of the engine wrote: each
 * run is unknown until it opens itself again.
 */
export interface Ledger {
  /**
   * Opens a run, or does nothing if it is open or was closed. Each run has a new name. After a restart of the engine, the run opens
   * itself again, with the amounts that it has spent and released.
   */
  readonly openRun: (run: string, account: Account) => Promise<'opened' | 'open'>;
  /** A run that waits for its workers asks every few seconds, so that it notices a restart of the engine. */
  readonly isOpen: (run: string) => Promise<boolean>;
  /**
   * Releases money for one picture. The high estimate counts until the cost is settled. A run releases each key only once.
   * Only a finite amount from 0 can fit into a budget.
   */
  readonly release: (
    run: string,
    key: string,
    highUsd: number,
  ) => Promise<'released' | 'over-run' | 'over-day' | 'unknown-run'>;
  /**
   * The high estimate that was released for a key. A worker asks before it buys. `null`: nothing was released, or it was settled, so
   * the worker must not buy. `unknown-run`: the run was closed, or has not opened itself again after a restart of the engine.
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
   * The keys that any run released on a day in UTC (`2026-11-28`). The day's sum contains their cost, so `Account.outsideUsd` must
   * not. Call this after reading the store: everything in the store from a run of this queue was released before.
   */
  readonly releasedOn: (day: string) => Promise<ReadonlySet<string>>;
}

/** What a run may spend, and what it has spent before it is opened. */
export interface Account {
  /** `null`: no limit. */
  readonly maxUsd: number | null;
  /** The sum of settled costs. 0 for a new run. */
  readonly spentUsd: number;
  /** The high estimate of each key that was released and is not settled. Empty for a new run. */
  readonly released: ReadonlyMap<string, number>;
  /** All runs of a UTC day together may spend this; `null`: no limit. */
  readonly maxUsdPerDay: number | null;
  /** The UTC day of `outsideUsd`: `2026-11-28`. */
  readonly day: string;
  /**
   * What was spent that day outside of this queue: purchases and open attempts in the store whose key is not in `releasedOn(day)`.
   * If several runs give an amount, the highest counts.
   */
  readonly outsideUsd: number;
}

/** The account's limit of pictures a minute, for all workers of a queue together. Times are those of the database's clock. */
export interface SharedRates {
  /**
   * Milliseconds to wait before `pictures` may be sent; then the caller asks again. 0: they count as sent now. No window
   * (`DatabaseOptions.windowMs`), wherever it begins, contains more than the limit. A request above the limit waits for an empty
   * window. A caller that waits has the next turn, so that small requests do not overtake a large one forever.
   *
   * A limit holds even if the engine loses its data: while a limit is known, nothing is sent in the first window after a restart or
   * after a caller finds new data. If an answer is lost, a repeated call counts the pictures twice, which is the safe side.
   *
   * `configuredPerMinute`: the limit that the user set; `null`: not set, so only a learned limit counts.
   */
  readonly admit: (
    provider: string,
    pictures: number,
    configuredPerMinute: number | null,
  ) => Promise<number>;
  /** Learns the limit that an answer named, which replaces the earlier one. `null`: the answer named none. */
  readonly learn: (provider: string, imagesPerMinute: number | null) => Promise<void>;
  /** Makes all workers wait after a 429 answer. */
  readonly pause: (provider: string, ms: number) => Promise<void>;
}
