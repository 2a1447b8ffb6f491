import { type Context, TintypeError } from '@tintype/core';
import { type PurchaseAnswer, type PurchaseOrder, spentOutside } from '@tintype/core/internal';
import { jobId, nameOf } from './jobs.ts';
import type { Ledger } from './ledger.ts';
import { storePlace } from './store-place.ts';

/** A run's money in the ledger of its queue. */
export interface RunBudget {
  /** Reserves the most that a picture may cost. Throws `over-budget` and `queue-unavailable`. */
  readonly release: (order: PurchaseOrder) => Promise<void>;
  /** Settles the cost in the ledger, unless the worker did (`isSettled`): it may have died before it could. */
  readonly settle: (key: string, costUsd: number | null, isSettled: boolean) => Promise<void>;
  /**
   * Releases no more money, and from when this resolves, no worker begins what was released. Rejects with `queue-unavailable`; a later
   * call tries again.
   */
  readonly close: () => Promise<void>;
}

/** How soon a run notices that the ledger's server was restarted and has forgotten the run. */
const reopenMs = 5000;

export function openRunBudget(run: string, ledger: Ledger, context: Context): RunBudget {
  const { maxCostUsd, maxCostUsdPerDay } = context.config;
  // Another project that uses the same queue may want the same picture.
  const place = storePlace(context.config);
  const released = new Map<string, number>();
  let spentUsd = 0;
  let opening: Promise<unknown> | null = null;
  let closing: Promise<void> | null = null;
  let openings = 0;
  let isClosed = false;
  const timer = setInterval(() => {
    if (opening !== null) opening = opening.then(reopen).catch(() => {});
  }, reopenMs);
  timer.unref();

  return {
    async release({ key, costUsd }) {
      const highUsd = costUsd?.high ?? 0;
      const id = jobId(place, key);
      for (;;) {
        if (isClosed) throw new TintypeError('interrupted', 'not requested: the run has ended');
        await (opening ??= open());
        const outcome = await ledger.release(run, id, highUsd);
        if (outcome === 'unknown-run') {
          opening = null;
          continue;
        }
        if (outcome !== 'released') throw overBudget(outcome);
        released.set(id, highUsd);
        return;
      }
    },

    async settle(key, cost, isSettled) {
      const id = jobId(place, key);
      spentUsd += cost ?? released.get(id) ?? 0;
      released.delete(id);
      // A ledger that was opened again may have forgotten what a worker told it.
      const isKnown = isSettled && openings === 1;
      if (cost !== null && !isKnown) await ledger.settle(run, id, cost).catch(() => {});
    },

    close: () => {
      isClosed = true;
      clearInterval(timer);
      closing ??= close().catch((error: unknown) => {
        closing = null;
        throw error;
      });
      return closing;
    },
  };

  async function close(): Promise<void> {
    await opening?.catch(() => {});
    if (opening !== null) await ledger.closeRun(run);
  }

  async function reopen(): Promise<void> {
    if (!(await ledger.isOpen(run))) await open();
  }

  async function open(): Promise<void> {
    const day = context.now().toISOString().slice(0, 10);
    const outsideUsd =
      maxCostUsdPerDay === null ? 0 : await spentOutside(context, () => ownReleasedOn(day));
    const money = { maxUsd: maxCostUsd, maxUsdPerDay: maxCostUsdPerDay, day, outsideUsd };
    openings++;
    await ledger.openRun(run, { ...money, spentUsd, released });
  }

  async function ownReleasedOn(day: string): Promise<ReadonlySet<string>> {
    const ids = [...(await ledger.releasedOn(day))];
    return new Set(ids.filter((id) => id.endsWith(jobId(place, ''))).map(nameOf));
  }

  function overBudget(outcome: 'over-run' | 'over-day'): TintypeError {
    const option = outcome === 'over-day' ? 'maxCostUsdPerDay' : 'maxCostUsd';
    const what =
      outcome === 'over-day'
        ? `the budget of $${maxCostUsdPerDay} a day (UTC), of which other runs have reserved a part,`
        : `the budget of $${maxCostUsd}`;
    const message = `${what} does not hold another picture; what was bought is kept. Raise ${option}, or run again later`;
    return new TintypeError('over-budget', message, { option });
  }
}

/** US dollars; `null`: unknown, so that what was released stays reserved. */
export function costOf({
  failure,
  bought,
  costUsd,
  maybeBilledUsd,
}: PurchaseAnswer): number | null {
  if (bought > 0) return costUsd;
  // A worker that died may have paid for it.
  const isUnclear = failure === null || failure.code === 'maybe-billed';
  return isUnclear || maybeBilledUsd !== 0 ? null : 0;
}
