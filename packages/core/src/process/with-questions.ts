import { createInterface } from 'node:readline/promises';

/** Shows a text and resolves to the line that the person types. */
export type Ask = (text: string) => Promise<string>;

export interface QuestionOptions {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** Ends the questions. */
  readonly signal?: AbortSignal;
  /** Hears of Ctrl-C, because only readline does while a question is open. By default, Ctrl-C ends the questions. */
  readonly interrupt?: () => void;
}

/** Asks on a terminal. Resolves to `null` if the questions end before `act` does: by Ctrl-C, the signal or the end of the input. */
export async function withQuestions<T>(
  { input, output, signal, interrupt }: QuestionOptions,
  act: (ask: Ask) => Promise<T>,
): Promise<T | null> {
  const lines = createInterface({ input, output });
  const closed = new AbortController();
  lines.on('SIGINT', interrupt ?? (() => lines.close()));
  lines.on('close', () => closed.abort());
  const over = signal === undefined ? closed.signal : AbortSignal.any([signal, closed.signal]);
  try {
    return await act((text) => lines.question(text, { signal: over }));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    output.write('\n');
    return null;
  } finally {
    lines.close();
  }
}
