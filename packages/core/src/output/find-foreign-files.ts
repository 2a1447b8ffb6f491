import type { Sha256 } from '../types.ts';
import { openOutputFolder, type OutputFolder } from './output-folder.ts';
import { listedFiles, type PreviousOutputs, readPreviousOutputs } from './previous-outputs.ts';

/** Whether the cache has a file with this hash. */
export type IsCached = (sha256: Sha256) => boolean;

/** The state of the output folder before a run writes to it. */
export interface OutputsFound {
  readonly previous: PreviousOutputs;
  /** Names of things that are not ours in any case, such as links and folders. */
  readonly foreign: readonly string[];
  /** Names of files that are ours only if their bytes are those that the run writes there, now or in an earlier version. */
  readonly unknown: readonly string[];
}

/** Reads the notes of earlier runs, and finds the names at which a run must not write. */
export async function findForeignFiles(
  outDir: string,
  names: readonly string[],
  isCached: IsCached,
): Promise<OutputsFound> {
  const found = await classify(outDir, names, isCached);
  if (found.foreign.length + found.unknown.length === 0) return found;
  // Files that another run has written meanwhile are in its journal or in the asset map now.
  return classify(outDir, [...found.foreign, ...found.unknown], isCached);
}

async function classify(
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
 * Whether the file at a name may be replaced or removed. It is ours if its hash is `expected`, was noted by an earlier run, or is
 * in the cache. It is also ours, and was damaged since, if the asset map lists for its name a hash that is `expected` or in the
 * cache.
 */
export async function isOurs(
  folder: OutputFolder,
  name: string,
  expected: Sha256 | null,
  { listed, hashes }: PreviousOutputs,
  isCached: IsCached,
): Promise<boolean> {
  const noted = listed.get(name);
  if (noted !== undefined && (noted === expected || isCached(noted))) return true;
  const actual = await folder.hashOf(name);
  return actual === null || actual === expected || hashes.has(actual) || isCached(actual);
}
