import type { PlacedFinding, Plan } from '../types.ts';
import { modelNamed, type ModelTable } from './models.ts';

export interface Lifetime {
  readonly models: ModelTable;
  /** ISO 8601, `YYYY-MM-DD`. */
  readonly today: string;
  /** Whether what is missing is to be bought. */
  readonly isBuying: boolean;
}

const warningDays = 30;
const dayMs = 86_400_000;

/**
 * What is to be said of models that were shut down, or soon will be: an error where a picture would have to be bought
 * from one that answers no more, a warning otherwise. Once a model and place.
 */
export function checkLifetimes(plan: Plan, { models, today, isBuying }: Lifetime): PlacedFinding[] {
  return plan.requests.flatMap(({ job, model, status, isFree }): PlacedFinding[] => {
    const { shutdownDate, successor } = modelNamed(models, model);
    if (isFree || shutdownDate === null) return [];
    const daysLeft = (Date.parse(shutdownDate) - Date.parse(today)) / dayMs;
    if (daysLeft > warningDays) return [];
    const instead = successor === null ? '' : `; its successor is ${successor}`;
    if (daysLeft > 0) {
      const message = `${model} is shut down on ${shutdownDate}, in ${daysLeft} ${daysLeft === 1 ? 'day' : 'days'}${instead}`;
      return [
        {
          place: job.modelPlace,
          finding: { severity: 'warning', code: 'model-shutting-down', message },
        },
      ];
    }
    const mustBuy = isBuying && status !== 'stored';
    const fate = mustBuy ? 'this picture cannot be bought any more' : 'what is stored stays usable';
    return [
      {
        place: job.modelPlace,
        finding: {
          severity: mustBuy ? 'error' : 'warning',
          code: 'model-shut-down',
          message: `${model} was shut down on ${shutdownDate}: ${fate}${instead}`,
        },
      },
    ];
  });
}
