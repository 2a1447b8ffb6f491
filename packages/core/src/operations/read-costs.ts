import type { Context } from '../context.ts';
import { costGroups, type CostsBy, costsOf, type PictureCosts } from '../costs-of.ts';
import { type EstimatedCosts, estimatesOf } from '../plan/past-estimates.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import type { StoreRecord } from '../types.ts';

/** What a group of pictures cost. A record before 2026-11-28 counts as bought directly. */
export interface CostsByWay {
  readonly direct: PictureCosts;
  readonly batch: PictureCosts;
  /** Of the direct ones: what they cost, beside what their requests are estimated at today. */
  readonly estimated: EstimatedCosts;
}

/** What the pictures of one model cost. */
export interface ModelCosts extends CostsByWay {
  readonly provider: string;
  readonly model: string;
}

/** What the pictures of one group cost. */
export interface GroupCosts extends CostsByWay {
  /**
   * `2026-11-29`, a manifest relative to the root, an image's id, or a person; `null`: records before 2026-11-28 do not say, or the
   * record is in no commit.
   */
  readonly name: string | null;
}

/** What every purchase in the store cost, by model. Needs no network. */
export async function readCosts(context: Context): Promise<readonly ModelCosts[]> {
  const store = await openStore(context);
  const nameOf = ({ request }: StoreRecord) => `${request.provider} ${request.model}`;
  return (await groupsOf(store, nameOf)).map(([, records]) => {
    const { provider, model } = records[0]!.request;
    return { provider, model, ...costsByWay(context, records) };
  });
}

/** What every purchase in the store cost, in other groups, by name; those without a name come last. Needs no network. */
export async function readCostsBy(context: Context, by: CostsBy): Promise<readonly GroupCosts[]> {
  const store = await openStore(context);
  const nobody = () => null;
  const nameOf =
    by === 'person' ? ((await store.versionControl?.buyers()) ?? nobody) : costGroups[by];
  const groups = await groupsOf(store, nameOf);
  return groups.map(([name, records]) => ({ name, ...costsByWay(context, records) }));
}

async function groupsOf<Name extends string | null>(
  store: Store,
  nameOf: (record: StoreRecord) => Name,
): Promise<[Name, StoreRecord[]][]> {
  return [...Map.groupBy(await store.purchases(), nameOf)].toSorted(byName);
}

function byName(
  [one]: readonly [string | null, unknown],
  [other]: readonly [string | null, unknown],
): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  return one < other ? -1 : 1;
}

function costsByWay({ config }: Context, records: readonly StoreRecord[]): CostsByWay {
  const isInBatch = ({ provenance }: StoreRecord) => provenance.batch !== undefined;
  return {
    direct: costsOf(records.filter((record) => !isInBatch(record))),
    batch: costsOf(records.filter(isInBatch)),
    estimated: estimatesOf(config.models, records),
  };
}
