import {
  type CostsBy,
  type CostsByWay,
  count,
  type EstimatedCosts,
  type GroupCosts,
  type ModelCosts,
  money,
  moneyRange,
  type PictureCosts,
} from '@tintype/core';
import { sumRanges } from '@tintype/core/internal';
import { cleanLine } from './clean.ts';
import { table, type Column } from './table.ts';

const ways: readonly Column[] = [
  { title: 'DIRECT', align: 'right' },
  { title: 'COST', align: 'right', isWhole: true },
  { title: 'IN BATCHES', align: 'right' },
  { title: 'COST', align: 'right', isWhole: true },
];

/** Formats what pictures cost for a person: a row for each model, and the sum. */
export function costsTable(models: readonly ModelCosts[]): string {
  return costsText(
    [{ title: 'PROVIDER' }, { title: 'MODEL' }],
    models.map((costs) => ({ costs, names: [costs.provider, costs.model] })),
  );
}

/** The same with a row for each group. */
export function groupsTable(by: CostsBy, groups: readonly GroupCosts[]): string {
  return costsText(
    [{ title: by.toUpperCase() }],
    groups.map((costs) => ({ costs, names: [costs.name ?? '(not known)'] })),
  );
}

interface Row {
  readonly names: readonly string[];
  readonly costs: CostsByWay;
}

function costsText(columns: readonly Column[], rows: readonly Row[]): string {
  if (rows.length === 0) return 'Nothing was bought.\n';
  const cells = rows.map(({ names, costs: { direct, batch } }) =>
    [...names, ...way(direct), ...way(batch)].map(cleanLine),
  );
  const all = rows.flatMap(({ costs: { direct, batch } }) => [direct, batch]);
  const sum = (of: keyof PictureCosts) => all.reduce((total, one) => total + one[of], 0);
  const batches = rows.reduce((total, { costs }) => total + costs.batch.costUsd, 0);
  const unknown = sum('unknown') === 0 ? '' : `, and ${sum('unknown')} at an unknown cost`;
  const part = batches === 0 ? '' : ` (${money(batches)} of it in batches)`;
  const estimates = rows.flatMap(({ costs: { estimated } }) => estimated);
  return `${table([...columns, ...ways], cells).join('\n')}\n\n${count(sum('pictures'), 'picture')}: ${money(sum('costUsd'))}${part}${unknown}\n${estimateLine(estimates)}`;
}

/** What the requests are estimated at today, and what they cost. */
function estimateLine(estimates: readonly EstimatedCosts[]): string {
  const sum = (of: (one: EstimatedCosts) => number) =>
    estimates.reduce((total, one) => total + of(one), 0);
  const pictures = sum((one) => one.pictures);
  if (pictures === 0) return '';
  const range = sumRanges(estimates.map(({ estimateUsd }) => estimateUsd));
  return `Estimated today: ${moneyRange(range)} for ${count(pictures, 'picture')} that cost ${money(sum((one) => one.costUsd))}\n`;
}

function way({ pictures, costUsd, unknown }: PictureCosts): string[] {
  return [String(pictures), unknown === 0 ? money(costUsd) : `${money(costUsd)}+?`];
}
