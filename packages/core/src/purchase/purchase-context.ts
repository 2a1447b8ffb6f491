import type { Context } from '../context.ts';
import { type PictureName, pictureName } from '../events.ts';
import { requestKey } from '../plan/request-key.ts';
import type { Store } from '../store/store.ts';
import type { CallFields, Key, PlannedInput, PlannedRequest, Request } from '../types.ts';
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

/**
 * A request whose inputs are known, so that its key is: everything that a purchase has to know of its image. It is plain data, so
 * that a queue can hand it to another machine.
 */
export interface ResolvedRequest extends Pick<
  PlannedRequest,
  'id' | 'manifest' | 'line' | 'provider' | 'costUsd' | 'inputs' | 'mask'
> {
  readonly name: PictureName;
  readonly key: Key;
  readonly request: Request;
  readonly call: CallFields;
  /** Whether the manifest has picked this candidate by now. */
  readonly isPicked: boolean;
}

/** `null`: an input is not known yet, so there is no key. */
export function resolvedRequest(
  planned: PlannedRequest,
  inputs: readonly PlannedInput[],
  mask: PlannedInput | null,
  request: Request | null,
): ResolvedRequest | null {
  if (request === null) return null;
  const { id, manifest, line, provider, costUsd, job, number } = planned;
  return {
    ...{ id, manifest, line, provider, costUsd, inputs, mask },
    name: pictureName(planned),
    key: requestKey(request),
    request,
    call: job.call,
    isPicked: job.pick === number && job.picture.numberOfImages > 1,
  };
}
