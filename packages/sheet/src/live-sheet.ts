import {
  type Context,
  type Diagnostic,
  type Event,
  generate,
  pickCandidate,
  type Sha256,
  type TimedEvent,
  TintypeError,
  warnOfUncommitted,
} from '@tintype/core';
import { mayBuy, report } from '@tintype/core/internal';
import pLimit from 'p-limit';
import { sheetData } from './sheet-data.ts';
import type { SheetSource, View } from './sheet-handler.ts';
import type { Failure, LiveSheet, Purchase, Sheet } from './sheet.ts';
import { readSheet, type SheetReading } from './read-sheet.ts';

/** A project that is looked at while it changes. */
export interface LiveProject extends SheetSource {
  /** The project may have changed: it is read again at the next look. */
  readonly changed: () => void;
  /** Stops a purchase where it can be stopped, and waits until what was paid for is stored. */
  readonly close: () => Promise<void>;
}

export interface LiveOptions {
  /** The project as it is now. */
  readonly context: () => Promise<Context>;
  /** Whether a pick's files are written to the output folder at once, as far as that costs nothing. */
  readonly deliversPicks: boolean;
}

/**
 * What the high estimate of one click may be before the page asks again. A single picture of today's models stays below
 * it at every quality ($0.0002 to $0.21, price table of 2026-11-22); a handful of candidates, or a chain of images, does
 * not.
 */
const confirmAboveUsd = 0.25;

