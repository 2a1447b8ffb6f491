import {
  type CostRange,
  count,
  inBatches,
  money,
  moneyRange,
  orderedText,
  type PlannedShard,
  type PlanTotals,
  type ShownPlan,
  type ShownRow,
} from '@tintype/core';
import { cleanLine } from './clean.ts';
import type { Colors } from './colors.ts';
import { nameOf } from './name-of.ts';
import { displayWidth, table, type Column } from './table.ts';
import { wrap } from './wrap.ts';

export interface PlanTotalsOptions {
  readonly maxCostUsd: number | null;
  /** The rows that would be bought, with each picture once. */
  readonly toBuy: readonly ShownRow[];
}

/**
 * Formats a plan for a person: a row for each picture, notes on unusual ones, and the cost. `width`: the terminal's columns;
 * `maxCostUsd`: the budget, if there is one.
 */
export function planTable(
  plan: Pick<ShownPlan, 'rows' | 'totals' | 'shard'>,
  options: PlanTotalsOptions & {
    readonly colors: Colors;
    readonly width?: number | undefined;
  },
): string {
  const { colors, width } = options;
  const [header = '', ...lines] = rowsIn(width, plan.rows);
  const candidates = candidatesOf(plan.rows);
  return [
    colors.bold(header),
    ...lines.map((line, i) => (plan.rows[i]?.status === 'stored' ? colors.dim(line) : line)),
    '',
    ...plan.rows.filter(isOdd).map((row) => colors.yellow(wrap(oddity(row, candidates), width))),
    ...planTotals(plan, options).map((line) => wrap(line, width)),
    '',
  ].join('\n');
}

/** A header and a text for each row, which has one line, or two if one line would have to be cut. */
function rowsIn(width: number | undefined, rows: readonly ShownRow[]): readonly string[] {
  const hasBatches = rows.some(({ pays }) => pays === 'batch');
  const tableColumns = allColumns.filter(({ isOfBatches }) => hasBatches || isOfBatches !== true);
  const firstLine = tableColumns.filter(({ below }) => below === undefined);
  const secondLine = tableColumns
    .filter(({ below }) => below !== undefined)
    .toSorted((a, b) => a.below! - b.below!);
  const wide = table(tableColumns, cellsOf(tableColumns, rows));
  if (width === undefined || wide.every((line) => displayWidth(line) <= width)) return wide;
  const first = [firstLine.map(({ title }) => title), ...cellsOf(firstLine, rows)];
  const second = table(secondLine, cellsOf(secondLine, rows));
  return first.map((cells, i) =>
    wrap(`${cells.filter((cell) => cell !== '').join('  ')}\n  ${second[i]}`, width),
  );
}

function cellsOf(columns: readonly PlanColumn[], rows: readonly ShownRow[]): string[][] {
  return rows.map((row) => columns.map(({ of }) => cleanLine(of(row))));
}

interface PlanColumn extends Column {
  /** What it says about a row. */
  readonly of: (row: ShownRow) => string;
  /**
   * Its column on the second line of a row of two lines. Without it, the value stays on the first line, where nothing is
   * aligned.
   */
  readonly below?: number;
  /** Shown only if a run orders a batch. */
  readonly isOfBatches?: true;
}

const allColumns: readonly PlanColumn[] = [
  { title: 'IMAGE', of: ({ id }) => id },
  {
    title: '#',
    align: 'right',
    of: ({ candidate }) => (candidate === null ? '' : String(candidate)),
  },
  { title: 'STATUS', below: 1, of: ({ status }) => status },
  { title: 'MODEL', below: 4, of: ({ isFree, provider, model }) => (isFree ? provider : model) },
  { title: 'SIZE', below: 3, of: ({ size }) => size },
  {
    title: 'COST',
    align: 'right',
    isWhole: true,
    below: 2,
    of: ({ costUsd }) => moneyRange(costUsd),
  },
  { title: 'PAID', below: 2.1, isOfBatches: true, of: ({ pays }) => waysOf[pays ?? 'not'].word },
  {
    title: 'OTHERWISE',
    align: 'right',
    isWhole: true,
    below: 2.2,
    isOfBatches: true,
    of: ({ pays, prices }) => waysOf[pays ?? 'not'].other(prices),
  },
  { title: 'WHERE', cut: 'start', of: ({ manifest, line }) => `${manifest}:${line}` },
];

/** How a run pays, and the price of the other way, if there is one. */
const waysOf: Readonly<
  Record<
    'direct' | 'batch' | 'not',
    { readonly word: string; readonly other: (prices: ShownRow['prices']) => string }
  >
