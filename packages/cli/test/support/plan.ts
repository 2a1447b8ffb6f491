import type { Key, PlannedRequest, PlanRow, ShownPlan } from '@tintype/core';
import { shownRows } from '../../../core/src/plan/shown-rows.ts';

/** A plan of these rows with default values, as the CLI shows it. */
export function planOf(...rows: readonly Partial<PlanRow>[]): ShownPlan {
  const requests = rows.map(plannedRequest);
  const withStatus = (status: string): number =>
    requests.filter((row) => row.status === status).length;
  return {
    jobs: requests.map(({ job }) => job),
    requests,
    rows: shownRows(requests),
    totals: {
      images: requests.length,
      stored: withStatus('stored'),
      missing: withStatus('missing'),
      blocked: withStatus('blocked'),
      attempted: withStatus('attempted'),
      ordered: requests.filter(({ batch }) => batch !== null).length,
      costUsd: { low: 0.0132, high: 0.0264 },
      unpriced: 0,
      prices: bothPrices,
    },
    shard: null,
  };
}

const bothPrices = {
  direct: { low: 0.0132, high: 0.0264 },
  batch: { low: 0.0066, high: 0.0132 },
} as const;

function plannedRequest(row: Partial<PlanRow>): PlannedRequest {
  const complete: PlanRow = {
    id: 'hero',
    candidate: null,
    key: 'ab12' as Key,
    status: 'missing',
    reason: 'not in the store',
    provider: 'openai',
    model: 'gpt-image-2.5-flare',
    costUsd: { low: 0.0132, high: 0.0264 },
    manifest: 'site.images.yaml',
    line: 3,
    batch: null,
    pays: 'direct',
    prices: bothPrices,
    ...row,
  };
  return {
    ...complete,
    job: { picture: { size: '1536x1024', prompt: 'not for the public' }, ownPrompt: [] },
    isFree: row.provider === 'offline',
    refusal: null,
  } as unknown as PlannedRequest;
}
