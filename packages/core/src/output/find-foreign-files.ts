import type { Sha256 } from '../types.ts';
import { openOutputFolder, type OutputFolder } from './output-folder.ts';
import { listedFiles, type PreviousOutputs, readPreviousOutputs } from './previous-outputs.ts';

/** Whether the cache knows a file that hashes to this. */
export type IsCached = (sha256: Sha256) => boolean;

/** The state of the output folder before a run writes to it. */
export interface OutputsFound {
  readonly previous: PreviousOutputs;
  /** Names at which there is something that is not ours, whatever the run wants to write there. */
  readonly foreign: readonly string[];
  /** Names of files that are ours only if their bytes are, or once were, what the run writes there. */
  readonly unknown: readonly string[];
}

/** Reads the notes of earlier runs, and finds the names at which a run must not write. */
export async function findForeignFiles(
  outDir: string,
  names: readonly string[],
  isCached: IsCached,
): Promise<OutputsFound> {
  const found = await look(outDir, names, isCached);
  if (found.foreign.length + found.unknown.length === 0) return found;
  // The files that another run has written since are in its journal or in the asset map now.
  return look(outDir, [...found.foreign, ...found.unknown], isCached);
}

async function look(
  outDir: string,
  names: readonly string[],
  isCached: IsCached,
): Promise<OutputsFound> {
  const previous = await readPreviousOutputs(outDir);
  const folder = openOutputFolder(outDir);
  const sizes = new Map(listedFiles(previous.assetMap).map(({ file, bytes }) => [file, bytes]));
  const foreign: string[] = [];
  const unknown: string[] = [];
  for (const name of names) {
    const kind = await folder.kindOf(name);
    if (kind === 'other') foreign.push(name);
    if (kind !== 'file') continue;
    // A file with the listed size is hashed only when it is replaced, and not here, because there may be thousands.
    if ((await folder.sizeOf(name)) === sizes.get(name)) continue;
    if (!(await isOurs(folder, name, null, previous, isCached))) unknown.push(name);
  }
  return { previous, foreign, unknown };
}

/**
 * Whether the file at a name may be replaced or removed, judged by its bytes: they are what is `wanted` there, what an
 * earlier run noted, or what the cache has. A file with other bytes is ours if the asset map lists exactly what is wanted
 * at its name, or what the cache knows. Then it was damaged since.
 */
export async function isOurs(
  folder: OutputFolder,
  name: string,
  wanted: Sha256 | null,
  { listed, hashes }: PreviousOutputs,
  isCached: IsCached,
): Promise<boolean> {
  const noted = listed.get(name);
  if (noted !== undefined && (noted === wanted || isCached(noted))) return true;
  const actual = await folder.hashOf(name);
  return actual === null || actual === wanted || hashes.has(actual) || isCached(actual);
}
