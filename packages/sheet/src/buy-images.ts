import {
  type Context,
  type Event,
  type generate as Generate,
  type TimedEvent,
  TintypeError,
} from '@tintype/core';
import { report } from '@tintype/core/internal';
import type { SheetFailure } from './sheet.ts';

/** How a purchase ended. */
export interface ImagesPurchase {
  /** Why it was refused or stopped as a whole; `null`: it was not. */
  readonly failure: SheetFailure | null;
  /** The images that failed. */
  readonly failures: ReadonlyMap<string, SheetFailure>;
  /** Whether a picture was bought, for one of the images or of their inputs. */
  readonly isBought: boolean;
}

export interface PurchaseListeners {
  /** A sentence about each step. */
  readonly onNote: (note: string) => void;
  /** A picture was bought. */
  readonly onBought: () => void;
  /** A partial picture of an image has come, which is in a file. */
  readonly onPartial: (id: string, file: string) => void;
}

/**
 * Buys what some images need, as one order. The amount on the button is its budget; `null`: the price is unknown, and the user has
 * seen that. `generate`: core's own, or one that uses workers. Never rejects.
 */
export async function buyImages(
  context: Context,
  ids: readonly string[],
  upToUsd: number | null,
  { onNote, onBought, onPartial }: PurchaseListeners,
  generate: typeof Generate,
): Promise<ImagesPurchase> {
  // Without a name, `generate` would buy for all images.
  if (ids.length === 0) throw new Error('a purchase names its images');
  const failed: FailedEvent[] = [];
  let isBought = false;
  const listen = (event: TimedEvent): void => {
    context.report(event);
    if (event.type === 'failed') failed.push(event);
    if (event.type === 'generated') {
      isBought = true;
      onBought();
    }
    if (event.type === 'partial') onPartial(event.id, event.file);
    const note = noteOf(event);
    if (note !== null) onNote(note);
  };
  let failure: SheetFailure | null = null;
  try {
    // Each click is its own order, even if the outcome of the last click is unknown.
    await generate({ ...agreed(context, upToUsd), order: null, report: listen }, ids);
  } catch (error) {
    if (!(error instanceof TintypeError)) report(context, bugReport(error));
    failure = failureOfRun(error);
  }
  const failures = new Map(
    ids.flatMap((id) => {
      const found = failureOfImage(id, failed);
      return found === null ? [] : [[id, found] as const];
    }),
  );
  return { failure, failures, isBought };
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

/** If only one image failed by itself, its failure says more than that of the images that work from it. */
function failureOfImage(id: string, failed: readonly FailedEvent[]): SheetFailure | null {
  const own = failed.find((event) => event.id === id);
  if (own === undefined) return null;
  const causes = failed.filter(({ code }) => code !== 'upstream-failed');
  const isOneImage = new Set(causes.map((cause) => cause.id)).size === 1;
  const cause = own.code === 'upstream-failed' && isOneImage ? causes[0]! : own;
  const { code, message, maybeBilled } = cause;
  return { code, message: cause.id === id ? message : `"${cause.id}": ${message}`, maybeBilled };
}

/** An error that no code of Tintype expects, with its stack. */
export function bugReport(error: unknown): Event {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { type: 'warning', code: 'internal', message, isError: true };
}
