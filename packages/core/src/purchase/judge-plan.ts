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
  const wanted = toBuy(plan.requests);
  let openElsewhere: JudgedPlan['openElsewhere'] = new Map();
  if (config.missing !== 'standin' && !canBuy(context)) refuseMissing(plan, context);
  if (wanted.length > 0 && config.missing !== 'standin') {
    if (!resources.ordersBatches) refuseToOrder(wanted);
    refuseUnpriced(wanted, context);
    refuseUnaffordable(plan, wanted, context, resources.budget);
    await refuseDay(plan, context, resources.store);
    // With workers, the keys are theirs, and each worker checks its own.
    if (context.workers == null) refuseKeyless(wanted, context);
    await warnOfLostStore(context, resources);
    await refuseDamagedBatches(resources.store);
    openElsewhere = await resources.store.prepareToBuy(keysIn(wanted));
    if (config.missing === 'ask') await ask(plan, wanted, context);
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
function keysIn(wanted: readonly PlannedRequest[]): Key[] {
  return [...new Set(wanted.flatMap(({ key }) => (key === null ? [] : [key])))];
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
  wanted: readonly PlannedRequest[],
  { confirm, signal }: Context,
): Promise<void> {
  const inBatch = wanted.filter(({ pays }) => pays === 'batch').length;
  const isYes = await confirm?.({
    pictures: wanted.length,
    ...(inBatch > 0 && { inBatch }),
    costUsd: hasUnpriced(wanted) ? null : (plan.totals.costUsd?.high ?? null),
    providers: [...new Set(wanted.map(({ provider }) => provider))],
  });
  if (signal.aborted) throw new TintypeError('interrupted', 'interrupted; nothing was bought');
  if (isYes !== true) throw missingError(plan, wanted, 'the answer was no');
}

function whyNot({ config: { missingSetBy, missing } }: Context): string {
  return missing === 'ask'
    ? 'there is no terminal to ask on, and no option says to buy'
    : `missing: fail, set by ${missingSetBy}`;
}

/** What was ordered in a batch is missing, too, until it is collected. */
function refuseMissing(plan: Plan, context: Context): void {
  const wanted = toBuy(plan.requests);
  const ordered = inBatches(plan.requests);
  if (wanted.length > 0) throw missingError(plan, wanted, whyNot(context));
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
function refuseToOrder(wanted: readonly PlannedRequest[]): void {
  const rows = wanted.filter(({ pays }) => pays === 'batch');
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

function missingError(plan: Plan, wanted: readonly PlannedRequest[], why: string): TintypeError {
  const list = wanted.map(
    (row) =>
      `  ${nameOf(row)}  ${row.reason}  ${moneyRange(row.costUsd, ' to ')}  ${placeTextOf(row)}`,
  );
  const { missing } = spendingVariables;
  const ordered = inBatches(plan.requests);
  return new TintypeError(
    'originals-missing',
    [
      `${wanted.length} ${wanted.length === 1 ? 'original is' : 'originals are'} missing, and none may be bought here (${why}); nothing was done`,
      ...list,
      ...(ordered.length === 0 ? [] : [`Besides, ${orderedText(ordered)}.`]),
      `Together ${moneyRange(plan.totals.costUsd, ' to ')}. Run tintype where there is a key and commit the store, or set missing to "standin" or "buy" in the config; ${missing} in the environment wins over it, in CI too.`,
    ].join('\n'),
    { place: placeOf(wanted) },
  );
}

function hasUnpriced(wanted: readonly PlannedRequest[]): boolean {
  return wanted.some(({ costUsd }) => costUsd === null);
}

/**
 * A price that is not a number is always refused. An unknown price is refused if a budget is set. The default budget only
 * warns about it if a person chose to buy. In CI it refuses it, because a stranger may have started the run.
 */
function refuseUnpriced(wanted: readonly PlannedRequest[], context: Context): void {
  const absurd = wanted.filter(({ costUsd }) => costUsd !== null && !fits(costUsd.high, null));
  if (absurd.length > 0) {
    throw new TintypeError(
      'over-budget',
      `the price of ${absurd.map(nameOf).join(', ')} is not a finite number of dollars; check its inputs, and models in the config. Nothing was bought`,
    );
  }
  const unpriced = wanted.filter(({ costUsd }) => costUsd === null);
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
  wanted: readonly PlannedRequest[],
  { config: { maxCostUsd, ci } }: Context,
  budget: RunBudget,
): void {
  const { costUsd, unpriced } = shard?.run ?? totals;
  const high = costUsd === null && unpriced > 0 ? 0 : costUsd?.high;
  const left = budget.leftUsd();
  if (fits(high ?? Number.NaN, left)) return;
  const limit = maxCostUsd ?? 0;
  const spent = left !== null && left < limit ? `, of which ${money(left)} is left` : '';
  const isDefault = limit === defaultMaxCostUsd ? ', the default' : '';
  throw new TintypeError(
    'over-budget',
    `${whatCosts(shard)} may cost up to ${money(high ?? Number.NaN)}, and the budget is ${money(limit)} a run${isDefault}${spent}; nothing was bought. ${raise('maxCostUsd', ci)}, or ask for fewer or smaller pictures`,
    { option: 'maxCostUsd', place: placeOf(wanted) },
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

function refuseKeyless(wanted: readonly PlannedRequest[], context: Context): void {
  const providers = lazyProviders(context);
  for (const planned of wanted) {
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
