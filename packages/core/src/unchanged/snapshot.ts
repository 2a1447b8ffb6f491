import { lstatSync, readdirSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSealed, sealOf } from '../cache/seal.ts';
import type { Context } from '../context.ts';
import { readRegularSync } from '../fs/read-regular.ts';
import type { StatSignature } from '../fs/stat-digest.ts';
import { writeUnflushed } from '../fs/write-atomic.ts';
import { sha256 } from '../hash.ts';
import type { KnownVariants } from '../image/derive-variants.ts';
import type { ShownRow } from '../plan/shown-rows.ts';
import type { Diagnostic, Job, Plan, PlannedRequest, PlanTotals, Sha256 } from '../types.ts';

/**
 * What a run remembers of a project, so that the next one need not read it again if nothing has changed. Each part is a file
 * of its own, because few runs need the large ones. Parts with one fingerprint belong together.
 */
export interface SnapshotParts {
  readonly summary: PlanSummary;
  readonly rows: PlanRows;
  readonly plan: PlanAsJson;
  readonly outputs: OutputsSummary;
  readonly variants: VariantsSummary;
}

export interface PlanSummary {
  /** The digest of everything that the plan was made from and is encoded with. */
  readonly fingerprint: string;
  readonly totals: PlanTotals;
  readonly shard: Plan['shard'];
  /** How many images it delivers. */
  readonly deliveries: number;
  /** Warnings, to be reported again. A plan with mistakes is not remembered. */
  readonly diagnostics: readonly Diagnostic[];
  /** Everything is stored or free: there is nothing to buy. */
  readonly isSettled: boolean;
  /** The manifests and data files that it was made from, relative to the root. */
  readonly files: readonly string[];
  /** The user's input pictures, relative to the root. */
  readonly pictures: readonly string[];
}

/** What `plan` prints: apart from the whole plan, which takes longer to parse. */
interface PlanRows {
  readonly fingerprint: string;
  readonly rows: readonly ShownRow[];
}

/** The whole plan. `job` and `planned` are indexes in `jobs`, because a job has many requests. */
export interface PlanAsJson {
  readonly fingerprint: string;
  readonly jobs: readonly Job[];
  readonly planned: readonly number[];
  readonly requests: readonly (Omit<PlannedRequest, 'job'> & { readonly job: number })[];
}

/** The output folder after a run that had nothing to do. */
interface OutputsSummary {
  readonly fingerprint: string;
  readonly files: readonly OutputFile[];
}

export interface OutputFile {
  /** Relative to the output folder, with `/`. */
  readonly file: string;
  /** `null`: the asset map, which is not hashed. */
  readonly sha256: Sha256 | null;
  /** Its own when it had that hash. */
  readonly signature: StatSignature;
}

/** What each image became in the cache. */
interface VariantsSummary {
  readonly fingerprint: string;
  readonly images: readonly (KnownVariants & { readonly name: string })[];
}

type PartName = keyof SnapshotParts;

/**
 * A part of the snapshot of these images (none: all) in the context's shard. `null`: there is none, or it is damaged, or it came with a clone, or
 * its fingerprint is another one. Never throws.
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
 * Whether something changed so late that a run which began at `startedAt` may have read it before: a file that is written
 * twice within a tick of the file system's clock looks the same, and FAT's tick is 2 s.
 */
export function isTooYoung(changedAtMs: number, startedAt: Date): boolean {
  return changedAtMs > startedAt.getTime() - clockTickMs;
}

const clockTickMs = 2000;

/** Raised when a part changes: files of another format have other names, so that they are never read. */
const formatVersion = 7;

/** The file: a seal, and the part as JSON. */
function pathOf({ config, shard }: Context, ids: readonly string[], part: PartName): string {
  const { root, missing, provider, cacheDir } = config;
  const name = sha256(JSON.stringify([formatVersion, root, missing, provider, ids, shard ?? null]));
  return join(cacheDir, 'v2', 'plans', `${name.slice(0, 16)}.${part}`);
}

/** The plan of a hundred thousand images has 200 MB; a larger file is not read. */
const maxBytes = 512 * 1024 * 1024;

/** There is a snapshot for each set of images, and shard, that was asked for: the oldest are removed. */
function removeOldest(folder: string): void {
  const files = readdirSync(folder)
    .filter((name) => partFile.test(name))
    .map((name) => join(folder, name));
  const newestFirst = files.toSorted((a, b) => lstatSync(b).mtimeMs - lstatSync(a).mtimeMs);
  for (const file of newestFirst.slice(maxFiles)) unlinkSync(file);
}

/** A part, also of an earlier format, or one that was being written. */
const partFile = /^[0-9a-f]{16}(\.[a-z]+)?(\.[0-9a-f]{12}\.tmp)?$/;

const maxFiles = 60;
