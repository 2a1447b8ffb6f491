import type { Context } from '../context.ts';
import type { Store } from '../store/store.ts';
import type { Key, PlannedRequest, Request } from '../types.ts';
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

/** A planned request whose inputs have arrived, so that its key is known. */
export interface ResolvedRequest extends PlannedRequest {
  readonly key: Key;
  readonly request: Request;
}
