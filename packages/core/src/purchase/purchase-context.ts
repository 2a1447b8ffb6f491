import type { Context } from '../context.ts';
import { pictureName } from '../events.ts';
import { requestKey } from '../plan/request-key.ts';
import type { Store } from '../store/store.ts';
import type { PlannedInput, PlannedRequest, Request, ResolvedRequest } from '../types.ts';
import type { AnswerWatch } from './answer-watch.ts';
import type { CurrentOrder } from './current-order.ts';
import type { DayBudget } from './day-budget.ts';
import type { Providers } from './providers.ts';
import type { Queue } from './queue.ts';
import type { Refusals } from './refusals.ts';
import type { Spend } from './spend.ts';
import type { Stop } from './stop.ts';

/** What all purchases of a run share. */
export interface PurchaseContext {
  readonly run: Context;
  readonly store: Store;
  readonly providers: Providers;
  readonly refusals: Refusals;
  readonly order: CurrentOrder;
  readonly queue: Queue;
  readonly stop: Stop;
  readonly spend: Spend;
  readonly day: DayBudget;
  readonly answers: AnswerWatch;
}

/** `null`: an input is not known yet, so there is no key. */
export function resolvedRequest(
  planned: PlannedRequest,
  inputs: readonly PlannedInput[],
  overlay: PlannedInput | null,
  request: Request | null,
): ResolvedRequest | null {
  if (request === null) return null;
  const { id, manifest, line, provider, costUsd, job, number } = planned;
  return {
    id,
    manifest,
    line,
    provider,
    costUsd,
    inputs,
    overlay,
    name: pictureName(planned),
    key: requestKey(request),
    request,
    call: job.call,
    isPicked: job.pick === number && job.picture.numberOfImages > 1,
  };
}