> = {
  direct: {
    word: 'directly',
    other: (prices) => (prices?.batch === undefined ? '' : moneyRange(prices.batch)),
  },
  batch: { word: 'in a batch', other: (prices) => moneyRange(prices?.direct ?? null) },
  not: { word: '', other: () => '' },
};

/**
 * Most missing pictures are new or stand-ins, which the status column shows. Only a change or a refusal gets a line of its own.
 */
function isOdd({ reason, status, refusal }: ShownRow): boolean {
  if (reason === null) return false;
  return status !== 'missing' || refusal !== null || reason.includes(' changed since ');
}

function oddity(
  { id, candidate, status, reason }: ShownRow,
  candidates: ReadonlyMap<string, number>,
): string {
  const name = nameOf(
    candidate === null ? { id } : { id, candidate, candidates: candidates.get(id) ?? 1 },
  );
  return cleanLine(`${name} (${status}): ${reason}`);
}

/** The number of candidates of each image. */
function candidatesOf(rows: readonly ShownRow[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { id } of rows) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

/** How many of the pictures go in a batch, and what all of them would cost in the other way. */
function bothWays({ prices }: PlanTotals, toBuy: readonly ShownRow[]): string[] {
  const { direct, batch } = prices;
  const ordered = toBuy.filter(({ pays }) => pays === 'batch').length;
  const inBatch =
    batch == null ? null : `n a batch, within a day: ${moneyRange(batch)} (tintype batch submit)`;
  if (ordered === 0) return inBatch === null ? [] : [`I${inBatch}`];
  const which = ordered === toBuy.length ? 'All' : `${ordered}`;
  return [
    `${which} of them in a batch, within a day. All directly: ${moneyRange(direct)}`,
    ...(ordered < toBuy.length && inBatch !== null ? [`All i${inBatch}`] : []),
  ];
}

/** What all of it is and costs, in sentences without any text of a user. */
export function planTotals(
  { totals, rows, shard }: Pick<ShownPlan, 'rows' | 'totals' | 'shard'>,
  { maxCostUsd, toBuy }: PlanTotalsOptions,
): string[] {
  const { costUsd, unpriced } = totals;
  const statuses = (['stored', 'missing', 'blocked', 'attempted'] as const)
    .filter((status) => totals[status] > 0)
    .map((status) => `${totals[status]} ${status}`);
  const pictures = [count(totals.images, 'picture'), statuses.join(', ')]
    .filter(Boolean)
    .join(': ');
  const lines = shard === null ? [pictures] : [`Shard ${shard.index}/${shard.count}: ${pictures}`];
  const others = shard === null ? [] : [allShards(shard)];
  const ordered = inBatches(rows);
  if (ordered.length > 0) lines.push(`${orderedText(ordered)}.`);
  if (toBuy.length === 0) return [...lines, 'Nothing to buy.', ...others];
  const more =
    unpriced > 0 && costUsd !== null ? `, and ${unpriced} of them at an unknown price` : '';
  lines.push(`${toBuy.length} to buy: ${moneyRange(costUsd)}${more}`, ...sharing(rows, toBuy));
  lines.push(...bothWays(totals, toBuy));
  lines.push(...others);
  // The budget is for the whole run.
  const runUsd = (shard?.run ?? totals).costUsd;
  if (maxCostUsd !== null && runUsd !== null && runUsd.high > maxCostUsd) {
    lines.push(`That is more than the budget of ${money(maxCostUsd)}: generate would refuse it.`);
  }
  return lines;
}

function allShards({ count: shards, run }: PlannedShard): string {
  return `All ${count(shards, 'shard')} together: ${count(run.images, 'picture')}, ${moneyRange(run.costUsd)}.`;
}

/** The saving because equal requests are bought once; empty if there are none. */
function sharing(rows: readonly ShownRow[], toBuy: readonly ShownRow[]): string[] {
  const bought = new Set(toBuy);
  const keys = new Set(toBuy.map(({ key }) => key));
  const unstored = rows.filter(({ status, isFree }) => status !== 'stored' && !isFree);
  const shared = unstored.filter(
    (row) => row.key !== null && !bought.has(row) && keys.has(row.key),
  );
  if (shared.length === 0) return [];
  const rowsWord = shared.length === 1 ? 'row asks' : 'rows ask';
  const priced = shared.flatMap(({ costUsd }): CostRange[] => (costUsd === null ? [] : [costUsd]));
  const saved = {
    low: priced.reduce((sum, { low }) => sum + low, 0),
    high: priced.reduce((sum, { high }) => sum + high, 0),
  };
  const saving = priced.length === 0 ? '' : `, which saves ${moneyRange(saved)}`;
  return [`${shared.length} ${rowsWord} for the same picture as another${saving}.`];
}
