import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { inCache } from '../in-cache.ts';
import type { Event } from '../events.ts';
import { readRegular } from '../fs/read-regular.ts';
import { removeFile } from '../fs/remove-file.ts';
import { writeAtomic } from '../fs/write-atomic.ts';
import { count, line, parseJson, usd } from '../schema.ts';
import type { Shard } from '../types.ts';

/** How the run of a shard ended, for `mergeShards`: `<cacheDir>/v2/shards/2-of-5.json`. */
export interface ShardReport {
  readonly version: 1;
  readonly shard: Shard;
  /** As in the `done` event. */
  readonly done: Omit<Extract<Event, { type: 'done' }>, 'type' | 'shard'>;
  /** As in the `failed` events. */
  readonly failed: readonly ShardFailure[];
}

export type ShardFailure = Pick<
  Extract<Event, { type: 'failed' }>,
  'id' | 'code' | 'message' | 'maybeBilled'
> & { readonly candidate?: number | undefined };

/** Never rejects, because a cache that cannot be written has been reported already. */
export async function writeShardReport(
  cacheDir: string,
  shard: Shard,
  done: ShardReport['done'],
  failures: readonly ShardFailure[],
): Promise<void> {
  const failed = failures.map(({ id, candidate, code, message, maybeBilled }) => {
    return { id, candidate, code, message, maybeBilled };
  });
  const report: ShardReport = { version: 1, shard, done, failed };
  const path = join(folderOf(cacheDir), `${shard.index}-of-${shard.count}.json`);
  await writeAtomic(path, `${JSON.stringify(report)}\n`).catch(() => {});
}

/** Removes reports of earlier runs, which a CI may have restored with the cache. Never rejects. */
export async function removeShardReports(cacheDir: string): Promise<void> {
  const paths = await reportsIn(cacheDir);
  await Promise.all(paths.map((path) => removeFile(path).catch(() => {})));
}

/** The reports of the shards that used a cache. Leaves out damaged reports. Never rejects. */
export async function readShardReports(cacheDir: string): Promise<readonly ShardReport[]> {
  const paths = await reportsIn(cacheDir);
  const texts = await Promise.all(
    paths.map((path) => readRegular(path, maxBytes).then(String, () => '')),
  );
  return texts.flatMap((text) => {
    const parsed = parseJson(reportSchema, text);
    return parsed.kind === 'value' ? [parsed.value] : [];
  });
}

async function reportsIn(cacheDir: string): Promise<string[]> {
  const names = await readdir(folderOf(cacheDir)).catch(() => []);
  return names
    .filter((name) => /^\d{1,4}-of-\d{1,4}\.json$/.test(name))
    .map((name) => join(folderOf(cacheDir), name));
}

function folderOf(cacheDir: string): string {
  return inCache(cacheDir, 'shards');
}

/** Enough for the failures of a hundred thousand images. */
const maxBytes = 64 * 1024 * 1024;

/** A report comes from another machine, and its texts are shown. */
const reportSchema = v.object({
  version: v.literal(1),
  shard: v.pipe(
    v.object({ index: count(9999), count: count(9999) }),
    v.check(({ index, count: shards }) => index >= 1 && index <= shards),
  ),
  done: v.object({
    delivered: count(),
    bought: count(),
    failed: count(),
    pending: count(),
    costUsd: v.nullable(usd),
    maybeBilledUsd: v.nullable(usd),
    written: count(),
    removed: count(),
  } satisfies Record<keyof ShardReport['done'], v.GenericSchema>),
  failed: v.array(
    v.object({
      id: line(1000),
      candidate: v.optional(count(100)),
      code: line(100),
      message: v.pipe(v.string(), v.maxLength(10_000)),
      maybeBilled: v.boolean(),
    } satisfies Record<keyof ShardFailure, v.GenericSchema>),
  ),
});
