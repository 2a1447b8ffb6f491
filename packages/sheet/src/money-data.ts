import type { EstimatedCosts, Key, StoreRecord } from '@tintype/core';
import { costGroups, costsOf } from '@tintype/core/internal';
import type { MoneyGroup, MoneyGrouping, SheetMoney } from './sheet.ts';

/** The budgets that hold here, in US dollars; `null`: none. */
export interface Budgets {
  readonly perDayUsd: number | null;
  readonly perRunUsd: number | null;
}

/** What a record does not say by itself. */
export interface MoneyFacts {
  /** `null`: git is still reading. */
  readonly buyerOf: ((record: StoreRecord) => string | null) | null;
  readonly estimatesOf: (records: readonly StoreRecord[]) => EstimatedCosts;
}

/** What all purchases of a store cost. `inUse`: the keys that today's images ask for. `today`: ISO 8601, UTC. */
export function moneyData(
  purchases: readonly StoreRecord[],
  inUse: ReadonlySet<Key>,
  today: string,
  budgets: Budgets,
  { buyerOf, estimatesOf }: MoneyFacts,
): SheetMoney {
  const used = usedRecords(purchases, inUse);
  const groupsBy = (grouping: MoneyGrouping): readonly MoneyGroup[] => {
    const namer = grouping === 'person' ? buyerOf : namers[grouping];
    if (namer === null) return [];
    const groups = Array.from(Map.groupBy(purchases, namer), ([name, records]) => ({
      ...groupOf(name, records, used),
      estimated: estimatesOf(records),
    }));
    return grouping === 'day'
      ? groups.toSorted((a, b) => ((a.name ?? '') < (b.name ?? '') ? 1 : -1)).slice(0, groupsShown)
      : groups.toSorted((a, b) => b.costUsd - a.costUsd).slice(0, groupsShown);
  };
  return {
    ...budgets,
    replacedUsd: costsOf(purchases.filter((record) => !used.has(record))).costUsd,
    todayUsd: costsOf(purchases.filter((record) => namers.day(record) === today.slice(0, 10)))
      .costUsd,
    groups: {
      day: groupsBy('day'),
      manifest: groupsBy('manifest'),
      image: groupsBy('image'),
      model: groupsBy('model'),
      person: groupsBy('person'),
    },
  };
}

/** The latest days, or the dearest of the others: a project may have thousands of images. */
const groupsShown = 200;

/** As `tintype costs --by` groups them. */
const namers: Readonly<
  Record<Exclude<MoneyGrouping, 'person'>, (record: StoreRecord) => string | null>
> = {
  ...costGroups,
  model: ({ request }) => request.model,
};

/** One record for each key: if a request was bought twice, one of the two is not used. */
function usedRecords(
  purchases: readonly StoreRecord[],
  inUse: ReadonlySet<Key>,
): ReadonlySet<StoreRecord> {
  const first = new Map<Key, StoreRecord>();
  for (const record of purchases)
    if (inUse.has(record.key) && !first.has(record.key)) first.set(record.key, record);
  return new Set(first.values());
}

function groupOf(
  name: string | null,
  records: readonly StoreRecord[],
  used: ReadonlySet<StoreRecord>,
): Omit<MoneyGroup, 'estimated'> {
  return {
    name,
    ...costsOf(records),
    inUseUsd: costsOf(records.filter((record) => used.has(record))).costUsd,
  };
}
