import type { Batch, ResolvedRequest } from '../types.ts';
import { newAttempt } from './attempt.ts';
import type { PurchaseContext } from './purchase-context.ts';
import { sumUsd } from '../usd.ts';

/** The note of a batch of these requests, of one provider, before anything is known of it there. At least one request. */
export function newBatch(
  name: string,
  requests: readonly ResolvedRequest[],
  context: Pick<PurchaseContext, 'run' | 'order' | 'providers'>,
): Batch {
  const costs = requests.map(({ costUsd }) => costUsd?.high ?? null);
  return {
    version: 1,
    name,
    provider: requests[0]!.provider,
    lines: requests.map((one) => ({ ...newAttempt(one, context), batch: name })),
    fileId: null,
    batchId: null,
    dueAt: null,
    reservedUsd: sumUsd(costs),
  };
}
