import { join, relative } from 'node:path';
import { isThere } from '../fs/is-there.ts';
import { count } from '../amounts.ts';
import { copyVariants, openCache } from '../cache/open-cache.ts';
import { type Context, report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { isOutside } from '../fs/is-outside.ts';
import { refuseLinksBelow } from '../fs/refuse-links-below.ts';
import { generate, type GenerateResult } from '../generate.ts';
import { openRefusals } from '../purchase/refusals.ts';
import { shardName } from '../shard.ts';
import { openStore } from '../store/open-store.ts';
import { adoptPurchases } from './adopt-purchases.ts';
import { readPlan } from './read-plan.ts';
import { readShardReports, type ShardReport } from './shard-report.ts';
import { openSigner } from '../signer.ts';
import { wantedVariants } from './wanted-variants.ts';
import { noteBetterFiles } from '../unchanged/better-files.ts';
import { sumUsd } from '../usd.ts';

/** What all shards did, as if they had been one run, and the state of the files now. */
export interface MergeResult extends GenerateResult {
  /** How many purchases are new in the store. */
  readonly adopted: number;
  /** The report of each shard. */
  readonly shards: readonly ShardReport[];
}

/**
 * Joins the work of shards on other machines: copies their purchases into the store and their encoded files into the cache,
 * then writes the files of the whole project. Buys nothing. `folders`: absolute; each has the store and the cache of a
 * shard in the places where this project has its own. All of it is checked: see `adoptPurchases` and `copyVariants`.
 *
 * Rejects with `usage` for a folder that has neither, or a link; with the TintypeErrors of `generate`. `originals-missing`:
 * a shard is missing or failed; the store then has the purchases of the others.
 */
export async function mergeShards(
  context: Context,
  folders: readonly string[],
): Promise<MergeResult> {
  const whole = { ...context, shard: null, config: withoutBuying(context.config) };
  const { config } = whole;
  const places = await Promise.all(folders.map((folder) => placesIn(folder, config)));

  const store = await openStore(whole);
  let adopted = 0;
  for (const { root, storeDir } of places) {
    if (storeDir === null) continue;
    const theirs = await openStore({
      ...whole,
      config: { ...config, root, storeDir, storeRemote: null },
    });
    adopted += await adoptPurchases(theirs, store);
  }

  const shards: ShardReport[] = [];
  const cacheDirs = places.flatMap(({ cacheDir }) => cacheDir ?? []);
  const refusals = openRefusals(config.cacheDir);
  for (const cacheDir of cacheDirs) {
    shards.push(...(await readShardReports(cacheDir)));
    for (const refusal of await openRefusals(cacheDir).all()) await refusals.remember(...refusal);
  }
  reportShards(whole, shards);

  const silent = { ...whole, report: () => {} };
  const { plan } = await readPlan(silent, store, { ids: [], mayFetch: false, mayBuy: false });
  const cache = openCache(config);
  const signer = await openSigner(context);
  const variants = wantedVariants(plan, store, config.effort, signer?.identity ?? null);
  for (const cacheDir of cacheDirs) await copyVariants(cacheDir, cache, variants);
  await cache.close();
  await noteBetterFiles(config.cacheDir);

  const bill = billOf(shards);
  const asOneRun: Context = {
    ...whole,
    report: (event) => context.report(event.type === 'done' ? { ...event, ...bill } : event),
  };
  const result = await generate(asOneRun).catch((error: unknown) => {
    throw explained(error, adopted);
  });
  return { ...result, ...bill, adopted, shards };
}

/** Stand-ins are still drawn if the project allows them. */
function withoutBuying(config: Context['config']): Context['config'] {
  if (config.missing === 'standin') return config;
  return { ...config, missing: 'fail', missingSetBy: 'tintype merge, which buys nothing' };
}

interface ShardPlaces {
  readonly root: string;
  /** `null`: there is none. */
  readonly storeDir: string | null;
  readonly cacheDir: string | null;
}

/** Where a shard's store and cache are. Throws `usage`. */
async function placesIn(
  root: string,
  config: Pick<Context['config'], 'root' | 'storeDir' | 'cacheDir'>,
): Promise<ShardPlaces> {
  const placeOf = async (own: string): Promise<string | null> => {
    if (isOutside(config.root, own)) return null;
    const place = join(root, relative(config.root, own));
    if (!isThere(place)) return null;
    await refuseLinksBelow(root, place);
    return place;
  };
  const [storeDir, cacheDir] = [await placeOf(config.storeDir), await placeOf(config.cacheDir)];
  if (storeDir !== null || cacheDir !== null) return { root, storeDir, cacheDir };
  const looked = [config.storeDir, config.cacheDir].map((dir) => relative(config.root, dir));
  throw new TintypeError(
    'usage',
    `${root} is not the folder of a shard: there is no ${looked.join(', and no ')}. Name a folder that has them in the same places as the project, such as the artefact of a shard's job`,
  );
}

/** Reports which shards are missing, and what failed in the others. */
function reportShards(context: Context, shards: readonly ShardReport[]): void {
  const warn = (code: string, message: string) => {
    report(context, { type: 'warning', code, message });
  };
  for (const { shard, failed } of shards)
    for (const { id, candidate, code, message } of failed)
      warn(code, `${shardName(shard)}: ${id}${candidate ? `@${candidate}` : ''}: ${message}`);
  for (const total of new Set(shards.map(({ shard }) => shard.count))) {
    const there = new Set(shards.map(({ shard }) => shard.count === total && shard.index));
    const all = Array.from({ length: total }, (_, at) => at + 1);
    const missing = all.filter((index) => !there.has(index)).map((index) => `${index}/${total}`);
    if (missing.length === 0) continue;
    const names = [...missing.slice(0, 10), ...(missing.length > 10 ? ['…'] : [])].join(', ');
    warn(
      'shard-missing',
      `there is no report of ${count(missing.length, 'shard')} (${names}): ${missing.length === 1 ? 'its run did not end by itself, or its folder was' : 'their runs did not end by themselves, or their folders were'} not named`,
    );
  }
}

function billOf(
  shards: readonly ShardReport[],
): Pick<GenerateResult, 'bought' | 'costUsd' | 'maybeBilledUsd'> {
  return {
    bought: shards.reduce((sum, { done }) => sum + done.bought, 0),
    costUsd: sumUsd(shards.map(({ done }) => done.costUsd)),
    maybeBilledUsd: sumUsd(shards.map(({ done }) => done.maybeBilledUsd)),
  };
}

function explained(error: unknown, adopted: number): unknown {
  if (!(error instanceof TintypeError) || error.code !== 'originals-missing') return error;
  const { message, place } = error;
  return new TintypeError(
    error.code,
    `${count(adopted, 'purchase')} of the shards ${adopted === 1 ? 'is' : 'are'} in the store now. No files were written: ${message}`,
    { place, cause: error },
  );
}
