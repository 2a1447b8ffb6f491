import { type Context, generate, pickCandidate, TintypeError } from '@tintype/core';
import { pictureQueue } from './picture-queue.ts';
import { projectReader } from './project-reader.ts';
import type { SheetReading } from './read-sheet.ts';
import { sheetData } from './sheet-data.ts';
import type { SheetSource } from './sheet-handler.ts';
import { sheetEdits } from './sheet-edits.ts';
import { readLooks } from './read-looks.ts';
import { readSnippets } from './snippets.ts';
import { buyingIn, sheetPurchases } from './sheet-purchases.ts';
import type { Sheet } from './sheet.ts';

/** A project on a page, while it changes. */
export interface LiveProject extends SheetSource {
  /** The project may have changed: it is read again when the page next asks. */
  readonly changed: () => void;
  /** Stops a purchase if it can be stopped, and waits until everything that was paid for is stored. */
  readonly close: () => Promise<void>;
}

export interface LiveOptions {
  /** The project as it is now. */
  readonly context: () => Promise<Context>;
  /** Whether the files of a pick or an edit are written to the output folder at once, if nothing has to be bought for that. */
  readonly deliversPicks: boolean;
  /** Buys and delivers images. */
  readonly generate: typeof generate;
}

/** Reads a project when the page asks for it and something has changed, writes picks and edits, and carries out one purchase at a time. */
export function liveSheet(options: LiveOptions): LiveProject {
  const { context, deliversPicks } = options;
  const listeners = new Set<() => void>();
  const closing = new AbortController();
  const announce = (): void => {
    for (const listener of listeners) listener();
  };
  const project = projectReader(context);
  const changed = (): void => {
    project.forget();
    announce();
  };
  const pictures = pictureQueue(project.read, closing.signal);
  const purchases = sheetPurchases(options, project.read, closing.signal, {
    onNote: announce,
    onEnd: changed,
  });
  const edits = sheetEdits(context, {
    onWritten: async (now, id) => {
      if (deliversPicks) await deliver(now, id);
      changed();
    },
    onNoted: changed,
  });

  return {
    sheet: async () => {
      const { context, reading, diagnostics, problem } = await project.read();
      const live = {
        buying: buyingIn(context),
        purchase: purchases.current(),
        failure: purchases.failure(),
        role: 'edit' as const,
        undo: edits.latest(),
      };
      return sheetOf(reading, purchases.failureOf, { diagnostics, problem, live });
    },

    picture: pictures.picture,

    pick: async (id, candidate) => {
      const now = await context();
      const { isChanged, edited } = await pickCandidate(now, id, candidate);
      edits.add({ what: `pick of "${id}"`, id, files: [edited] });
      if (isChanged && deliversPicks) await deliver(now, id);
      changed();
    },

    snippets: async (id) => readSnippets(await context(), id),

    measure: async (id) => readLooks({ ...(await context()), signal: closing.signal }, id),

    form: edits.form,
    propose: edits.propose,
    edit: edits.edit,
    proposeVariation: edits.proposeVariation,
    vary: edits.vary,
    bringBack: edits.bringBack,
    note: edits.note,
    undo: edits.undo,

    offer: purchases.offer,
    buy: purchases.buy,

    partial: purchases.partial,

    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    changed,

    close: async () => {
      closing.abort();
      await purchases.settled();
      await pictures.settled();
      await project.close();
    },
  };
}

/** The sheet of a reading, with the failures of purchases on this page. */
function sheetOf(
  reading: SheetReading | null,
  failureOf: (id: string) => Sheet['images'][number]['failure'],
  state: Pick<Sheet, 'diagnostics' | 'problem' | 'live'>,
): Sheet {
  const facts = reading?.facts ?? nothing;
  const images = facts.images.map((image) => ({ ...image, failure: failureOf(image.job.id) }));
  return sheetData({ ...facts, ...state, images, madeAt: new Date() });
}

const nothing: SheetReading['facts'] = {
  project: '',
  diagnostics: [],
  toBuyUsd: null,
  purchases: [],
  images: [],
  base: null,
  budgets: { perDayUsd: null, perRunUsd: null },
  moneyFacts: {
    buyerOf: null,
    estimatesOf: () => ({ pictures: 0, costUsd: 0, estimateUsd: { low: 0, high: 0 } }),
  },
};

/** Writes an image's files, unless something would have to be bought for that. */
async function deliver(context: Context, id: string): Promise<void> {
  const spending = { ...context, config: { ...context.config, missing: 'fail' as const } };
  try {
    await generate(spending, [id]);
  } catch (error) {
    if (!(error instanceof TintypeError)) throw error;
    // The pick is written. The page still says that the files are another picture's.
  }
}
