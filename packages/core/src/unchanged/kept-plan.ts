import { lstatSync, readdirSync, realpathSync, unlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Context } from '../context.ts';
import { summariseDisk } from '../fs/disk-digest.ts';
import { sha256 } from '../hash.ts';
import { digestNames } from './digest-names.ts';
import { readRegularSync } from '../fs/read-regular.ts';
import { isSealed, sealOf } from '../cache/seal.ts';
import { openStore } from '../store/open-store.ts';
import { deliveriesOf } from '../plan/deliveries.ts';
import { shownRows } from '../plan/shown-rows.ts';
import type {
  Diagnostic,
  Job,
  Plan,
  PlannedRequest,
  PlanTotals,
  Sha256,
  ShownRow,
} from '../types.ts';
import { mayBuy } from '../project/spending-policy.ts';
import { version } from '../version.ts';
import { writeWhole } from '../fs/write-whole.ts';
import { digestRefusals } from '../purchase/refusals.ts';

/** A plan with everything that it was made of. */
export interface PlanSources {
  readonly plan: Plan;
  /** Every image of the project, planned or not. */
  readonly jobs: readonly Job[];
  /** Warnings; with a mistake there is no plan. */
  readonly diagnostics: readonly Diagnostic[];
  /** The manifests and data files as they were read: paths relative to the root, and the sha-256 of their bytes. */
  readonly texts: ReadonlyMap<string, Sha256>;
}

/**
 * A plan as an earlier run made it, of a project in which nothing has changed that it depends on. Whoever buys must not
 * go by it: see `isSettled`.
 */
export interface KeptPlan {
  /** Equal for equal plans of equal projects. */
  readonly fingerprint: Sha256;
  readonly totals: PlanTotals;
  readonly deliveries: number;
  /** The manifests and data files that it was made of, relative to the root. */
  readonly files: readonly string[];
  /** To be told again. */
  readonly diagnostics: readonly Diagnostic[];
  /** Everything is in the store, or drawn: there is nothing to decide, and nothing to buy. */
  readonly isSettled: boolean;
  /** What a table of it shows; `null`: it cannot be read. */
  readonly readRows: () => ShownRow[] | null;
  /** All of it, which takes ten times as long. */
  readonly read: () => Omit<PlanSources, 'texts'> | null;
}

/** The file: the seal of its second line, this as JSON, what is shown of the plan, and the plan. */
interface Head extends Omit<KeptPlan, 'read' | 'readRows' | 'files'> {
  /** The length and the hash of the last two lines, with the line break between them. */
  readonly bytes: number;
  readonly bodySum: Sha256;
  readonly sources: Sha256;
  readonly texts: readonly (readonly [file: string, sum: Sha256])[];
  readonly pictures: readonly string[];
  readonly pictureSum: Sha256;
}

/**
 * The plan that an earlier run kept, if all that it was made of is as it was: the config, the day, the names that
 * manifests may have, the bytes of manifests and data files, and what records, pins, refusals and input pictures look
 * like. `null` at any doubt.
 */
export async function openKeptPlan(
  context: Context,
  ids: readonly string[],
): Promise<KeptPlan | null> {
  try {
    const { root } = context.config;
    const path = pathOf(context, ids);
    const text = readRegularSync(path, maxKeptBytes);
    const sealEnd = text.indexOf(10);
    const end = text.indexOf(10, sealEnd + 1);
    const line = text.toString('utf8', sealEnd + 1, end);
    if (!isSealed(path, line, text.toString('utf8', 0, sealEnd))) return null;
    const head = JSON.parse(line) as Head;
    const body = text.subarray(end + 1);
    // The body is long, and few ask for it.
    const isWhole = () => sha256(body) === head.bodySum;
    const sources = await digestSources(context, ids);
    const isSame =
      head.bytes === body.length &&
      head.sources === sources?.sum &&
      head.texts.every(([file, sum]) => sha256(readRegularSync(realPath(root, file))) === sum) &&
      head.pictureSum === digestPictures(root, head.pictures).sum;
    if (!isSame) return null;
    const { fingerprint, totals, deliveries, diagnostics, isSettled } = head;
    const rowsEnd = body.indexOf(10);
    const readRows = () => (isWhole() ? unpackRows(body.subarray(0, rowsEnd)) : null);
    const read = () => (isWhole() ? unpack(body.subarray(rowsEnd + 1), totals, diagnostics) : null);
    const files = head.texts.map(([file]) => file);
    return { fingerprint, totals, deliveries, files, diagnostics, isSettled, readRows, read };
  } catch {
    return null;
  }
}

