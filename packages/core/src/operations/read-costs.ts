import type { Context } from '../context.ts';
import { openStore } from '../store/open-store.ts';
import type { StoreRecord } from '../types.ts';
import { roundUsd } from '../usd.ts';

/** What pictures that were bought in one way cost. */
export interface WayCosts {
  readonly pictures: number;
  /** US dollars, without pictures of unknown cost. */
  readonly costUsd: number;
  /** Pictures of unknown cost. */
  readonly unknown: number;
}

/** What a group of pictures cost. A record before 2026-11-28 counts as bought directly. */
export interface CostsByWay {
  readonly direct: WayCosts;
  readonly batch: WayCosts;
}

/** What the pictures of one model cost. */
export interface ModelCosts extends CostsByWay {
  readonly provider: string;
  readonly model: string;
}

/** What pictures are grouped by: the day on which they were recorded (UTC), or the manifest or the image that they were bought for. */
export type CostsBy = 'day' | 'manifest' | 'image';

/** What the pictures of one group cost. */
export interface GroupCosts extends CostsByWay {
  /** `2026-11-29`, a manifest relative to the root, or an image's id; `null`: records before 2026-11-28 do not say. */
  readonly name: string | null;
}

/** What every purchase in the store cost, by model. Needs no network. */
export async function readCosts(context: Context): Promise<readonly ModelCosts[]> {
  const nameOf = ({ request }: StoreRecord) => `${request.provider} ${request.model}`;
  return (await groupsOf(context, nameOf)).map(([, records]) => {
    const { provider, model } = records[0]!.request;
    return { provider, model, ...costsByWay(records) };
  });
}

/** What every purchase in the store cost, in other groups, by name; those without a name come last. Needs no network. */
export async function readCostsBy(context: Context, by: CostsBy): Promise<readonly GroupCosts[]> {
  const groups = await groupsOf(context, namers[by]);
  return groups.map(([name, records]) => ({ name, ...costsByWay(records) }));
}

const namers: Readonly<Record<CostsBy, (record: StoreRecord) => string | null>> = {
  // ISO 8601, UTC.
  day: ({ provenance }) => provenance.createdAt.slice(0, 10),
  manifest: ({ boughtFor }) => boughtFor?.manifest ?? null,
  image: ({ boughtFor }) => boughtFor?.id ?? null,
};

async function groupsOf<Name extends string | null>(
  context: Context,
  nameOf: (record: StoreRecord) => Name,
): Promise<[Name, StoreRecord[]][]> {
  const purchases = await (await openStore(context)).purchases();
  return [...Map.groupBy(purchases, nameOf)].toSorted(byName);
}

function byName(
  [one]: readonly [string | null, unknown],
  [other]: readonly [string | null, unknown],
): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  return one < other ? -1 : 1;
}

function costsByWay(records: readonly StoreRecord[]): CostsByWay {
  const isInBatch = ({ provenance }: StoreRecord) => provenance.batch !== undefined;
  return {
    direct: wayCosts(records.filter((record) => !isInBatch(record))),
    batch: wayCosts(records.filter(isInBatch)),
  };
}

function wayCosts(records: readonly StoreRecord[]): WayCosts {
  const costs = records.map(({ costUsd }) => costUsd);
  return {
    pictures: records.length,
    costUsd: roundUsd(costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0)),
    unknown: costs.filter((cost) => cost === null).length,
  };
}
