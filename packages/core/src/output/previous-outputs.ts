import type { AssetFile, AssetMap } from '../types.ts';
import { openOutputFolder } from './output-folder.ts';
import { ASSET_MAP_NAME, isOutputName, JOURNAL_NAME } from './output-name.ts';
import { parseAssetMap } from './parse-asset-map.ts';

/** What earlier runs left word of in the output folder: how a file of ours is told from anybody else's. */
export interface PreviousOutputs {
  /** `null`: none, or damaged. */
  readonly assetMap: AssetMap | null;
  /** The names that a run which never came to its end may have written; `null` where the last one did. */
  readonly journal: readonly string[] | null;
}

export async function readPreviousOutputs(outDir: string): Promise<PreviousOutputs> {
  const folder = openOutputFolder(outDir);
  // The journal first: a run beside this one removes it once the asset map stands, and what it says must be in either.
  const journal = await folder.readText(JOURNAL_NAME);
  const assetMap = await folder.readText(ASSET_MAP_NAME);
  return {
    assetMap: assetMap === null ? null : parseAssetMap(assetMap),
    journal: journal === null ? null : parseJournal(journal),
  };
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

/** Every name that an earlier run wrote, or may have. */
export function namesOf(previous: PreviousOutputs): Set<string> {
  const listed = listedFiles(previous.assetMap).map(({ file }) => file);
  return new Set([...listed, ...(previous.journal ?? [])]);
}

/** The files of all images of an asset map. */
export function listedFiles(assetMap: AssetMap | null): AssetFile[] {
  return Object.values(assetMap?.images ?? {}).flatMap(({ files }) => files);
}

/** A JSON list of names. */
export function renderJournal(names: Iterable<string>): string {
  return `${JSON.stringify([...names], null, 2)}\n`;
}

function parseJournal(text: string): string[] {
  try {
    const names: unknown = JSON.parse(text);
    return Array.isArray(names) ? names.filter(isOutputName) : [];
  } catch {
    return [];
  }
}