/** All of a plan that was kept, for whoever asks for it after all; throws where it cannot be read. */
export function wholePlan(kept: KeptPlan): Plan {
  const read = kept.read();
  if (read === null) throw new Error('the plan that was kept cannot be read');
  return read.plan;
}

/**
 * Keeps a plan for later runs. What changed since `startedAt`, or shortly before it, may not be what was read: then
 * nothing is kept. Gives what it is known by. Never throws: without it, the next run makes its own plan.
 */
export async function keepPlan(
  context: Context,
  ids: readonly string[],
  { plan, jobs, diagnostics, texts }: PlanSources,
  startedAt: Date,
): Promise<Sha256 | null> {
  try {
    const { root, missing } = context.config;
    const isSettled = plan.requests.every(({ status, isFree }) => status === 'stored' || isFree);
    // What may be bought is decided again each time.
    if (mayBuy(missing) && !isSettled) return null;

    const sources = await digestSources(context, ids);
    const pictures = picturesOf(jobs);
    const pictureDigest = digestPictures(root, pictures);
    if (sources === null) return null;
    const changedAtMs = Math.max(sources.changedAtMs, pictureDigest.changedAtMs);
    if (changedAtMs > startedAt.getTime() - clockMarginMs) return null;

    const rows = shownRows(plan.requests).map(packRow);
    const body = `${JSON.stringify(rows)}\n${pack(plan, jobs)}`;
    const parts = [sources.sum, ...[...texts].flat(), pictureDigest.sum];
    const head: Head = {
      fingerprint: sha256(parts.join(' ')),
      totals: plan.totals,
      deliveries: plan.jobs.flatMap(deliveriesOf).length,
      diagnostics,
      isSettled,
      bytes: Buffer.byteLength(body),
      bodySum: sha256(body),
      sources: sources.sum,
      texts: [...texts],
      pictures,
      pictureSum: pictureDigest.sum,
    };
    const path = pathOf(context, ids);
    const line = JSON.stringify(head);
    writeWhole(path, `${sealOf(path, line)}\n${line}\n${body}`);
    forgetOthers(join(path, '..'));
    return head.fingerprint;
  } catch {
    return null;
  }
}

/** A file that is written twice within a tick of the file system's clock looks the same; FAT's takes 2 s. */
export const clockMarginMs = 2000;

/** Kept in the cache, a file for each way to ask. */
export function pathOf({ config }: Context, ids: readonly string[]): string {
  const name = sha256(JSON.stringify([config.root, config.missing, config.provider, ids]));
  return join(config.cacheDir, 'v2', 'plans', name.slice(0, 16));
}

/** What can be known of a plan's sources before there is one. `null`: somebody is buying. */
async function digestSources(
  context: Context,
  ids: readonly string[],
): Promise<{ readonly sum: Sha256; readonly changedAtMs: number } | null> {
  const { config, now } = context;
  const { root, manifests, storeDir, cacheDir, outDir } = config;
  const store = await openStore(context).digest();
  if (store === null) return null;
  const names = digestNames({
    root,
    patterns: manifests,
    ignoredDirs: [...(outDir === null ? [] : [outDir]), cacheDir, storeDir],
  });
  const refusals = digestRefusals(cacheDir);
  const today = now().toISOString().slice(0, 10);
  const parts = [layoutVersion, version, today, JSON.stringify(ids), configText(config)];
  return {
    sum: sha256([...parts, store.sum, names.sum, refusals.sum].join('\n')),
    changedAtMs: Math.max(store.changedAtMs, names.changedAtMs, refusals.changedAtMs),
  };
}

/** Of the files that are kept: a new one where their layout changes. */
const layoutVersion = 5;

/** A plan of a hundred thousand images has 200 MB; what is larger is not read. */
export const maxKeptBytes: number = 512 * 1024 * 1024;