/** Reads a project at a look if something has changed; picks; buys one image at a time. */
export function liveSheet({ context: contextNow, deliversPicks }: LiveOptions): LiveProject {
  const listeners = new Set<() => void>();
  const closing = new AbortController();
  const failures = new Map<string, Failure>();
  const pictures = pLimit(picturesAtOnce);
  const drawing = new Set<Promise<unknown>>();
  let current: Promise<Reading> | null = null;
  let lastWhole: SheetReading | null = null;
  let purchase: Purchase | null = null;
  let buying: Promise<void> = Promise.resolve();
  let isCommitSaid = false;

  return { sheet, picture, pick, buy, onChange, changed, close };

  async function sheet(): Promise<Sheet> {
    const { context, reading, diagnostics, problem } = await read();
    const facts = reading?.facts ?? nothing;
    return sheetData({
      ...facts,
      images: facts.images.map((image) => ({
        ...image,
        failure: failures.get(image.job.id) ?? null,
      })),
      diagnostics,
      problem,
      madeAt: new Date(),
      live: { buying: buyingOf(context), purchase },
    });
  }

  function read(): Promise<Reading> {
    current ??= readNow();
    return current;
  }

  /** A project that cannot be read now is shown as it last could. */
  async function readNow(): Promise<Reading> {
    let context: Context | null = null;
    try {
      context = await contextNow();
      const reading = await readSheet(context);
      await lastWhole?.close();
      lastWhole = reading;
      return { context, reading, diagnostics: reading.facts.diagnostics, problem: null };
    } catch (error) {
      if (!(error instanceof TintypeError)) throw error;
      const { code, message, diagnostics } = error;
      const problem = code === 'manifest' ? null : message;
      return { context, reading: lastWhole, diagnostics, problem };
    }
  }

  /** A few at a time: who scrolls past a hundred frames waits for none that is gone. */
  function picture(hash: Sha256, view: View, isWanted: () => boolean): Promise<Uint8Array | null> {
    const drawn = pictures(async () => {
      if (closing.signal.aborted || !isWanted()) return null;
      const { reading } = await read();
      return reading === null ? null : pictureOf(reading, hash, view);
    });
    const settled = drawn.finally(() => drawing.delete(settled));
    drawing.add(settled);
    return settled;
  }

  function pictureOf(reading: SheetReading, hash: Sha256, view: View): Promise<Uint8Array | null> {
    switch (view.kind) {
      case 'thumbnail':
        return reading.thumbnail(hash, thumbnailSide);
      case 'picture':
        return reading.picture(hash);
      case 'variant':
        return reading.variant(hash, view);
    }
  }

  async function pick(id: string, candidate: number): Promise<void> {
    const context = await contextNow();
    const { isChanged } = await pickCandidate(context, id, candidate);
    if (isChanged && deliversPicks) await deliver(context, id);
    changed();
  }

  async function buy(id: string, upToUsd: number | null): Promise<void> {
    const refused = (message: string) => new TintypeError('usage', message);
    if (purchase !== null) throw refused(`"${purchase.id}" is being bought; one at a time`);
    if (closing.signal.aborted) throw refused('the server is closing');
    // From here on, so that of two clicks at once one is refused.
    purchase = { id, startedAt: new Date().toISOString(), note: 'Reading the project' };
    try {
      const context = await contextNow();
      const allowed = buyingOf(context);
      if ('refusal' in allowed) throw refused(allowed.refusal);
      const { reading } = await read();
      const image = reading?.facts.images.find(({ job }) => job.id === id);
      if (image === undefined) throw refused(`there is no image "${id}"`);
      if (image.price === null) throw refused(`nothing has to be bought for "${id}"`);
      if (upToUsd === null && image.price.costUsd !== null)
        throw refused(`the price of "${id}" is known by now; look at it first`);
      buying = carryOut(agreed(context, upToUsd), id);
    } catch (error) {
      purchase = null;
      throw error;
    }
    announce();
  }

  /** The purchase: core's own `generate`, with what was on the button as its budget. Never rejects. */
  async function carryOut(context: Context, id: string): Promise<void> {
    failures.delete(id);
    let isBought = false;
    const failed: Extract<Event, { type: 'failed' }>[] = [];
    const told = (event: TimedEvent): void => {
      context.report(event);
      if (event.type === 'failed') failed.push(event);
      if (event.type === 'generated') isBought = true;
      const note = noteOf(event);
      if (note === null || purchase === null) return;
      purchase = { ...purchase, note };
      announce();
    };
    const signal = AbortSignal.any([context.signal, closing.signal]);
    try {
      // A click is an order of its own, whatever the one before it came to.
      await generate({ ...context, order: null, signal, report: told }, [id]);
    } catch (error) {
      if (!(error instanceof TintypeError)) report(context, bug(error));
      failures.set(id, failureOf(error));
    }
    // The input of an image failed first, and says more than the image itself.
    const cause = failed.find(({ code }) => code !== 'upstream-failed') ?? failed[0];
    if (cause !== undefined && !failures.has(id)) {
      const { code, message, maybeBilled } = cause;
      const words = cause.id === id ? message : `"${cause.id}": ${message}`;
      failures.set(id, { code, message: words, maybeBilled });
    }
    purchase = null;
    changed();
    // Once: the next click is soon after.
    if (isBought && !isCommitSaid) {
      isCommitSaid = true;
      await warnOfUncommitted(context, null).catch((error: unknown) => report(context, bug(error)));
    }
  }

  function onChange(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  function changed(): void {
    current = null;
    announce();
  }

  function announce(): void {
    for (const listener of listeners) listener();
  }

  async function close(): Promise<void> {
    closing.abort();
    await buying;
    await Promise.allSettled(drawing);
    await lastWhole?.close();
  }
}

/** Reading and encoding have queues of their own; this one only keeps the order of what is asked for. */
const picturesAtOnce = 8;

/** Twice a card's width: sharp on a dense screen. */
const thumbnailSide = 480;

interface Reading {
  /** `null`: the config cannot be loaded. */
  readonly context: Context | null;
  readonly reading: SheetReading | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly problem: string | null;
}

const nothing: SheetReading['facts'] = {
  project: '',
  diagnostics: [],
  toBuyUsd: null,
  purchases: [],
  images: [],
};

function buyingOf(context: Context | null): LiveSheet['buying'] {
  if (context === null) return { refusal: 'The config cannot be loaded.' };
  const { missing, missingSetBy } = context.config;
  if (mayBuy(missing)) return { confirmAboveUsd };
  return { refusal: `Nothing may be bought here (missing: ${missing}, set by ${missingSetBy}).` };
}

/** What the person agreed to with a click: the answer to the run's question, and its budget where that is less. */
function agreed(context: Context, upToUsd: number | null): Context {
  const confirmed = { ...context, confirm: async () => true };
  if (upToUsd === null) return confirmed;
  const maxCostUsd = Math.min(context.config.maxCostUsd ?? Infinity, upToUsd);
  return { ...confirmed, config: { ...context.config, maxCostUsd, isBudgetSet: true } };
}

/** Writes an image's files, unless something of it would have to be bought for that. */
async function deliver(context: Context, id: string): Promise<void> {
  const spending = { ...context, config: { ...context.config, missing: 'fail' as const } };
  try {
    await generate(spending, [id]);
  } catch (error) {
    if (!(error instanceof TintypeError)) throw error;
    // The pick is written; the page still says that the files are another picture's.
  }
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

function failureOf(error: unknown): Failure {
  const code = error instanceof TintypeError ? error.code : 'internal';
  const message = error instanceof Error ? error.message : String(error);
  const details =
    error instanceof TintypeError
      ? error.diagnostics.map(({ file, line, message }) => `${file}:${line} ${message}`)
      : [];
  return { code, message: [message, ...details].join('\n'), maybeBilled: false };
}

function bug(error: unknown): Event {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { type: 'warning', code: 'internal', message, isError: true };
}
