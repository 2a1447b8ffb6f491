import { lstatSync, readdirSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inCache } from '../in-cache.ts';
import { isSealed, sealOf } from '../cache/seal.ts';
import type { Context } from '../context.ts';
import { readRegularSync } from '../fs/read-regular.ts';
import type { StatSignature } from '../fs/stat-digest.ts';
import { writeUnflushed } from '../fs/write-atomic.ts';
import { sha256 } from '../hash.ts';
import type { RestorableVariants } from '../image/derive-variants.ts';
import type { ShownRow } from '../plan/shown-rows.ts';
import type { Diagnostic, Job, Plan, PlannedRequest, PlanTotals, Sha256 } from '../types.ts';

/**
 * The snapshot of a project. A run writes it so that the next run does not have to read the project again if nothing has
 * changed. Each part has its own file, because few runs need the large ones. Parts with the same fingerprint belong
 * together.
 */
export interface SnapshotParts {
  readonly summary: PlanSummary;
  readonly rows: PlanRows;
  readonly plan: PlanAsJson;
  readonly outputs: OutputsSummary;
  readonly variants: VariantsSummary;
}

export interface PlanSummary {
  /** The digest of everything from which the plan and its files are made. */
  readonly fingerprint: string;
  readonly totals: PlanTotals;
  readonly shard: Plan['shard'];
  /** The number of images that the plan delivers. */
  readonly deliveries: number;
  /** Warnings, which are reported again. A plan with mistakes is not remembered. */
  readonly diagnostics: readonly Diagnostic[];
  /** All pictures are stored or free, so there is nothing to buy. */
  readonly isSettled: boolean;
  /** The manifests and data files of the plan, relative to the root. */
  readonly files: readonly string[];
  /** The user's input pictures, relative to the root. */
  readonly pictures: readonly string[];
}

/** The rows that `plan` prints. They are separate from the whole plan, which takes longer to parse. */
interface PlanRows {
  readonly fingerprint: string;
  readonly rows: readonly ShownRow[];
}

/** The whole plan. `job` and `planned` are indexes into `jobs`, because one job has many requests. */
export interface PlanAsJson {
  readonly fingerprint: string;
  readonly jobs: readonly Job[];
  readonly planned: readonly number[];
  readonly requests: readonly (Omit<PlannedRequest, 'job'> & { readonly job: number })[];
}

/** The files in the output folder after a run that had nothing to do. */
export interface OutputsSummary {
  readonly fingerprint: string;
  /** As in `GenerateResult`. */
  readonly quickBytes: number;
  readonly files: readonly OutputFile[];
}

export interface OutputFile {
  /** Relative to the output folder, with `/`. */
  readonly file: string;
  /** `null`: the asset map, which is not hashed. */
  readonly sha256: Sha256 | null;
  /** The file's signature when it had that hash. */
  readonly signature: StatSignature;
}

/** The cached files of each image. */
interface VariantsSummary {
  readonly fingerprint: string;
  readonly images: readonly (RestorableVariants & { readonly name: string })[];
}

type PartName = keyof SnapshotParts;

/**
 * A part of the snapshot of these images (none: all images) in the context's shard. `null`: it does not exist, is damaged,
 * came with a clone, or has another fingerprint. Never throws.
 */
export function readPart<Part extends PartName>(
  context: Context,
  ids: readonly string[],
  part: Part,
  fingerprint?: string,
): SnapshotParts[Part] | null {
  try {
    const path = pathOf(context, ids, part);
    const file = readRegularSync(path, maxBytes);
    const sealEnd = file.indexOf('\n');
    const text = file.subarray(sealEnd + 1);
    if (!isSealed(path, text, file.toString('utf8', 0, sealEnd))) return null;
    const value = JSON.parse(text.toString('utf8')) as SnapshotParts[Part];
    return fingerprint === undefined || value.fingerprint === fingerprint ? value : null;
  } catch {
    return null;
  }
}

/** Rejects with the file system's own errors. */
export async function writePart<Part extends PartName>(
  context: Context,
  ids: readonly string[],
  part: Part,
  value: SnapshotParts[Part],
): Promise<void> {
  const path = pathOf(context, ids, part);
  const text = JSON.stringify(value);
  await writeUnflushed(path, `${sealOf(path, text)}\n${text}`);
  removeOldest(dirname(path));
}

/**
 * Whether what a run that began at `startedAt` has read may be outdated, because something changed after that, or just before
 * it. If a file is written twice within one tick of the file system's clock, its signature does not change, and a tick of FAT is
 * 2 s.
 */
export function mayBeOutdated(changedAtMs: number, startedAt: Date): boolean {
  return changedAtMs > startedAt.getTime() - clockTickMs;
}

const clockTickMs = 2000;

/** Increase it when the format of a part changes. Files of another format have other names, so they are never read. */
const formatVersion = 9;

/** The path of a part's file, which holds a seal and the part as JSON. */
function pathOf({ config, shard }: Context, ids: readonly string[], part: PartName): string {
  const { root, missing, provider, cacheDir } = config;
  const name = sha256(JSON.stringify([formatVersion, root, missing, provider, ids, shard ?? null]));
  return inCache(cacheDir, 'plans', `${name.slice(0, 16)}.${part}`);
}

/** A plan of a hundred thousand images has 200 MB. A larger file than this is not read. */
const maxBytes = 512 * 1024 * 1024;

/** Keeps only the newest files, because there is a snapshot for each set of images, and each shard, that was requested. */
function removeOldest(folder: string): void {
  const files = readdirSync(folder)
    .filter((name) => partFile.test(name))
    .map((name) => join(folder, name));
  const newestFirst = files.toSorted((a, b) => lstatSync(b).mtimeMs - lstatSync(a).mtimeMs);
  for (const file of newestFirst.slice(maxFiles)) unlinkSync(file);
}

/** The name of a part, including parts of earlier formats and parts that were being written. */
const partFile = /^[0-9a-f]{16}(\.[a-z]+)?(\.[0-9a-f]{12}\.tmp)?$/;

const maxFiles = 60;
