import { readFile } from 'node:fs/promises';
import { type Context, TintypeError, warnOfUncommitted } from '@tintype/core';
import { mayBuy, report } from '@tintype/core/internal';
import { bugReport, buyImages } from './buy-images.ts';
import type { LiveOptions } from './live-sheet.ts';
import type { ProjectReader } from './project-reader.ts';
import type { LiveSheet, Price, SheetFailure, SheetPurchase } from './sheet.ts';
import type { SheetSource } from './sheet-handler.ts';

/** What the page buys: one order at a time. */
export interface SheetPurchases {
  readonly offer: SheetSource['offer'];
  readonly buy: SheetSource['buy'];
  /** The purchase that is running; `null`: none is. */
  readonly current: () => SheetPurchase | null;
  /** The last partial picture of the purchase that is running; `null`: there is none. */
  readonly partial: SheetSource['partial'];
  /** Why the last purchase of an image failed; `null`: it did not. */
  readonly failureOf: (id: string) => SheetFailure | null;
  /** Why the last purchase of several images was refused or stopped as a whole; `null`: it was not. */
  readonly failure: () => SheetFailure | null;
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
  let failureOfAll: SheetFailure | null = null;
  let purchase: SheetPurchase | null = null;
  let partialFile: string | null = null;
  let running: Promise<void> = Promise.resolve();
  let isCommitSaid = false;

  async function offer(ids: readonly string[]): Promise<Price | null> {
    const { reading } = await read();
    const known = new Set(reading?.facts.images.map(({ job }) => job.id));
    const unknown = ids.find((id) => !known.has(id));
    if (unknown !== undefined) throw refused(`there is no image "${unknown}"`);
    return reading?.price(ids) ?? null;
  }

  async function buy(ids: readonly string[], upToUsd: number | null): Promise<void> {
    if (purchase !== null)
      throw refused(`${named(purchase.ids)} ${isOrAre(purchase.ids)} being bought; one at a time`);
    if (signal.aborted) throw refused('the server is closing');
    // Set before anything is awaited, so that the second of two clicks at once is refused.
    partialFile = null;
    purchase = {
      ids,
      startedAt: new Date().toISOString(),
      note: 'Reading the project',
      pictures: 0,
      bought: 0,
      partials: 0,
      partialOf: null,
    };
    try {
      const context = await contextNow();
      const { pictures } = await offered(context, ids, upToUsd);
      purchase = { ...purchase, pictures };
      running = carryOut(context, ids, upToUsd);
    } catch (error) {
      purchase = null;
      throw error;
    }
    onNote();
  }

  /** Throws unless the page may buy that for this price. */
  async function offered(
    context: Context,
    ids: readonly string[],
    upToUsd: number | null,
  ): Promise<Price> {
    const allowed = buyingIn(context);
    if ('refusal' in allowed) throw refused(allowed.refusal);
    const price = await offer(ids);
    if (price === null) throw refused(`nothing has to be bought for ${named(ids)}`);
    if (upToUsd === null && price.costUsd !== null)
      throw refused(`the price of ${named(ids)} is known by now; look at it first`);
    return price;
  }

  /** Never rejects. */
  async function carryOut(
    context: Context,
    ids: readonly string[],
    upToUsd: number | null,
  ): Promise<void> {
    for (const id of ids) failures.delete(id);
    failureOfAll = null;
    const stoppable = { ...context, signal: AbortSignal.any([context.signal, signal]) };
    const show = (change: (now: SheetPurchase) => Partial<SheetPurchase>): void => {
      if (purchase !== null) purchase = { ...purchase, ...change(purchase) };
      onNote();
    };
    const listeners = {
      onNote: (note: string) => show(() => ({ note })),
      onBought: () => show(({ bought }) => ({ bought: bought + 1 })),
      onPartial: (id: string, file: string) => {
        partialFile = file;
        show(({ partials }) => ({ partials: partials + 1, partialOf: id }));
      },
    };
    const ended = await buyImages(stoppable, ids, upToUsd, listeners, generate);
    for (const [id, failure] of ended.failures) failures.set(id, failure);
    const [first] = ids;
    if (ids.length > 1) failureOfAll = ended.failure;
    else if (ended.failure !== null && first !== undefined) failures.set(first, ended.failure);
    purchase = null;
    onEnd();
    // Reported once, because the next click often follows soon.
    if (!ended.isBought || isCommitSaid) return;
    isCommitSaid = true;
    await warnOfUncommitted(context, null).catch((error: unknown) =>
      report(context, bugReport(error)),
    );
  }

  return {
    offer,
    buy,
    failure: () => failureOfAll,
    current: () => purchase,
    partial: async () =>
      partialFile === null ? null : await readFile(partialFile).catch(() => null),
    failureOf: (id) => failures.get(id) ?? null,
    settled: () => running,
  };
}

/** `"hero"`; `12 images`. */
function named(ids: readonly string[]): string {
  return ids.length === 1 ? `"${ids[0]}"` : `${ids.length} images`;
}

function isOrAre(ids: readonly string[]): string {
  return ids.length === 1 ? 'is' : 'are';
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