/** All of the config that a plan or its files depend on; functions are not among it. */
function configText({ providers, ...config }: Context['config']): string {
  const described = Object.entries(providers).map(
    ([name, { inputs, apiKeyName, takesOpenAiKey, originalFormat }]) => [
      name,
      inputs,
      apiKeyName,
      takesOpenAiKey,
      originalFormat,
    ],
  );
  return JSON.stringify([config, described]);
}

/** The pictures of the user's that images work from, relative to the root. */
function picturesOf(jobs: readonly Job[]): string[] {
  const paths = jobs.flatMap(({ picture }) =>
    [...picture.inputs, ...(picture.mask === null ? [] : [picture.mask])].flatMap((reference) =>
      reference.kind === 'file' ? [join(reference.place.file, '..', reference.path)] : [],
    ),
  );
  return [...new Set(paths)];
}

function digestPictures(root: string, pictures: readonly string[]) {
  const files = summariseDisk();
  for (const picture of pictures) files.addFile(picture, realPath(root, picture));
  return files.digest();
}

/** Links followed; throws for what they lead out of the root with. */
function realPath(root: string, file: string): string {
  const path = realpathSync.native(resolve(root, file));
  // The same file by another way is not the same to whoever must not read beyond the root.
  if (path !== join(realpathSync.native(root), file)) throw new Error(`${file} is behind a link`);
  return path;
}

/** A row without the names of its fields, which is half as long. */
function packRow(row: ShownRow) {
  const { id, candidate, key, status, reason, provider, model, costUsd, manifest, line } = row;
  const { refusal, isFree, size } = row;
  const shown = [id, candidate, key, status, reason, provider, model, costUsd] as const;
  return [...shown, manifest, line, refusal, isFree, size] as const;
}

function unpackRows(text: Buffer): ShownRow[] | null {
  try {
    const rows = JSON.parse(text.toString('utf8')) as ReturnType<typeof packRow>[];
    return rows.map((row) => {
      const [id, candidate, key, status, reason, provider, model, costUsd] = row;
      const [, , , , , , , , manifest, line, refusal, isFree, size] = row;
      return {
        id,
        candidate,
        key,
        status,
        reason,
        provider,
        model,
        costUsd,
        manifest,
        line,
        refusal,
        isFree,
        size,
      };
    });
  } catch {
    return null;
  }
}

/** A plan as JSON, each thing once: a request is in its record too, and a job in its rows. */
function pack(plan: Plan, jobs: readonly Job[]): string {
  const places = new Map(jobs.map((job, index) => [job, index]));
  const requests = plan.requests.map(({ job, request, stored, ...row }) => ({
    ...row,
    job: places.get(job),
    ...(stored?.kind === 'record'
      ? { record: { ...stored.record, request } }
      : { request, stored }),
  }));
  return JSON.stringify({ jobs, planned: plan.jobs.map((job) => places.get(job)), requests });
}

function unpack(
  text: Buffer,
  totals: PlanTotals,
  diagnostics: readonly Diagnostic[],
): Omit<PlanSources, 'texts'> | null {
  try {
    const { jobs, planned, requests } = JSON.parse(text.toString('utf8')) as {
      jobs: Job[];
      planned: number[];
      requests: ({ job: number; record?: { request: unknown } } & Record<string, unknown>)[];
    };
    const rows = requests.map(({ job, record, ...row }) => ({
      ...row,
      job: jobs[job],
      ...(record !== undefined && {
        request: record.request,
        stored: { kind: 'record', record },
      }),
    }));
    return {
      plan: {
        jobs: planned.map((index) => jobs[index]!),
        requests: rows as unknown as PlannedRequest[],
        totals,
      },
      jobs,
      diagnostics,
    };
  } catch {
    return null;
  }
}

/** Other ways to ask leave files too: the oldest are removed. */
function forgetOthers(folder: string): void {
  const files = readdirSync(folder)
    .filter((name) => keptName.test(name))
    .map((name) => join(folder, name));
  const byAge = files.toSorted((a, b) => lstatSync(b).mtimeMs - lstatSync(a).mtimeMs);
  for (const file of byAge.slice(keptFiles)) unlinkSync(file);
}

/** What `pathOf` names, and what is beside it. */
const keptName = /^[0-9a-f]{16}(\.(outputs|deliveries))?(\.[0-9a-f]{12}\.tmp)?$/;

const keptFiles = 24;
