import type { Context } from '../context.ts';
import { shardName } from '../shard.ts';
import { TintypeError } from '../errors.ts';
import type { CostRange } from '../types.ts';
import { isMaybeBilled } from './failures.ts';
import { raise } from './judge-plan.ts';
import type { RunBudget } from './run-budget.ts';
import { sumUsd } from '../usd.ts';

/** The pictures that were bought so far, and their cost. */
export interface Bill {
  readonly bought: number;
  /** US dollars; `null`: a part of it is unknown. */
  readonly costUsd: number | null;
  /**
   * US dollars, by high estimates, that calls of unknown outcome may have cost. They are not in `costUsd`. `null`: a part
   * of it is unknown.
   */
  readonly maybeBilledUsd: number | null;
}

/** The budget and the bill of one run. */
export interface Spend {
  /** Reserves a request's high estimate. Throws `over-budget` if that is more than is left. */
  readonly reserve: (cost: CostRange | null) => Reserved;
  readonly bill: () => Bill;
  /** The error for what exceeded the budget; `null`: nothing did. */
  readonly overBudget: () => TintypeError | null;
}

/** Money that was reserved for one call. */
interface Reserved {
  /** Replaces the reservation by the cost of the call in US dollars; `null`: unknown. The rest is free for other calls. */
  readonly settle: (costUsd: number | null) => void;
  /** Adds the call's picture to the bill. */
  readonly bought: (costUsd: number | null) => void;
  readonly failed: (error: unknown) => void;
}

export function openSpend(budget: RunBudget, run: Pick<Context, 'config' | 'shard'>): Spend {
  const costs: (number | null)[] = [];
  const maybeBilled: (number | null)[] = [];
  let overBudget: TintypeError | null = null;
  return {
    reserve(cost) {
      const reservation = budget.reserve(cost?.high ?? 0);
      // A cheaper picture may still fit, so the run continues.
      if (reservation === null) throw (overBudget = notAffordable(run));
      return {
        settle: reservation.settle,
        bought: (costUsd) => costs.push(costUsd),
        failed(error) {
          reservation.settle(isMaybeBilled(error) ? null : 0);
          if (isMaybeBilled(error)) maybeBilled.push(cost?.high ?? null);
          if (error instanceof TintypeError && error.code === 'over-budget') overBudget = error;
        },
      };
    },
    bill: () => ({
      bought: costs.length,
      costUsd: sumUsd(costs),
      maybeBilledUsd: sumUsd(maybeBilled),
    }),
    overBudget: () => overBudget,
  };
}

function notAffordable({ config, shard }: Pick<Context, 'config' | 'shard'>): TintypeError {
  const { maxCostUsd, ci } = config;
  const part = shard == null ? '' : `part of ${shardName(shard)} in the `;
  return new TintypeError(
    'over-budget',
    `the ${part}budget of $${maxCostUsd} does not hold another picture; what was bought is kept. ${raise('maxCostUsd', ci)}, and run again`,
    { option: 'maxCostUsd' },
  );
}
