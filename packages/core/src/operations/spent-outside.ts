import type { Context } from '../context.ts';
import { dayBudget } from '../purchase/day-budget.ts';
import { openStore } from '../store/open-store.ts';

/**
 * What the store says was spent today in UTC, in US dollars, apart from the keys of `except`, which is asked after the store was
 * read.
 */
export async function spentOutside(
  context: Context,
  except: () => Promise<ReadonlySet<string>>,
): Promise<number> {
  return dayBudget(context, await openStore(context)).spentUsd(except);
}
