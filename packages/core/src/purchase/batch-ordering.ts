import { TintypeError } from '../errors.ts';
import { orderedText } from '../plan/in-batches.ts';
import type { Batch, Key, Plan, PlannedRequest, ResolvedRequest } from '../types.ts';
import { adoptBatches } from './adopt-batches.ts';
import { type BatchGroup, batchGroups } from './batch-groups.ts';
import type { BatchState } from './collect-batches.ts';
import { PendingError } from './failures.ts';
import type { PurchaseContext } from './purchase-context.ts';
import { submitBatch } from './submit-batch.ts';

/** The part of a run that is ordered in batches. */
export interface BatchOrdering {
  /**
   * Orders all of it, if that has not happened yet. Resolves to the key of a picture that another process has recorded meanwhile.
   * Otherwise rejects: with a PendingError for a picture that is ordered, or with the reason why it is not.
   */
  readonly keyOf: (planned: PlannedRequest) => Promise<Key>;
  /** What was ordered so far. */
  readonly batches: () => readonly Batch[];
}

/** `resolve`: completes a request when the pictures that it depends on exist. `collected`: as in `batchGroups`. */
export function batchOrdering(
  plan: Plan,
  resolve: (planned: PlannedRequest) => Promise<ResolvedRequest>,
  collected: readonly BatchState[],
  context: PurchaseContext,
): BatchOrdering {
  const batches: Batch[] = [];
  let ordering: Promise<ReadonlyMap<PlannedRequest, Key | TintypeError>> | undefined;
  return {
    async keyOf(planned) {
      ordering ??= orderAll();
      const outcome = (await ordering).get(planned);
      if (typeof outcome === 'string') return outcome;
      throw outcome ?? new Error(`${planned.id} does not go in a batch`);
    },
    batches: () => batches,
  };

  async function orderAll(): Promise<ReadonlyMap<PlannedRequest, Key | TintypeError>> {
    const outcomes = new Map<PlannedRequest, Key | TintypeError>();
    const resolvedByKey = new Map<Key, ResolvedRequest>();
    const resolving = plan.requests
      .filter(({ pays }) => pays === 'batch')
      .map(async (planned) => {
        const resolved = await resolve(planned).catch(failureIn);
        if (resolved instanceof TintypeError) outcomes.set(planned, resolved);
        else {
          outcomes.set(planned, resolved.key);
          resolvedByKey.set(resolved.key, resolved);
        }
      });
    await Promise.all(resolving);
    const failures = new Map<Key, TintypeError>();
    const wanted = [...resolvedByKey.values()];
    const unknown = await adoptBatches(wanted, collected, context).then(() => null, failureIn);
    if (unknown !== null) for (const { key } of wanted) failures.set(key, unknown);
    else
      for (const group of batchGroups(wanted, collected, context.providers))
        for (const [key, failure] of await order(group)) failures.set(key, failure);
    for (const [planned, outcome] of outcomes) {
      const failure = typeof outcome === 'string' ? failures.get(outcome) : undefined;
      if (failure !== undefined) outcomes.set(planned, failure);
    }
    return outcomes;
  }

  /** Why each picture of a group is not there: it is ordered now, or it could not be. */
  async function order({ requests, refusal }: BatchGroup): Promise<ReadonlyMap<Key, TintypeError>> {
    const all = (error: TintypeError) => new Map(requests.map(({ key }) => [key, error]));
    if (refusal !== null) return all(refusal);
    const submitted = await submitBatch(requests, context).catch(failureIn);
    if (submitted instanceof TintypeError) return all(submitted);
    const { batch, notOrdered } = submitted;
    const failures = new Map(
      notOrdered.map(({ resolved: { key }, error }) => [key, pendingIn(error)]),
    );
    if (batch === null) return failures;
    batches.push(batch);
    const { dueAt } = batch;
    for (const { key } of batch.lines)
      failures.set(key, new PendingError(orderedText([{ batch: { dueAt } }]), dueAt));
    return failures;
  }
}

/** Another process has ordered it first. */
function pendingIn(error: TintypeError): TintypeError {
  return error.code === 'ordered' ? new PendingError(error.message, null) : error;
}

function failureIn(error: unknown): TintypeError {
  if (error instanceof TintypeError) return error;
  throw error;
}
