import type { Context } from '../context.ts';
import { roundUsd } from '../plan/estimate-cost.ts';
import { openStore } from '../store/open-store.ts';
import type { StoreRecord } from '../types.ts';

/** What pictures that were bought in one way cost. */
export interface WayCosts {
  readonly pictures: number;
  /** US dollars, without pictures of unknown cost. */
  readonly costUsd: number;
  /** Pictures of unknown cost. */
  readonly unknown: number;
}

/** What the pictures of one model cost. */
export interface ModelCosts {
  readonly provider: string;
  readonly model: string;
  readonly direct: WayCosts;
  readonly batch: WayCosts;
}

/** What every purchase in the store cost, by model. A record before 2026-11-28 counts as bought directly. Needs no network. */
export async function readCosts(context: Context): Promise<readonly ModelCosts[]> {
  const purchases = await (await openStore(context)).purchases();
  const groups = Map.groupBy(purchases, ({ request }) => `${request.provider} ${request.model}`);
  return [...groups].toSorted(byName).map(([, records]) => {
    const { provider, model } = records[0]!.request;
    const isInBatch = ({ provenance }: StoreRecord) => provenance.batch !== undefined;
    const direct = records.filter((record) => !isInBatch(record));
    return {
      provider,
      model,
      direct: wayCosts(direct),
      batch: wayCosts(records.filter(isInBatch)),
    };
  });
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

function wayCosts(records: readonly StoreRecord[]): WayCosts {
  const costs = records.map(({ costUsd }) => costUsd);
  return {
    pictures: records.length,
    costUsd: roundUsd(costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0)),
    unknown: costs.filter((cost) => cost === null).length,
  };
}
