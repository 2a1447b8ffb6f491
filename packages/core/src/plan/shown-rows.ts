import type { Plan, PlannedRequest, PlanRow } from '../types.ts';

/** A plan row, with the columns that only a table shows. */
export interface ShownRow extends PlanRow, Pick<PlannedRequest, 'refusal' | 'isFree'> {
  readonly size: string;
}

/** A plan to be shown. Its `jobs` and `requests` may be read from the disk when they are first asked for. */
export interface ShownPlan extends Plan {
  /** One for each request, in the same order. */
  readonly rows: readonly ShownRow[];
}

/** The columns of each request that a table or JSON shows. */
export function shownRows(requests: readonly PlannedRequest[]): ShownRow[] {
  return requests.map((row) => ({
    id: row.id,
    candidate: row.candidate,
    key: row.key,
    status: row.status,
    reason: row.reason,
    provider: row.provider,
    model: row.model,
    costUsd: row.costUsd,
    manifest: row.manifest,
    line: row.line,
    batch: row.batch,
    pays: row.pays,
    prices: row.prices,
    refusal: row.refusal,
    isFree: row.isFree,
    size: row.job.picture.size,
  }));
}
