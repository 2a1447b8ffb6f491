import { TintypeError } from './errors.ts';
import { pictureName } from './events.ts';
import { deliveriesOf } from './plan/deliveries.ts';
import { toBuy } from './plan/to-buy.ts';
import { mayBuy, type MissingPolicy } from './project/spending-policy.ts';
import { isMaybeBilled, NotRequestedError } from './purchase/failures.ts';
import type { Plan, PlannedRequest } from './types.ts';

/** Before anything is spent. */
export function plannedEvent({ jobs, requests, totals }: Plan, policy: MissingPolicy) {
  const { images, stored, missing, blocked, ordered } = totals;
  const isBuying = mayBuy(policy);
  return {
    type: 'planned',
    images,
    stored,
    missing,
    blocked,
    ordered,
    costUsd: isBuying ? (totals.costUsd?.high ?? null) : 0,
    deliveries: jobs.flatMap(deliveriesOf).length,
    toBuy: isBuying ? toBuy(requests).length : 0,
  } as const;
}

/** An image that failed. */
export function failedEvent(planned: PlannedRequest, error: unknown) {
  return {
    type: 'failed',
    ...pictureName(planned),
    key: planned.key,
    code: error instanceof TintypeError ? error.code : 'internal',
    message: error instanceof Error ? error.message : String(error),
    maybeBilled: isMaybeBilled(error),
    ...(error instanceof NotRequestedError && { isFollowing: true as const }),
    manifest: planned.manifest,
    line: planned.line,
  } as const;
}
