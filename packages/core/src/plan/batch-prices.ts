import type { CostRange, Job, PlanPrices } from '../types.ts';
import { modelNamed, type ModelTable } from './models.ts';
import { roundUsd } from '../usd.ts';

/** What is known of batches before anything is asked. */
export interface BatchFacts {
  readonly models: ModelTable;
  /** What a picture costs in a batch, of what it costs directly, at the providers that have batches. */
  readonly batchFactors: ReadonlyMap<string, number>;
}

/** Why a picture cannot be ordered in a batch; `null`: it can. */
export function whyNoBatch(
  { picture, call }: Pick<Job, 'picture' | 'call'>,
  { models, batchFactors: factors }: BatchFacts,
): string | null {
  const { provider, model } = picture;
  if (!factors.has(provider)) return `${provider} has no batches`;
  if (modelNamed(models, model).batches === false)
    return `${provider} does not take ${model} in batches`;
  return call.apiKeyName === null
    ? null
    : 'it has an openai_api_key of its own, and a batch is sent with one key';
}

/** What a picture costs in both ways. `direct`: `null`: unknown. `unstreamed`: the same without partial pictures, as in a batch. */
export function pricesOf(
  direct: CostRange | null,
  unstreamed: CostRange | null,
  job: Job,
  facts: BatchFacts,
): PlanPrices {
  if (whyNoBatch(job, facts) !== null) return { direct };
  const factor = facts.batchFactors.get(job.picture.provider)!;
  if (unstreamed === null) return { direct, batch: null };
  const [low, high] = [roundUsd(unstreamed.low * factor), roundUsd(unstreamed.high * factor)];
  return { direct, batch: { low, high } };
}
