import { relative } from 'node:path';
import { money, moneyRange } from '../amounts.ts';
import { canBuy, type Context, report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { inBatches, orderedText } from '../plan/in-batches.ts';
import { toBuy } from '../plan/to-buy.ts';
import { fits } from './budget.ts';
import type { Store } from '../store/store.ts';
import { defaultMaxCostUsd, spendingVariables } from '../project/spending-policy.ts';
import type { Key, OpenAttempt, Plan, PlannedRequest } from '../types.ts';
import { dayBudget } from './day-budget.ts';
import { keysOf } from './keys-of.ts';
import { lazyProviders } from './providers.ts';
import type { RunBudget } from './run-budget.ts';

const judged = Symbol('judged');

/**
 * A plan that policy and budget allow. If no setting decides, a person was asked. Nothing is bought
 * without one, and only `judgePlan` makes one, because this file does not export the symbol.
 */
export interface JudgedPlan extends Plan {
  readonly [judged]: true;
  /** The attempts of other machines that were open when it was judged. */
  readonly openElsewhere: ReadonlyMap<Key, OpenAttempt>;
}

/** What `judgePlan` needs besides the context. */
export interface RunResources {
  readonly store: Store;
  /** The budget that the run has left. */
  readonly budget: RunBudget;
}

interface Judging extends RunResources {
  /** Whether pictures that go in batches are ordered now. Only a command does that, never a build or a page. */
  readonly ordersBatches: boolean;
}

/**
 * Checks everything for which a run may be refused, before it spends or writes anything. Rejects with `originals-missing`
 * if missing pictures may not be bought, `over-budget`, `api-key-missing`, `key-not-allowed`, or `interrupted`; and as
 * `Store.prepareToBuy`.
 */
export async function judgePlan(
  plan: Plan,
  context: Context,
  resources: Judging,
): Promise<JudgedPlan> {
  const { config } = context;
  const missing = toBuy(plan.requests);
  let openElsewhere: JudgedPlan['openElsewhere'] = new Map();
  if (config.missing !== 'standin' && !canBuy(context)) refuseMissing(plan, context);
  if (missing.length > 0 && config.missing !== 'standin') {
    if (!resources.ordersBatches) refuseToOrder(missing);
    refuseUnpriced(missing, context);
    refuseUnaffordable(plan, missing, context, resources.budget);
    await refuseDay(plan, context, resources.store);
    // Workers have keys of their own, and check them. The run itself orders batches.
    const ownPurchases = missing.filter(({ pays }) => context.workers == null || pays === 'batch');
    refuseKeyless(ownPurchases, context);
    await warnOfLostStore(context, resources);
    await refuseDamagedBatches(resources.store);
    openElsewhere = await resources.store.prepareToBuy(keysIn(missing));
    if (config.missing === 'ask') await ask(plan, missing, context);
  }
  return { ...plan, openElsewhere, [judged]: true };
}

/**
 * A damaged batch no longer names its pictures, so a picture that is wanted now may be in it,
 * already ordered.
 */
async function refuseDamagedBatches(store: Store): Promise<void> {
  for (const batch of await store.batches())
    if (batch.kind === 'damaged')
      throw new TintypeError('record-damaged', `nothing was bought: ${batch.reason}`);
}

/** The keys of the requests, as far as they are known. */
function keysIn(rows: readonly PlannedRequest[]): Key[] {
  return [...new Set(rows.flatMap(({ key }) => (key === null ? [] : [key])))];
}

/**
 * Warns once in each run that the store is not committed: its pictures would be lost with the
 * folder.
 */
async function warnOfLostStore(context: Context, { budget, store }: RunResources): Promise<void> {
  if (warned.has(budget)) return;
  warned.add(budget);
  const { config } = context;
  const why = await store.versionControl?.whyNotCommitted();
  if (why == null) return;
  const message = `the store ${relative(config.root, config.storeDir) || '.'} ${why}, so pictures are not committed, and other machines buy them again; commit it, or set store.dir to a folder that is committed`;
  report(context, { type: 'warning', code: 'store-not-committed', message });
}

const warned = new WeakSet<RunBudget>();

async function ask(
  plan: Plan,
  missing: readonly PlannedRequest[],
  context: Context,
): Promise<void> {
  const { confirm, signal } = context;
  const inBatch = missing.filter(({ pays }) => pays === 'batch').length;
  const isYes = await confirm?.({
    pictures: missing.length,
    ...(inBatch > 0 && { inBatch }),
    costUsd: hasUnpriced(missing) ? null : (plan.totals.costUsd?.high ?? null),
    providers: [...new Set(missing.map(({ provider }) => provider))],
  });
  if (signal.aborted) throw new TintypeError('interrupted', 'interrupted; nothing was bought');
  if (isYes !== true) throw missingError(plan, missing, 'the answer was no', context);
}

function whyNot({ boughtBy = null, config: { missingSetBy, missing } }: Context): string {
  if (boughtBy !== null) return `this build never buys; ${boughtBy} does`;
  return missing === 'ask'
    ? 'there is no terminal to ask on, and no option says to buy'
    : `missing: fail, set by ${missingSetBy}`;
}

/** What was ordered in a batch is missing, too, until it is collected. */
function refuseMissing(plan: Plan, context: Context): void {
  const missing = toBuy(plan.requests);
  const ordered = inBatches(plan.requests);
  if (missing.length > 0) throw missingError(plan, missing, whyNot(context), context);
  if (ordered.length === 0) return;
  throw new TintypeError(
    'originals-missing',
    [`${orderedText(ordered)} where there is a key, and commit the store. Nothing was done`]
      .concat(ordered.map((row) => `  ${nameOf(row)}  ${row.reason}  ${placeTextOf(row)}`))
      .join('\n'),
    { option: 'missing', place: placeOf(ordered) },
  );
}

/** A build never orders a batch, nor does it buy at the full price what its image orders in one. */
function refuseToOrder(missing: readonly PlannedRequest[]): void {
  const rows = missing.filter(({ pays }) => pays === 'batch');
  if (rows.length === 0) return;
  const are = rows.length === 1 ? 'original is' : 'originals are';
  throw new TintypeError(
    'originals-missing',
    [
      `${rows.length} ${are} missing, which tintype orders in a batch (batch: true in the manifest) and nothing else buys; nothing was done. Run tintype, and tintype batch collect within a day, or say batch: false`,
      ...rows.map(
        (row) => `  ${nameOf(row)}  ${moneyRange(row.costUsd, ' to ')}  ${placeTextOf(row)}`,
      ),
    ].join('\n'),
    { option: 'missing', place: placeOf(rows) },
  );
}

function missingError(
  plan: Plan,
  rows: readonly PlannedRequest[],
  why: string,
  { boughtBy = null }: Context,
): TintypeError {
  const list = rows.map(
    (row) =>
      `  ${nameOf(row)}  ${row.reason}  ${moneyRange(row.costUsd, ' to ')}  ${placeTextOf(row)}`,
  );
  const { missing } = spendingVariables;
  const remedy =
    boughtBy === null
      ? `Run tintype where there is a key and commit the store, or set missing to "standin" or "buy" in the config; ${missing} in the environment wins over it, in CI too.`
      : `Run ${boughtBy} where there is a key and commit the store, or set missing to "standin" in the config or ${missing}=standin in the environment`;
  const ordered = inBatches(plan.requests);
  return new TintypeError(
    'originals-missing',
    [
      `${rows.length} ${rows.length === 1 ? 'original is' : 'originals are'} missing, and none may be bought here (${why}); nothing was done`,
      ...list,
      ...(ordered.length === 0 ? [] : [`Besides, ${orderedText(ordered)}.`]),
      `Together ${moneyRange(plan.totals.costUsd, ' to ')}. ${remedy}`,
    ].join('\n'),
    { place: placeOf(rows) },
  );
}

function hasUnpriced(rows: readonly PlannedRequest[]): boolean {
  return rows.some(({ costUsd }) => costUsd === null);
}

/**
 * A price that is not a number is always refused. An unknown price is refused if a budget is set. The default budget only
 * warns about it if a person chose to buy. In CI it refuses it, because a stranger may have started the run.
 */
function refuseUnpriced(missing: readonly PlannedRequest[], context: Context): void {
  const absurd = missing.filter(({ costUsd }) => costUsd !== null && !fits(costUsd.high, null));
  if (absurd.length > 0) {
    throw new TintypeError(
      'over-budget',
      `the price of ${absurd.map(nameOf).join(', ')} is not a finite number of dollars; check its inputs, and models in the config. Nothing was bought`,
    );
  }
  const unpriced = missing.filter(({ costUsd }) => costUsd === null);
  const { maxCostUsd, maxCostUsdPerDay, isBudgetSet, allowUnpriced, ci } = context.config;
  const limit = maxCostUsd ?? maxCostUsdPerDay;
  if (unpriced.length === 0 || allowUnpriced || limit === null) return;
  const names = unpriced.map(nameOf).join(', ');
  if (!isBudgetSet && maxCostUsdPerDay === null && ci === null) {
    const message = `the price of ${names} is unknown, so the default budget does not count it; state it under models in the config`;
    report(context, { type: 'warning', code: 'price-unknown', message });
    return;
  }
  const remedy =
    ci === null
      ? 'state it under models in the config, set allowUnpriced: true, or set no budget (maxCostUsd: null)'
      : `state it under models in a config that is code (.ts, .js); in CI, allowUnpriced in a config is not enough, and ${spendingVariables.maxCostUsd}=none in the environment sets no budget`;
  throw new TintypeError(
    'over-budget',
    `there is a budget of ${money(limit)}, and the price of ${names} is unknown; ${remedy}. Nothing was bought`,
    { option: 'allowUnpriced', place: placeOf(unpriced) },
  );
}

/**
 * The budget is for the whole run: even a shard that fits the budget is refused if all shards
 * together do not fit.
 */
function refuseUnaffordable(
  { totals, shard }: Plan,
  missing: readonly PlannedRequest[],
  { config: { maxCostUsd, ci } }: Context,
  budget: RunBudget,
): void {
  const { costUsd, unpriced } = shard?.run ?? totals;
  const high = costUsd === null && unpriced > 0 ? 0 : costUsd?.high;
  const leftUsd = budget.leftUsd();
  if (fits(high ?? Number.NaN, leftUsd)) return;
  const limit = maxCostUsd ?? 0;
  const spent = leftUsd !== null && leftUsd < limit ? `, of which ${money(leftUsd)} is left` : '';
  const isDefault = limit === defaultMaxCostUsd ? ', the default' : '';
  throw new TintypeError(
    'over-budget',
    `${whatCosts(shard)} may cost up to ${money(high ?? Number.NaN)}, and the budget is ${money(limit)} a run${isDefault}${spent}; nothing was bought. ${raise('maxCostUsd', ci)}, or ask for fewer or smaller pictures`,
    { option: 'maxCostUsd', place: placeOf(missing) },
  );
}

function whatCosts(shard: Plan['shard']): string {
  return shard === null ? 'this' : `what all ${shard.count} shards have to buy`;
}

async function refuseDay({ totals, shard }: Plan, context: Context, store: Store): Promise<void> {
  const { maxCostUsdPerDay, ci } = context.config;
  if (maxCostUsdPerDay === null) return;
  const spentUsd = await dayBudget(context, store).spentUsd();
  const high = (shard?.run ?? totals).costUsd?.high ?? 0;
  if (fits(spentUsd + high, maxCostUsdPerDay)) return;
  throw new TintypeError(
    'over-budget',
    `${whatCosts(shard)} may cost up to ${money(high)}; ${money(spentUsd)} was spent today (UTC), and the budget of a day is ${money(maxCostUsdPerDay)}. Nothing was bought. ${raise('maxCostUsdPerDay', ci)}, or run again tomorrow`,
    { option: 'maxCostUsdPerDay' },
  );
}

/** How to raise a budget. In CI a config cannot. */
export function raise(option: 'maxCostUsd' | 'maxCostUsdPerDay', ci: string | null): string {
  const variable = spendingVariables[option];
  return ci === null || option === 'maxCostUsdPerDay'
    ? `Raise ${option} in the config, or ${variable} in the environment ("none": no limit)`
    : `Raise ${variable} in the environment: in CI, ${option} in a config only lowers it`;
}

function refuseKeyless(missing: readonly PlannedRequest[], context: Context): void {
  const providers = lazyProviders(context);
  for (const planned of missing) {
    const place = `${nameOf(planned)} (${planned.manifest}:${planned.line})`;
    try {
      keysOf(planned.job, planned.provider, providers(planned.provider), context);
    } catch (error) {
      if (!(error instanceof TintypeError)) throw error;
      const { code, message } = error;
      const words =
        code === 'api-key-missing'
          ? `${nameOf(planned)} has to be bought, and ${message}; set it in the environment or in .env.local, or set provider to "offline" or missing to "standin" for free stand-ins`
          : `${place}: ${message}`;
      throw new TintypeError(code, `${words}. Nothing was done`, {
        imageId: planned.id,
        place: placeOf([planned]),
      });
    }
  }
}

function placeTextOf({ manifest, line }: PlannedRequest): string {
  return `${manifest}:${line}`;
}

/** The place of the first of them in its manifest. */
function placeOf([first]: readonly PlannedRequest[]): TintypeError['place'] {
  return first === undefined ? null : { file: first.manifest, line: first.line };
}

function nameOf({ id, candidate }: PlannedRequest): string {
  return candidate === null ? id : `${id} (candidate ${candidate})`;
}
