import { count } from '../amounts.ts';
import type { PlacedFinding, Plan, PlannedRequest } from '../types.ts';
import { type BatchFacts, whyNoBatch } from './batch-prices.ts';
import { isKnownModel, modelNamed } from './models.ts';

/** A mistake for each picture that its image orders in a batch, and that cannot be in one. It is not bought at the full price. */
export function checkBatches(plan: Plan, facts: BatchFacts): PlacedFinding[] {
  return plan.requests.flatMap(({ job, status, isFree }) => {
    if (job.batch !== true || isFree || status === 'stored') return [];
    const why = whyNoBatch(job, facts);
    if (why === null) return [];
    const message = `"${job.id}" says batch: true, and ${why}; say batch: false to buy it directly`;
    return [{ place: job.place, finding: { code: 'not-supported-by-provider', message } as const }];
  });
}

/**
 * A warning for each model of which it is not known whether its provider takes it in batches, at the first of the pictures that would
 * be ordered so. `ordersBatches`: every picture that can be in a batch is ordered in one, not only those that say so.
 */
export function warnOfBatches(
  plan: Plan,
  { models, ...facts }: BatchFacts,
  ordersBatches: boolean,
): PlacedFinding[] {
  const goesInBatch = ({ job, pays }: PlannedRequest) =>
    pays === 'batch' ||
    (ordersBatches &&
      pays === 'direct' &&
      job.batch !== false &&
      whyNoBatch(job, { models, ...facts }) === null);
  // The models of a user's own provider are not in the table.
  const isUnknown = ({ model, provider }: PlannedRequest) =>
    modelNamed(models, model).batches === null &&
    (isKnownModel(models, model) || provider === 'openai');
  const rows = plan.requests.filter((row) => goesInBatch(row) && isUnknown(row));
  return [...Map.groupBy(rows, ({ model }) => model)].map(([model, [first, ...others]]) => {
    const { id, job, provider } = first!;
    const more = others.length === 0 ? '' : ` and ${count(others.length, 'other picture')}`;
    const message = `it is not known whether ${provider} takes ${model} in batches ("${id}"${more}). If it does not, the batch is refused and costs nothing. Say so in the config: models: { '${model}': { batches: true } }, or false`;
    return {
      place: job.modelPlace,
      finding: { severity: 'warning', code: 'not-checked', message } as const,
    };
  });
}
