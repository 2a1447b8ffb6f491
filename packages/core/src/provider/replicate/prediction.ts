import type { Usage } from '../../types.ts';
import { member, textOf } from '../json.ts';
import { jsonOf } from '../../plain-checks.ts';

/** The fields of a prediction that Tintype uses. */
export interface Prediction {
  readonly id: string;
  readonly status: string;
  readonly output: unknown;
  readonly error: string | null;
  readonly logs: string;
  /** The prompt in its input; `null` if it is missing. */
  readonly prompt: string | null;
  /** The prediction as JSON without `input`, which repeats the request and, for some models, an OpenAI key. */
  readonly shown: string;
}

/** `null` if the text is not a prediction. */
export function readPrediction(text: string): Prediction | null {
  const value = jsonOf(text);
  const id = textOf(member(value, 'id'));
  const status = textOf(member(value, 'status'));
  // The id becomes part of a path.
  if (id === null || status === null || !/^\w+$/.test(id)) return null;
  const error = member(value, 'error');
  return {
    id,
    status,
    output: member(value, 'output'),
    error: textOf(error) ?? (error === undefined || error === null ? null : JSON.stringify(error)),
    logs: textOf(member(value, 'logs')) ?? '',
    prompt: textOf(member(member(value, 'input'), 'prompt')),
    shown: JSON.stringify({ ...(value as object), input: undefined }),
  };
}

/**
 * How a prediction can end: https://replicate.com/docs/topics/predictions/lifecycle, read 2026-11-22. `canceled` is
 * billed; `aborted`, canceled before it began, is not, and neither is `failed`.
 */
export function isOver({ status }: Prediction): boolean {
  return ['succeeded', 'failed', 'canceled', 'aborted'].includes(status);
}

/** The URL of the picture: the output, or the first of several. */
export function outputUrl({ output }: Prediction): string | null {
  return textOf(Array.isArray(output) ? output[0] : output);
}

/** The token counts in the logs of OpenAI's models (seen 2026-11-22), which appear nowhere else. */
export function usageOfLogs({ logs }: Prediction): Usage | null {
  const count = (name: string) => {
    const match = new RegExp(`^${name} token count: (\\d+)$`, 'm').exec(logs);
    return match === null ? null : Number(match[1]);
  };
  const outputImageTokens = count('Output');
  if (outputImageTokens === null) return null;
  return {
    inputTextTokens: count('Input text') ?? 0,
    inputImageTokens: count('Input image') ?? 0,
    outputImageTokens,
    outputTextTokens: 0,
  };
}
