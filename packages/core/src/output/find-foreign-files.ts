import type { Sha256 } from '../types.ts';
import { openOutputFolder, type OutputFolder } from './output-folder.ts';
import { listedFiles, type PreviousOutputs, readPreviousOutputs } from './previous-outputs.ts';

/** Whether the cache knows a file that hashes to this. */
export type IsCached = (sha256: Sha256) => boolean;

/** What a run found in the output folder before it writes there. */
export interface OutputsFound {
  readonly previous: PreviousOutputs;
  /** Names at which something is that is not ours, whatever the run wants to write there. */
  readonly foreign: readonly string[];
  /** Names with a file that is ours only if it is what the run would write, or once was. */
  readonly unknown: readonly string[];
}

/** Reads what earlier runs left, and finds the names at which a run must not write. */
export async function findForeignFiles(
  outDir: string,
  names: readonly string[],
  isCached: IsCached,
): Promise<OutputsFound> {
  const found = await look(outDir, names, isCached);
  if (found.foreign.length + found.unknown.length === 0) return found;
  // What another run has written since is in its journal now, or in the asset map.
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
    // One that looks as it is listed is hashed when it is to be replaced, and not here: there may be thousands.
    if ((await folder.sizeOf(name)) === sizes.get(name)) continue;
    if (!(await isOurs(folder, name, null, previous, isCached))) unknown.push(name);
  }
  return { previous, foreign, unknown };
}

/**
 * Whether the file at a name may be replaced or removed, by its bytes: they are what is `wanted` there, what an earlier
 * run noted, or what the cache has. A file with other bytes is ours where the asset map lists just what is wanted at its
 * name, or what the cache knows: it was damaged since.
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
