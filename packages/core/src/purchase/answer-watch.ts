import { type Context, report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import type { ProviderError } from '../provider/provider.ts';
import type { Stop } from './stop.ts';
import { afterAnswer, isHopeless, noAnswers, setUpHint } from './unusable-answers.ts';

/** Watches the answers of a run, because each answer that cannot be used still costs money. */
export interface AnswerWatch {
  /**
   * Whether the last answer could not be used. Requests are then sent one at a time until an answer
   * can be used.
   */
  readonly isSuspicious: () => boolean;
  /** `problem`: why a provider's answer cannot be used; `null`: it can. The second of one kind stops the run. */
  readonly judge: (provider: string, problem: string | null) => void;
  /**
   * How a purchase of this process ended: `null`, or the error. The second one that could not connect, however often it tried, stops the
   * run if the provider has answered nothing yet: each further one would try for as long.
   */
  readonly ended: (provider: string, failure: ProviderError | null) => void;
}

export function watchAnswers(run: Context, stop: Stop): AnswerWatch {
  let answers = noAnswers;
  const heard = new Set<string>();
  const missed = new Set<string>();
  return {
    isSuspicious: () => answers.isSuspicious,
    judge(provider, problem) {
      answers = afterAnswer(answers, provider, problem);
      if (problem === null || !isHopeless(answers, provider, problem)) return;
      const code = 'unusable-answers';
      const message = `two answers of ${provider} could not be used: ${problem}. The run stops before it buys more of them: ${setUpHint(problem)}. The store keeps what was paid for and received`;
      // This is about the setup, so no single image reports it.
      if (!stop.isStopped()) report(run, { type: 'warning', code, message, isError: true });
      stop.onFailure(new TintypeError(code, message));
    },
    ended(provider, failure) {
      if (failure?.code !== 'not-connected') heard.add(provider);
      else if (heard.has(provider)) return;
      else if (missed.has(provider))
        stop.onFailure(new TintypeError(failure.code, failure.message));
      else missed.add(provider);
    },
  };
}
