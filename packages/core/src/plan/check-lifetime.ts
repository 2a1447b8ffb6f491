import type { Finding, PlacedFinding, Plan } from '../types.ts';
import { didYouMean } from '../did-you-mean.ts';
import { isKnownModel, type Model, modelNamed, type ModelTable } from './models.ts';

export interface Lifetime {
  readonly models: ModelTable;
  /** ISO 8601, `YYYY-MM-DD`. */
  readonly today: string;
  /** Whether the run would buy missing pictures. */
  readonly isBuying: boolean;
}

/** Models that the table leaves out, because they were shut down before it was made. OpenAI's deprecations page, 2026-11-22. */
const retired: Readonly<Record<string, Pick<Model, 'shutdownDate' | 'successor'>>> = {
  'dall-e-2': { shutdownDate: '2026-05-12', successor: 'gpt-image-2.6-flare' },
  'dall-e-3': { shutdownDate: '2026-05-12', successor: 'gpt-image-2.6-flare' },
};

/**
 * Findings about models that were shut down or soon will be: an error if a picture would have to be bought from a model that
 * was shut down, otherwise a warning. An OpenAI model that is not in the table is a warning.
 */
export function checkLifetimes(plan: Plan, { models, today, isBuying }: Lifetime): PlacedFinding[] {
  return plan.requests.flatMap(({ job, model, status, isFree }) => {
    if (isFree) return [];
    const mustBuy = isBuying && status !== 'stored';
    const isKnown = isKnownModel(models, model);
    const gone = isKnown || !Object.hasOwn(retired, model) ? undefined : retired[model];
    const finding =
      isKnown || gone !== undefined || job.picture.provider !== 'openai'
        ? checkLifetime(model, gone ?? modelNamed(models, model), today, mustBuy)
        : unknown(model, models);
    return finding === null ? [] : [{ place: job.modelPlace, finding }];
  });
}

function unknown(name: string, models: ModelTable): Finding {
  const message = `"${name.slice(0, 60)}" is not a model that Tintype knows, so its limits and its price are not checked${didYouMean(name, Object.keys(models))}`;
  return { severity: 'warning', code: 'unknown-model', message };
}

const warningDays = 30;
const dayMs = 86_400_000;

/** The finding about one model on a day; `null` if it will not be shut down within 30 days. */
export function checkLifetime(
  name: string,
  { shutdownDate, successor }: Pick<Model, 'shutdownDate' | 'successor'>,
  today: string,
  mustBuy: boolean,
): Finding | null {
  if (shutdownDate === null) return null;
  const daysLeft = (Date.parse(shutdownDate) - Date.parse(today)) / dayMs;
  const instead = successor === null ? '' : `; its successor is ${successor}`;
  if (daysLeft > warningDays) return null;
  if (daysLeft > 0) {
    const days = `${daysLeft} ${daysLeft === 1 ? 'day' : 'days'}`;
    const message = `${name} is shut down on ${shutdownDate}, in ${days}${instead}`;
    return { severity: 'warning', code: 'model-shutting-down', message };
  }
  const effect = mustBuy ? 'this picture cannot be bought any more' : 'stored pictures stay usable';
  const message = `${name} was shut down on ${shutdownDate}: ${effect}${instead}`;
  return { severity: mustBuy ? 'error' : 'warning', code: 'model-shut-down', message };
}
