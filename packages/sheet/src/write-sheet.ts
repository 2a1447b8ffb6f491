import { type Context, type Diagnostic, type Sha256, TintypeError } from '@tintype/core';
import { refuseMistakes, writeAtomic } from '@tintype/core/internal';
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { readTemplate } from './read-template.ts';
import { type EmbeddedPicture, renderSheetFile } from './render-sheet.ts';
import { sheetData } from './sheet-data.ts';
import type { Price, Sheet, SheetBase, SheetImage } from './sheet.ts';
import { readSheet, type SheetReading } from './read-sheet.ts';

export interface WrittenSheet {
  /** Absolute. */
  readonly file: string;
  readonly bytes: number;
  readonly images: number;
  /** The count of `plan`: every candidate. */
  readonly pictures: number;
  /** How the project differs from the base; `null`: it was compared with nothing. */
  readonly changes: SheetChanges | null;
}

export interface SheetChanges extends SheetBase {
  /** The images that differ. */
  readonly images: readonly {
    readonly id: string;
    readonly kind: 'new' | 'changed';
    readonly changed: readonly string[];
    readonly spentUsd: number;
    /** What has to be bought for it; `null`: nothing. */
    readonly price: Price | null;
  }[];
}

export interface SheetFileOptions {
  /**
   * A git ref: the sheet then shows how the project differs from the merge base with it.
   * @default null
   */
  readonly base?: string | null;
}

/** The default name of the file. */
export const sheetFileName = 'tintype-sheet.html';

/**
 * Writes the contact sheet as one file that needs no network and no other file. `file`: its path, relative to the root.
 * Spends nothing. Rejects with the TintypeErrors of `readPlan`, or `output-not-writable`.
 */
export async function writeSheet(
  context: Context,
  file: string = sheetFileName,
  { base = null }: SheetFileOptions = {},
): Promise<WrittenSheet> {
  const reading = await readSheet(context, base).catch((error: unknown) => {
    if (error instanceof TintypeError) tell(context, error.diagnostics);
    throw error;
  });
  refuseMistakes(context, reading.facts.diagnostics);
  const sheet = sheetData({
    ...reading.facts,
    live: null,
    problem: null,
    madeAt: context.now(),
  });
  const pictures = await embedded(reading, sheet);
  await reading.close();
  const html = Buffer.from(renderSheetFile(await readTemplate(), sheet, pictures));
  const path = resolve(context.config.root, file);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeAtomic(path, html);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TintypeError('output-not-writable', `${path} cannot be written: ${reason}`, {
      cause,
    });
  }
  const { totals } = sheet;
  return {
    file: path,
    bytes: html.length,
    images: totals.images,
    pictures: totals.pictures,
    changes:
      sheet.base === null ? null : { ...sheet.base, images: sheet.images.flatMap(changedImage) },
  };
}

function changedImage({ id, change, price }: SheetImage): SheetChanges['images'][number][] {
  if (change === null || change.kind === 'same') return [];
  const { kind, changed, spentUsd } = change;
  return [{ id, kind, changed, spentUsd, price }];
}

function tell({ report, now }: Context, diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics)
    report({ type: 'diagnostic', ...diagnostic, time: now().toISOString() });
}

/** Each picture once. Pictures that cannot be read or decoded are left out, and the page says so in their place. */
async function embedded(
  reading: SheetReading,
  sheet: Sheet,
): Promise<Map<Sha256, EmbeddedPicture>> {
  const hashes = new Set(
    [...sheet.images, ...(sheet.base?.gone ?? []).map(goneAsShown)].flatMap(
      ({ candidates, past, change, deliveries, standIn }) =>
        [
          ...[...candidates, ...past, ...(change?.before ?? []), ...deliveries].map(
            ({ picture }) => picture,
          ),
          standIn,
        ].flatMap((picture) => picture?.hash ?? []),
    ),
  );
  const side = sideFor(hashes.size);
  const pictures = await Promise.all(
    Array.from(hashes, async (hash) => {
      try {
        const shown = await reading.thumbnail(hash, side);
        const still = reading.isMoving(hash) ? await reading.thumbnail(hash, side, true) : null;
        return shown === null ? [] : [[hash, { shown, still }] as const];
      } catch (error) {
        if (error instanceof TintypeError || isMissingFile(error)) return [];
        throw error;
      }
    }),
  );
  return new Map(pictures.flat());
}

type Shown = Pick<SheetImage, 'candidates' | 'past' | 'change' | 'deliveries' | 'standIn'>;

function goneAsShown({ pictures }: SheetBase['gone'][number]): Shown {
  return { candidates: [], past: pictures, change: null, deliveries: [], standIn: null };
}

/** Files are mailed and uploaded, so they should stay near 10 MB: if there are fewer pictures, each may be larger. */
function sideFor(pictures: number): number {
  if (pictures <= 60) return 1024;
  return pictures <= 250 ? 640 : 320;
}

function isMissingFile(error: unknown): boolean {
  return error instanceof Error && 'code' in error;
}
