import type { Context } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { keysOf } from './keys-of.ts';
import { roundUsd } from '../plan/estimate-cost.ts';
import { toBuy } from '../plan/to-buy.ts';
import { lazyProviders } from './providers.ts';
import type { CostRange, Plan, PlannedRequest } from '../types.ts';

/**
 * Everything that a run may be refused for before it spends or writes anything. Throws `originals-missing` where what
 * is missing may not be bought, `over-budget`, `api-key-missing`, or `key-not-allowed`.
 */
export function refusePlan(plan: Plan, context: Context): void {
  const { config } = context;
  const wanted = toBuy(plan.requests);
  if (wanted.length === 0 || config.missing === 'standin') return;
  if (config.missing === 'fail') refuseMissing(plan, wanted);
  if (config.maxCostUsd !== null)
    refuseUnaffordable(plan, wanted, config.maxCostUsd, config.allowUnpriced);
  refuseKeyless(wanted, context);
}

function refuseMissing(plan: Plan, wanted: readonly PlannedRequest[]): never {
  const list = wanted.map(
    (row) =>
      `  ${nameOf(row)}  ${row.reason}  ${formatRange(row.costUsd)}  ${row.manifest}:${row.line}`,
  );
  const total = formatRange(plan.totals.costUsd);
  throw new TintypeError(
    'originals-missing',
    [
      `${wanted.length} ${wanted.length === 1 ? 'original is' : 'originals are'} missing, and none may be bought here (missing: fail); nothing was done`,
      ...list,
      `Together ${total}. Run tintype where there is a key and commit the store, or set missing to "standin" or "buy".`,
    ].join('\n'),
  );
}

function refuseUnaffordable(
  { totals }: Plan,
  wanted: readonly PlannedRequest[],
  maxCostUsd: number,
  allowUnpriced: boolean,
): void {
  const unpriced = wanted.filter(({ costUsd }) => costUsd === null);
  if (unpriced.length > 0 && !allowUnpriced) {
    throw new TintypeError(
      'over-budget',
      `there is a budget of ${formatUsd(maxCostUsd)}, and the price of ${unpriced.map(nameOf).join(', ')} is unknown; state it under models in the config, or set allowUnpriced`,
    );
  }
  const high = totals.costUsd?.high ?? 0;
  if (high > maxCostUsd) {
    throw new TintypeError(
      'over-budget',
      `this may cost up to ${formatUsd(high)}, and the budget is ${formatUsd(maxCostUsd)}; nothing was bought. Raise maxCostUsd, or ask for fewer or smaller pictures`,
    );
  }
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
          ? `${nameOf(planned)} has to be bought, and ${message}; set it, or set provider to "offline" or missing to "standin" for drawings in its place`
          : `${place}: ${message}`;
      throw new TintypeError(code, `${words}. Nothing was done`, { imageId: planned.id });
    }
  }
}

function nameOf({ id, candidate }: PlannedRequest): string {
  return candidate === null ? id : `${id} (candidate ${candidate})`;
}

function formatRange(range: CostRange | null): string {
  if (range === null) return 'price unknown';
  return range.low === range.high
    ? formatUsd(range.high)
    : `${formatUsd(range.low)} to ${formatUsd(range.high)}`;
}

function formatUsd(usd: number): string {
  return `$${roundUsd(usd).toFixed(usd !== 0 && usd < 1 ? 4 : 2)}`;
}
