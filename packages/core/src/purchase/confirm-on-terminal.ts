import { type Context, offerText } from '../context.ts';
import { withQuestions } from '../process/with-questions.ts';

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
    const isYes = await withQuestions(terminal, async (ask) => {
      for (;;) {
        const answer = answers.get((await ask(`${offerText(offer)} [Y/n] `)).trim().toLowerCase());
        if (answer !== undefined) return answer;
      }
    });
    return isYes ?? false;
  };
}

const answers: ReadonlyMap<string, boolean> = new Map([
  ['', true],
  ['y', true],
  ['yes', true],
  ['n', false],
  ['no', false],
]);
