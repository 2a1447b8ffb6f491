import type { PlannedRequest, ShownRow } from '../types.ts';

/** What is shown of each request of a plan. */
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
    refusal: row.refusal,
    isFree: row.isFree,
    size: row.job.picture.size,
  }));
}
