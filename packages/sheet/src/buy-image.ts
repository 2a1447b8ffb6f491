import {
  type Context,
  type Event,
  type generate as Generate,
  type TimedEvent,
  TintypeError,
} from '@tintype/core';
import { report } from '@tintype/core/internal';
import type { SheetFailure } from './sheet.ts';

/** How the purchase of an image ended. */
export interface ImagePurchase {
  /** `null`: the image is whole. */
  readonly failure: SheetFailure | null;
  /** Whether a picture was bought, for the image or for one of its inputs. */
  readonly isBought: boolean;
}

/**
 * Buys what an image needs. The amount on the button is its budget; `null`: the price is unknown, and the user has seen that.
 * `onNote` gets a sentence about each step, and `onPartial` the file of each partial picture. `generate`: core's own, or one that uses workers. Never rejects.
 */
export async function buyImage(
  context: Context,
  id: string,
  upToUsd: number | null,
  {
    onNote,
    onPartial,
  }: {
    readonly onNote: (note: string) => void;
    readonly onPartial: (file: string) => void;
  },
  generate: typeof Generate,
): Promise<ImagePurchase> {
  const failed: FailedEvent[] = [];
  let isBought = false;
  const listen = (event: TimedEvent): void => {
    context.report(event);
    if (event.type === 'failed') failed.push(event);
    if (event.type === 'generated') isBought = true;
    if (event.type === 'partial') onPartial(event.file);
    const note = noteOf(event);
    if (note !== null) onNote(note);
  };
  let failure: SheetFailure | null = null;
  try {
    // Each click is its own order, even if the outcome of the last click is unknown.
    await generate({ ...agreed(context, upToUsd), order: null, report: listen }, [id]);
  } catch (error) {
    if (!(error instanceof TintypeError)) report(context, bugReport(error));
    failure = failureOfRun(error);
  }
  return { failure: failure ?? failureOfImage(id, failed), isBought };
}

type FailedEvent = Extract<Event, { type: 'failed' }>;

/** What the user agreed to with a click: the answer to the run's question, and its budget if that is less. */
function agreed(context: Context, upToUsd: number | null): Context {
  const confirmed = { ...context, confirm: async () => true, ordersBatches: false };
  if (upToUsd === null) return confirmed;
  const maxCostUsd = Math.min(context.config.maxCostUsd ?? Infinity, upToUsd);
  return { ...confirmed, config: { ...context.config, maxCostUsd, isBudgetSet: true } };
}

function noteOf(event: TimedEvent): string | null {
  switch (event.type) {
    case 'generating':
      return `Asking for "${event.id}"`;
    case 'generated':
      return `"${event.id}" is here and stored; encoding its files`;
    case 'delivered':
      return `"${event.id}" is delivered`;
    case 'failed':
      return `"${event.id}" failed`;
    default:
      return null;
  }
}

function failureOfRun(error: unknown): SheetFailure {
  const code = error instanceof TintypeError ? error.code : 'internal';
  const message = error instanceof Error ? error.message : String(error);
  const details =
    error instanceof TintypeError
      ? error.diagnostics.map(({ file, line, message }) => `${file}:${line} ${message}`)
      : [];
  return { code, message: [message, ...details].join('\n'), maybeBilled: false };
}

/** If an input of the image failed, its failure says more than that of the image itself. */
function failureOfImage(id: string, failed: readonly FailedEvent[]): SheetFailure | null {
  const cause = failed.find(({ code }) => code !== 'upstream-failed') ?? failed[0];
  if (cause === undefined) return null;
  const { code, message, maybeBilled } = cause;
  return { code, message: cause.id === id ? message : `"${cause.id}": ${message}`, maybeBilled };
}

/** An error that no code of Tintype expects, with its stack. */
export function bugReport(error: unknown): Event {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { type: 'warning', code: 'internal', message, isError: true };
}
