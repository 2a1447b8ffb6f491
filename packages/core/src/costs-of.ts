import type { StoreRecord } from './types.ts';
import { sumKnownUsd } from './usd.ts';

/** What some pictures cost. */
export interface PictureCosts {
  readonly pictures: number;
  /** US dollars, without pictures of unknown cost. */
  readonly costUsd: number;
  /** Pictures of unknown cost. */
  readonly unknown: number;
}

export function costsOf(records: readonly StoreRecord[]): PictureCosts {
  const costs = records.map(({ costUsd }) => costUsd);
  return {
    pictures: records.length,
    costUsd: sumKnownUsd(costs),
    unknown: costs.filter((cost) => cost === null).length,
  };
}

/**
 * What pictures are grouped by: the day on which they were recorded (UTC), the manifest or the image that they were bought for, or the
 * person who committed the record.
 */
export type CostsBy = RecordGroup | 'person';

/** The groups that a record says by itself. */
export type RecordGroup = 'day' | 'manifest' | 'image';

/** The group of a picture; `null`: records before 2026-11-28 do not say. */
export const costGroups: Readonly<Record<RecordGroup, (record: StoreRecord) => string | null>> = {
  // ISO 8601, UTC.
  day: ({ provenance }) => provenance.createdAt.slice(0, 10),
  manifest: ({ boughtFor }) => boughtFor?.manifest ?? null,
  image: ({ boughtFor }) => boughtFor?.id ?? null,
};
