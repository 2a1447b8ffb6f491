import { join } from 'node:path';
import { type Claim, claimFile, clearDeadClaims } from '../process/claim-file.ts';
import type { Asset, AssetMap, Sha256 } from '../types.ts';
import { buildAssetMap, renderAssetMap, type SourcesByName } from './asset-map.ts';
import type { PictureModule } from './open-module.ts';
import { notWritable, type OutputFolder } from './output-folder.ts';
import { assetMapName, finishClaimName, journalToken } from './output-name.ts';
import {
  type Journal,
  listedFiles,
  namesIn,
  type PreviousOutputs,
  readPreviousOutputs,
} from './previous-outputs.ts';

/** What a run has done in the output folder. */
export interface RunOutputs {
  readonly outDir: string;
  readonly folder: OutputFolder;
  readonly module: PictureModule | null;
  readonly previous: PreviousOutputs;
  /** The name of the run's journal. */
  readonly journal: string;
  /** Whether the run has written anything, so that its journal exists. */
  readonly hasJournal: boolean;
  /** The images that were delivered, by name. */
  readonly delivered: ReadonlyMap<string, Asset>;
  /** The hash of each file that was written, by name. */
  readonly written: ReadonlyMap<string, Sha256>;
  readonly onWritten: (file: string, bytes: number) => void;
  readonly onRemoved: (file: string) => void;
}

/** What remains to be done at the end of a run. */
interface Ending {
  readonly assetMap: AssetMap;
  /** The text of the asset map; `null`: the file has it already. */
  readonly text: string | null;
  /** The text of the module; `null`: the file has it already, or there is none. */
  readonly moduleText: string | null;
  /** Our files that are no longer needed. */
  readonly stale: ReadonlySet<string>;
  /** Journals of runs that were killed, which this run removes. */
  readonly leftOver: readonly Journal[];
  readonly hasNothingToDo: boolean;
}

/**
 * Removes our files that are no longer needed, and writes the asset map and its module. Runs do this one at a time, so that none loses the
 * entries of another. `order`: all names of the asset map, whether they were delivered this time or not; `sources`: see `buildAssetMap`.
 */
export async function finishOutputs(
  run: RunOutputs,
  order: readonly string[],
  sources?: SourcesByName,
): Promise<AssetMap> {
  const { outDir, folder, module, journal, onWritten, onRemoved } = run;
  const before = await endingOf(run, order, sources);
  if (before.hasNothingToDo) return before.assetMap;
  const claim = await claimFinish(outDir);
  try {
    const { assetMap, text, moduleText, stale, leftOver } = await endingOf(run, order, sources);
    // Files are removed before the asset map is written, because a file that it does not list no longer counts as ours.
    for (const name of stale) {
      await folder.remove(name);
      onRemoved(name);
    }
    if (text !== null) {
      await folder.write(assetMapName, text, { flush: true });
      onWritten(assetMapName, Buffer.byteLength(text));
    }
    if (module !== null && moduleText !== null) {
      await module.write(moduleText);
      onWritten(module.file, Buffer.byteLength(moduleText));
    }
    const tokens = new Set(leftOver.map(({ file }) => journalToken(file) ?? ''));
    await folder.removeTemporaries([...namesIn(leftOver), assetMapName], tokens);
    for (const { file } of leftOver) await folder.remove(file);
    await folder.remove(journal);
    await clearDeadClaims(join(outDir, finishClaimName));
    return assetMap;
  } finally {
    await claim.release();
  }
}

async function endingOf(
  run: RunOutputs,
  order: readonly string[],
  sources: SourcesByName | undefined,
): Promise<Ending> {
  const { outDir, folder, previous, journal, hasJournal, delivered, written } = run;
  // Read again, because another run may have delivered other images.
  const now = await readPreviousOutputs(outDir);
  const before = now.assetMap ?? previous.assetMap;
  const assetMap = buildAssetMap(before, delivered, order, sources);
  const leftOver = now.journals.filter(({ isLeftOver }) => isLeftOver);
  const running = now.journals.filter(({ file, isLeftOver }) => !isLeftOver && file !== journal);
  const current = new Set([...listedFiles(assetMap).map(({ file }) => file), ...namesIn(running)]);
  const stale = new Set<string>();
  const ofKilledRuns = leftOver.flatMap((killed) => killed.written);
  const ofFailedImages = [...written].map(([file, sha256]) => ({ file, sha256 }));
  for (const { file, sha256 } of [...ofKilledRuns, ...ofFailedImages]) {
    if (!current.has(file) && (await folder.hashOf(file)) === sha256) stale.add(file);
  }
  for (const file of listedFiles(before)) {
    // A file that was changed meanwhile no longer counts as Tintype's.
    if (!current.has(file.file) && (await folder.holds(file.file, file))) stale.add(file.file);
  }
  const rendered = renderAssetMap(assetMap);
  const text = (await folder.readText(assetMapName)) === rendered ? null : rendered;
  const moduleText = (await run.module?.textFor(assetMap)) ?? null;
  const hasClaims = (await folder.entries()).some((name) => name.startsWith(finishClaimName));
  const hasNothingToDo =
    !hasJournal &&
    text === null &&
    moduleText === null &&
    stale.size === 0 &&
    leftOver.length === 0 &&
    !hasClaims;
  return { assetMap, text, moduleText, stale, leftOver, hasNothingToDo };
}

async function claimFinish(outDir: string): Promise<Claim> {
  try {
    // An interrupted run waits, too, because otherwise the next run would not recognise its files.
    const claim = await claimFile(join(outDir, finishClaimName), new AbortController().signal);
    return claim!;
  } catch (cause) {
    throw notWritable(join(outDir, assetMapName), cause);
  }
}
