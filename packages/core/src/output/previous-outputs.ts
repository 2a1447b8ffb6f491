import { isGone, parseProcess, type ProcessMark } from '../process-mark.ts';
import type { AssetFile, AssetMap } from '../types.ts';
import { openOutputFolder, type OutputFolder } from './output-folder.ts';
import { ASSET_MAP_NAME, isJournalName, isOutputName } from './output-name.ts';
import { parseAssetMap } from './parse-asset-map.ts';

/** What earlier runs left word of in the output folder: how a file of ours is told from anybody else's. */
export interface PreviousOutputs {
  /** `null`: none, or damaged. */
  readonly assetMap: AssetMap | null;
  /** Of runs that never came to their end, and of those beside this one. */
  readonly journals: readonly Journal[];
}

/** The names that one run may write, until it comes to its end. */
export interface Journal {
  /** Its own name in the output folder. */
  readonly file: string;
  readonly names: readonly string[];
  /** Whether the run was cut off, so that nobody but the next one sees to its files. */
  readonly isLeftOver: boolean;
}

export async function readPreviousOutputs(outDir: string): Promise<PreviousOutputs> {
  const folder = openOutputFolder(outDir);
  // The journals first: a run beside this one removes its own once the asset map stands, and what it says must be in
  // either.
  const journals = await readJournals(folder);
  const assetMap = await folder.readText(ASSET_MAP_NAME);
  return { assetMap: assetMap === null ? null : parseAssetMap(assetMap), journals };
}

/** What earlier runs left word of, and at which of the names that a run wants something else stands. */
export async function readOutputs(
  outDir: string,
  names: readonly string[],
): Promise<{ readonly previous: PreviousOutputs; readonly foreign: readonly string[] }> {
  const before = await readPreviousOutputs(outDir);
  const strange = await findForeignFiles(outDir, names, before);
  if (strange.length === 0) return { previous: before, foreign: [] };
  // What a run beside this one has written since is by now in its journal, or in the asset map.
  const previous = await readPreviousOutputs(outDir);
  return { previous, foreign: await findForeignFiles(outDir, strange, previous) };
}

/** Of the names that a run wants, those at which something stands that no earlier run wrote. */
export async function findForeignFiles(
  outDir: string,
  names: readonly string[],
  previous: PreviousOutputs,
): Promise<string[]> {
  const folder = openOutputFolder(outDir);
  const ours = namesOf(previous);
  const foreign: string[] = [];
  for (const name of names) {
    const kind = await folder.kindOf(name);
    if (kind === 'other' || (kind === 'file' && !ours.has(name))) foreign.push(name);
  }
  return foreign;
}

/** Every name that an earlier run wrote, or that one may have written. */
export function namesOf({ assetMap, journals }: PreviousOutputs): Set<string> {
  const listed = listedFiles(assetMap).map(({ file }) => file);
  return new Set([...listed, ...namesIn(journals)]);
}

export function namesIn(journals: readonly Journal[]): string[] {
  return journals.flatMap(({ names }) => names);
}

/** The files of all images of an asset map. */
export function listedFiles(assetMap: AssetMap | null): AssetFile[] {
  return Object.values(assetMap?.images ?? {}).flatMap(({ files }) => files);
}

export function renderJournal(process: ProcessMark, names: readonly string[]): string {
  return `${JSON.stringify({ process, names }, null, 2)}\n`;
}

async function readJournals(folder: OutputFolder): Promise<Journal[]> {
  const journals: Journal[] = [];
  for (const file of (await folder.entries()).filter(isJournalName)) {
    const text = await folder.readText(file);
    // One that is gone since was of a run beside this one.
    if (text === null) continue;
    const { process, names } = parseJournal(text);
    const isLeftOver = process === null || (await hasEnded(process, file, folder));
    journals.push({ file, names, isLeftOver });
  }
  return journals;
}

/** No run takes that long. */
const A_DAY_MS = 24 * 60 * 60 * 1000;

async function hasEnded(mark: ProcessMark, file: string, folder: OutputFolder): Promise<boolean> {
  return (await isGone(mark)) ?? ((await folder.ageMs(file)) ?? 0) > A_DAY_MS;
}

/** One that is damaged names nobody and nothing. */
function parseJournal(text: string): { process: ProcessMark | null; names: string[] } {
  try {
    const { process, names } = JSON.parse(text) as { process: unknown; names: unknown[] };
    return { process: parseProcess(process), names: names.filter(isOutputName) };
  } catch {
    return { process: null, names: [] };
  }
}
