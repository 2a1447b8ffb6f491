import type { Event } from './events.ts';
import type { FileFields, Key, PlannedInput, ResolvedRequest, VariantSpec } from './types.ts';

/*
 * What a run and its workers send to each other. All of it is plain JSON, so that a queue can carry it.
 */

/** The processes, here or on other machines, that do the work of a run. Both share the store. */
export interface Workers {
  /**
   * Has a picture bought, and resolves when the outcome is known. `onEvent` may get what the worker reports while it works. Rejects
   * with `queue-unavailable`, or with `interrupted` if the signal was aborted before a worker began.
   */
  readonly purchase: (
    order: PurchaseOrder,
    signal: AbortSignal,
    onEvent: OnWorkerEvent,
  ) => Promise<PurchaseOutcome>;
  /**
   * Lets a worker encode the files of a picture into the shared cache. The run itself encodes the files that are not there when
   * this resolves. Never rejects.
   */
  readonly encode: (order: EncodeOrder, signal: AbortSignal) => Promise<void>;
}

/** `index`: the event's place in `PurchaseAnswer.events`. */
export type OnWorkerEvent = (event: Event, index: number) => void;

/** A purchase that a run has judged, for a worker. */
export interface PurchaseOrder extends Omit<ResolvedRequest, 'inputs' | 'overlay'> {
  /** The id of the order that the run carries out. */
  readonly order: string;
  /** Whether a person or a pipeline named the order. Otherwise the next run is another order. */
  readonly isOrderNamed: boolean;
  /** A call for the key whose outcome was unknown when the run began, and which it may repeat. `null`: there was none. */
  readonly earlier: Call | null;
  readonly inputs: readonly WorkerInput[];
  readonly overlay: WorkerInput | null;
}

/** Identifies one call for a key. */
export interface Call {
  readonly order: string;
  /** ISO 8601. */
  readonly startedAt: string;
}

/** An input that a worker reads itself: from its checkout, or from the store. */
export type WorkerInput =
  | Extract<PlannedInput, { readonly kind: 'file' }>
  | { readonly kind: 'stored'; readonly key: Key };

/** The outcome of a purchase. */
export interface PurchaseAnswer {
  /** `null`: the picture is in the store. */
  readonly failure: Failure | null;
  /** Pictures that this worker bought: 0 or 1. */
  readonly bought: number;
  /** US dollars that they cost; `null`: unknown. */
  readonly costUsd: number | null;
  /** US dollars, by the high estimate, that a call of unknown outcome may have cost; `null`: unknown. */
  readonly maybeBilledUsd: number | null;
  /** What the worker reported, in order. */
  readonly events: readonly Event[];
  /** Why only this worker has the picture, which is paid for; absent: the remote has it, or there is none. */
  readonly onlyHere?: string;
}

/** What a run learns of a purchase. */
export interface PurchaseOutcome extends PurchaseAnswer {
  /** The order may have been handed over more than once, so that a worker which died, or whose answer was lost, may have paid. */
  readonly isRepeated: boolean;
}

/** An error as data. */
export interface Failure {
  readonly kind: 'provider' | 'paid-for' | 'not-asked' | 'other';
  readonly code: string;
  readonly message: string;
  readonly requestId: string | null;
  readonly isBilledAnyway: boolean;
}

/** The files of a stored picture. */
export interface EncodeOrder {
  readonly key: Key;
  readonly specs: readonly VariantSpec[];
  readonly placeholder: FileFields['placeholder'];
  /** The run encodes thoroughly: see `Options.effort`. */
  readonly isThorough?: true;
}
