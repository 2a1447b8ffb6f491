import { createInterface } from 'node:readline/promises';
import { type Context, offerText } from '../context.ts';

/** The terminal of the person who runs the command, from the shell. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** Aborted by Ctrl-C, which ends the question with no. */
  readonly signal: AbortSignal;
  /** Acts as Ctrl-C does. While a question is open, only readline hears of Ctrl-C. */
  readonly interrupt: () => void;
}

/** Asks on a terminal whether to buy: Enter and `y` are yes; `n`, Ctrl-C and the end of the input are no. */
export function confirmOnTerminal(terminal: Terminal): NonNullable<Context['confirm']> {
  return async (offer) => {
    const { input, output, signal, interrupt } = terminal;
    const lines = createInterface({ input, output });
    const closed = new AbortController();
    lines.on('SIGINT', interrupt);
    lines.on('close', () => closed.abort());
    try {
      const over = AbortSignal.any([signal, closed.signal]);
      for (;;) {
        const answer = await lines.question(`${offerText(offer)} [Y/n] `, { signal: over });
        const isYes = answers.get(answer.trim().toLowerCase());
        if (isYes !== undefined) return isYes;
      }
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
      output.write('\n');
      return false;
    } finally {
      lines.close();
    }
  };
}

const answers: ReadonlyMap<string, boolean> = new Map([
  ['', true],
  ['y', true],
  ['yes', true],
  ['n', false],
  ['no', false],
]);
