import { readFile } from 'node:fs/promises';
import { type Context, TintypeError, warnOfUncommitted } from '@tintype/core';
import { mayBuy, report } from '@tintype/core/internal';
import { bugReport, buyImage } from './buy-image.ts';
import type { LiveOptions } from './live-sheet.ts';
import type { ProjectReader } from './project-reader.ts';
import type { LiveSheet, SheetFailure, SheetPurchase } from './sheet.ts';
import type { SheetSource } from './sheet-handler.ts';

/** What the page buys: one image at a time. */
export interface SheetPurchases {
  readonly buy: SheetSource['buy'];
  /** The purchase that is running; `null`: none is. */
  readonly current: () => SheetPurchase | null;
  /** The last partial picture of the purchase that is running; `null`: there is none. */
  readonly partial: SheetSource['partial'];
  /** Why the last purchase of an image failed; `null`: it did not. */
  readonly failureOf: (id: string) => SheetFailure | null;
  /** Waits until everything that was paid for is stored. */
  readonly settled: () => Promise<void>;
}

/**
 * `signal`: the server is closing. `onNote`: the text of the running purchase has changed; `onEnd`: it has ended, and the
 * project has changed.
 */
export function sheetPurchases(
  { context: contextNow, generate }: Pick<LiveOptions, 'context' | 'generate'>,
  read: ProjectReader['read'],
  signal: AbortSignal,
  { onNote, onEnd }: { readonly onNote: () => void; readonly onEnd: () => void },
): SheetPurchases {
  const failures = new Map<string, SheetFailure>();
  let purchase: SheetPurchase | null = null;
  let partialFile: string | null = null;
  let running: Promise<void> = Promise.resolve();
  let isCommitSaid = false;

  async function buy(id: string, upToUsd: number | null): Promise<void> {
    if (purchase !== null) throw refused(`"${purchase.id}" is being bought; one at a time`);
    if (signal.aborted) throw refused('the server is closing');
    // Set before anything is awaited, so that the second of two clicks at once is refused.
    partialFile = null;
    purchase = {
      id,
      startedAt: new Date().toISOString(),
      note: 'Reading the project',
      partials: 0,
    };
    try {
      const context = await contextNow();
      await refuseUnlessOffered(context, id, upToUsd);
      running = carryOut(context, id, upToUsd);
    } catch (error) {
      purchase = null;
      throw error;
    }
    onNote();
  }

  async function refuseUnlessOffered(
    context: Context,
    id: string,
    upToUsd: number | null,
  ): Promise<void> {
    const allowed = buyingIn(context);
    if ('refusal' in allowed) throw refused(allowed.refusal);
    const { reading } = await read();
    const image = reading?.facts.images.find(({ job }) => job.id === id);
    if (image === undefined) throw refused(`there is no image "${id}"`);
    if (image.price === null) throw refused(`nothing has to be bought for "${id}"`);
    if (upToUsd === null && image.price.costUsd !== null)
      throw refused(`the price of "${id}" is known by now; look at it first`);
  }

  /** Never rejects. */
  async function carryOut(context: Context, id: string, upToUsd: number | null): Promise<void> {
    failures.delete(id);
    const stoppable = { ...context, signal: AbortSignal.any([context.signal, signal]) };
    const note = (text: string): void => {
      if (purchase !== null) purchase = { ...purchase, note: text };
      onNote();
    };
    const onPartial = (file: string): void => {
      partialFile = file;
      if (purchase !== null) purchase = { ...purchase, partials: purchase.partials + 1 };
      onNote();
    };
    const listeners = { onNote: note, onPartial };
    const { failure, isBought } = await buyImage(stoppable, id, upToUsd, listeners, generate);
    if (failure !== null) failures.set(id, failure);
    purchase = null;
    onEnd();
    // Reported once, because the next click often follows soon.
    if (!isBought || isCommitSaid) return;
    isCommitSaid = true;
    await warnOfUncommitted(context, null).catch((error: unknown) =>
      report(context, bugReport(error)),
    );
  }

  return {
    buy,
    current: () => purchase,
    partial: async () =>
      partialFile === null ? null : await readFile(partialFile).catch(() => null),
    failureOf: (id) => failures.get(id) ?? null,
    settled: () => running,
  };
}

function refused(message: string): TintypeError {
  return new TintypeError('usage', message);
}

/** Whether the page may buy in this project. */
export function buyingIn(context: Context | null): LiveSheet['buying'] {
  if (context === null) return { refusal: 'The config cannot be loaded.' };
  const { missing, missingSetBy } = context.config;
  if (mayBuy(missing)) return { confirmAboveUsd };
  return { refusal: `Nothing may be bought here (missing: ${missing}, set by ${missingSetBy}).` };
}

/**
 * US dollars: if the high estimate of one click is higher, the page asks again. A single picture of today's models stays below
 * it at every quality ($0.0002 to $0.21, price table of 2026-11-22); several candidates, or a chain of images, do not.
 */
const confirmAboveUsd = 0.25;
