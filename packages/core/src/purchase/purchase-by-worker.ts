import { report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import type { Event } from '../events.ts';
import type { PlannedInput, ResolvedRequest, StoreRecord } from '../types.ts';
import type { Failure, PurchaseOrder, PurchaseOutcome, WorkerInput, Workers } from '../workers.ts';
import { errorOf } from './failure-data.ts';
import type { PurchaseContext } from './purchase-context.ts';

/**
 * Gets the record of a picture that a worker buys. The run reserves the money before it hands the purchase over, and reports what
 * the worker reported. Throws a TintypeError.
 */
export async function purchaseByWorker(
  resolved: ResolvedRequest,
  workers: Workers,
  context: PurchaseContext,
): Promise<StoreRecord> {
  const { run, spend, stop, answers } = context;
  stop.check();
  const reserved = spend.reserve(resolved.costUsd);
  let answer: PurchaseOutcome | null = null;
  let isOpen = false;
  let isBilled = false;
  try {
    const reported = new Set<number>();
    const onEvent = (event: Event, index: number): void => {
      if (!reported.has(index)) report(run, event);
      reported.add(index);
    };
    answer = await workers.purchase(orderOf(resolved, context), stop.signal, onEvent);
    const { failure, events, bought, costUsd, isRepeated, onlyHere } = answer;
    events.forEach(onEvent);
    if (failure !== null) {
      const lost = isRepeated ? await lostCall(resolved, context) : null;
      isOpen = lost === 'open' || (isRepeated && failure.code === 'maybe-billed');
      if (lost !== 'bought') throw errorOf(isOpen ? maybePaid(failure) : failure);
    }
    if (bought > 0) {
      // It is paid for, also if the run does not get it.
      reserved.settle(costUsd);
      reserved.bought(costUsd);
      isBilled = true;
    }
    const record = await recordOf(resolved, onlyHere ?? null, context);
    if (isBilled) {
      // Its cost is counted above.
    } else if (isRepeated && record.provenance.order === context.order.id) {
      // The first worker paid, and its answer was lost, with what it had to say.
      reserved.settle(record.costUsd);
      reserved.bought(record.costUsd);
      warnOfRepetition(resolved, context);
    } else reserved.settle(0);
    if (onlyHere !== undefined) warnOfUpload(resolved, onlyHere, context);
    answers.judge(resolved.provider, record.rejected ?? null);
    return record;
  } catch (error) {
    const isSpent =
      !isBilled && answer !== null && (answer.bought > 0 || answer.maybeBilledUsd !== 0 || isOpen);
    if (isSpent || isOverBudget(error)) reserved.failed(error);
    else reserved.settle(0);
    // It was taken back because of another image, or of a Ctrl-C.
    if (isInterrupted(error)) stop.check();
    throw stop.onFailure(error);
  }
}

/**
 * What became of the request of a worker whose answer was lost, as the store has it: a worker notes each request there before it sends it.
 * `open`: it may have been billed. `null`: it sent none for this order.
 */
async function lostCall(
  { key }: ResolvedRequest,
  { store, order }: PurchaseContext,
): Promise<'bought' | 'open' | null> {
  try {
    await store.remote?.fetchRecords([key]);
    const stored = await store.find(key);
    if (stored?.kind === 'record' && stored.record.provenance.order === order.id) return 'bought';
    const elsewhere = await store.prepareToBuy([key]);
    const attempt = elsewhere.get(key) ?? (await store.attempt(key));
    return attempt?.note?.order === order.id ? 'open' : null;
  } catch {
    return 'open';
  }
}

/** The failure of a picture that may have been paid for all the same. */
function maybePaid(failure: Failure): Failure {
  const kind = failure.kind === 'provider' ? 'provider' : 'paid-for';
  return { ...failure, kind, isBilledAnyway: true };
}

/** An order that repeats a request which may have been billed says so. */
function warnOfRepetition(
  { key, id, manifest, line }: ResolvedRequest,
  { run, order }: PurchaseContext,
): void {
  const earlier = order.earlier.get(key);
  if (earlier === undefined) return;
  const message = `"${id}" was requested at ${earlier.startedAt} by order ${earlier.order}; it may have been billed, and this order requested it again`;
  report(run, { type: 'warning', code: 'maybe-billed', message, manifest, line });
}

/** The worker is on this machine, so that the run has the picture, and other machines do not. */
function warnOfUpload(
  { id, manifest, line }: ResolvedRequest,
  why: string,
  { run }: PurchaseContext,
): void {
  const message = `the picture of "${id}" is on this machine only, because ${why}; its worker uploads it as soon as it can`;
  report(run, { type: 'warning', code: 'not-delivered', message, manifest, line });
}

/** The record that the worker put into the store. `onlyHere`: see `PurchaseAnswer`. */
async function recordOf(
  { key }: ResolvedRequest,
  onlyHere: string | null,
  { store }: PurchaseContext,
): Promise<StoreRecord> {
  await store.remote?.fetchRecords([key]);
  const stored = await store.find(key);
  if (stored?.kind === 'record') return stored.record;
  if (stored?.kind === 'damaged') throw new TintypeError('record-damaged', stored.reason);
  throw new TintypeError(
    'original-missing',
    onlyHere === null
      ? 'a worker has bought it, and its record is not in the store; give the workers the store of this project'
      : `it is paid for, and only on the worker that bought it, because ${onlyHere}; that worker uploads it as soon as it can, so keep it and run again then`,
  );
}

function orderOf(resolved: ResolvedRequest, { run, order }: PurchaseContext): PurchaseOrder {
  const call = order.earlier.get(resolved.key) ?? null;
  const earlier = call && { order: call.order, startedAt: call.startedAt };
  const { inputs, overlay, ...rest } = resolved;
  return {
    ...rest,
    order: order.id,
    isOrderNamed: run.order !== null,
    earlier,
    inputs: inputs.map(workerInput),
    overlay: overlay && workerInput(overlay),
  };
}

function workerInput(input: PlannedInput): WorkerInput {
  if (input.kind === 'file') return input;
  if (input.kind === 'original') return { kind: 'stored', key: input.record.key };
  throw new Error(`an input is not known yet: ${input.kind}`);
}

function isOverBudget(error: unknown): boolean {
  return error instanceof TintypeError && error.code === 'over-budget';
}

function isInterrupted(error: unknown): boolean {
  return error instanceof TintypeError && error.code === 'interrupted';
}
