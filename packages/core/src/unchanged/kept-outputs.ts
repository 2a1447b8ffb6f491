import type { Context } from '../context.ts';
import { encoderVersion } from '../image/encoder-version.ts';
import { looksLength, looksOf } from '../fs/disk-digest.ts';
import { digestOutputs } from './digest-outputs.ts';
import type { IsKnown } from '../output/output-folder.ts';
import { ASSET_MAP_NAME } from '../output/output-name.ts';
import { readRegularSync } from '../fs/read-regular.ts';
import type { AssetFile, Sha256 } from '../types.ts';
import { isSealed, sealOf } from '../cache/seal.ts';
import { writeWhole } from '../fs/write-whole.ts';
import { clockMarginMs, maxKeptBytes, pathOf } from './kept-plan.ts';

/** What a run found in the output folder that had nothing to do: the line behind the file's seal. */
interface KeptOutputs {
  /** The plan that all of it was held against. */
  readonly fingerprint: string;
  /** What encoded them. */
  readonly encoder: string;
  readonly delivered: number;
  readonly names: readonly string[];
  readonly sum: Sha256;
}

/** Whether all that a plan delivers stands as it was when it was looked at last: how many images, or `null` at any doubt. */
export function countStanding(
  context: Context,
  ids: readonly string[],
  fingerprint: string,
): number | null {
  const { outDir } = context.config;
  // What the cache has is looked at each time.
  if (outDir === null) return null;
  try {
    const [kept] = openKept(context, ids);
    if (kept.fingerprint !== fingerprint || kept.encoder !== encoderVersion()) return null;
    return digestOutputs(outDir, kept.names)?.sum === kept.sum ? kept.delivered : null;
  } catch {
    return null;
  }
}

/** By what was kept, whatever of it has changed since: so that only what looks changed has to be hashed. */
export function knownOutputs(context: Context, ids: readonly string[]): IsKnown {
  let known: ReadonlyMap<string, KnownFile> | null = null;
  return (name, sum, status) => {
    known ??= readKnown(context, ids);
    const file = known.get(name);
    if (file === undefined || file[0] !== sum) return false;
    return looksOf(status).every((number, index) => number === file[index + 1]);
  };
}

/**
 * Keeps what the outputs look like after a run that hashed or knew all of them and found nothing to do. What changed since
 * `startedAt`, or shortly before it, may not be what was hashed: then nothing is kept. Never throws.
 */
export function keepOutputs(
  context: Context,
  ids: readonly string[],
  {
    fingerprint,
    delivered,
    files,
  }: Pick<KeptOutputs, 'fingerprint' | 'delivered'> & {
    readonly files: readonly AssetFile[];
  },
  startedAt: Date,
): void {
  const { outDir } = context.config;
  if (outDir === null) return;
  try {
    const names = [...files.map(({ file }) => file), ASSET_MAP_NAME];
    const digest = digestOutputs(outDir, names);
    if (digest === null || digest.changedAtMs > startedAt.getTime() - clockMarginMs) return;
    const { sum, looks } = digest;
    const kept: KeptOutputs = { fingerprint, encoder: encoderVersion(), delivered, names, sum };
    const known = files.map(({ sha256 }, index): KnownFile => {
      const at = index * looksLength;
      return [sha256, ...looks.slice(at, at + looksLength)];
    });
    const path = outputsPath(context, ids);
    const body = `${JSON.stringify(kept)}\n${JSON.stringify(known)}`;
    writeWhole(path, `${sealOf(path, body)}\n${body}`);
  } catch {
    // The next run looks at all of them again.
  }
}

/** The last line: each of the names, but for the asset map's, with what it was hashed to and what it looked like. */
type KnownFile = readonly [sum: Sha256, ...looks: number[]];

function readKnown(context: Context, ids: readonly string[]): ReadonlyMap<string, KnownFile> {
  try {
    const [{ names }, rest] = openKept(context, ids);
    const known = JSON.parse(rest.toString('utf8')) as KnownFile[];
    return new Map(known.map((file, index) => [names[index]!, file]));
  } catch {
    return new Map();
  }
}

function openKept(
  context: Context,
  ids: readonly string[],
): readonly [kept: KeptOutputs, rest: Buffer] {
  const path = outputsPath(context, ids);
  const text = readRegularSync(path, maxKeptBytes);
  const sealEnd = text.indexOf(10);
  const body = text.subarray(sealEnd + 1);
  if (!isSealed(path, body, text.toString('utf8', 0, sealEnd))) {
    throw new Error(`${path} was not written by this user of this machine`);
  }
  const end = body.indexOf(10);
  return [JSON.parse(body.toString('utf8', 0, end)) as KeptOutputs, body.subarray(end + 1)];
}

function outputsPath(context: Context, ids: readonly string[]): string {
  return `${pathOf(context, ids)}.outputs`;
}
