import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Context } from '../context.ts';
import { changedAtMs, isSameSignature, statSignature } from '../fs/stat-digest.ts';
import { slashed } from '../fs/slashed.ts';
import type { IsKnown } from '../output/output-folder.ts';
import { assetMapName } from '../output/output-name.ts';
import type { AssetFile } from '../types.ts';
import {
  mayBeOutdated,
  type OutputFile,
  type OutputsSummary,
  readPart,
  writePart,
} from './snapshot.ts';

/** The outputs of a plan, if they are unchanged since a run that had nothing to do. `null` if in doubt. */
export function unchangedOutputs(
  context: Context,
  ids: readonly string[],
  fingerprint: string,
): OutputsSummary | null {
  const { outDir } = context.config;
  // Without an output folder, the files in the cache are checked each time.
  if (outDir === null) return null;
  try {
    const outputs = readPart(context, ids, 'outputs', fingerprint);
    if (outputs === null || !isUntouched(outDir, outputs.files)) return null;
    const isSame = outputs.files.every(({ file, signature }) =>
      isSameSignature(signature, statusOf(outDir, file)),
    );
    return isSame ? outputs : null;
  } catch {
    return null;
  }
}

/**
 * Recognises files that need not be hashed again, because they had this hash when they had this signature. Other changes do
 * not matter.
 */
export function knownOutputs(context: Context, ids: readonly string[]): IsKnown {
  let known: ReadonlyMap<string, OutputFile> | undefined;
  return (name, sha256, status) => {
    known ??= new Map(
      readPart(context, ids, 'outputs')?.files.map((output) => [output.file, output]),
    );
    const file = known.get(name);
    return file?.sha256 === sha256 && isSameSignature(file.signature, status);
  };
}

/**
 * Remembers the outputs after a run that knew the hash of all of them and had nothing to do. Outputs that changed since
 * `startedAt` may differ from what was hashed, so they are not remembered. Never rejects: without this, the next run hashes
 * them again.
 */
export async function rememberOutputs(
  context: Context,
  ids: readonly string[],
  { files, ...facts }: Omit<OutputsSummary, 'files'> & { readonly files: readonly AssetFile[] },
  startedAt: Date,
): Promise<void> {
  const { outDir, module } = context.config;
  if (outDir === null) return;
  try {
    const others = [join(outDir, assetMapName), ...(module === null ? [] : [module])];
    const listed = [
      ...files,
      ...others.map((path) => ({ file: slashed(relative(outDir, path)), sha256: null })),
    ];
    if (!isUntouched(outDir, listed)) return;
    const signed = listed.map(({ file, sha256 }) => {
      return { file, sha256, signature: statSignature(statusOf(outDir, file)) };
    });
    if (signed.some(({ signature }) => mayBeOutdated(changedAtMs(signature), startedAt))) return;
    await writePart(context, ids, 'outputs', { ...facts, files: signed });
  } catch {
    // The next run hashes them again.
  }
}

/**
 * Whether no other run is writing there or was killed while it wrote, and all folders are real folders, not links. A file behind
 * a link may look unchanged, but it is not ours.
 */
function isUntouched(outDir: string, files: readonly Pick<OutputFile, 'file'>[]): boolean {
  if (readdirSync(outDir).some((name) => name.startsWith('.tintype-'))) return false;
  const folders = new Set(files.map(({ file }) => dirname(file)));
  return [...folders].every((folder) => statusOf(outDir, folder).isDirectory());
}

function statusOf(outDir: string, name: string): Stats {
  return lstatSync(`${outDir}/${name}`);
}
