import type { CostRange, ShownPlan, ShownRow } from '@tintype/core';
import { count, money, moneyRange } from './amounts.ts';
import { cleanLine } from './clean.ts';
import type { Colors } from './colors.ts';
import { nameOf } from './name-of.ts';
import { displayWidth, table, type Column } from './table.ts';
import { wrap } from './wrap.ts';

/**
 * Formats a plan for a person: a row for each picture, notes on unusual ones, and the cost. `width`: the terminal's columns;
 * `maxCostUsd`: the budget, if there is one.
 */
export function planTable(
  plan: Pick<ShownPlan, 'rows' | 'totals'>,
  options: {
    readonly colors: Colors;
    readonly width?: number | undefined;
    readonly maxCostUsd: number | null;
    /** The rows that would be bought, with each picture once. */
    readonly toBuy: readonly ShownRow[];
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
    ...totals(plan, options).map((line) => wrap(line, width)),
    '',
  ].join('\n');
}

/** A header and a text for each row, which has one line, or two if one line would have to be cut. */
function rowsIn(width: number | undefined, rows: readonly ShownRow[]): readonly string[] {
  const wide = table(COLUMNS, rows.map(cells));
  if (width === undefined || wide.every((line) => displayWidth(line) <= width)) return wide;
  const all = [COLUMNS.map(({ title }) => title), ...rows.map(cells)];
  const below = table(
    BELOW.map((i) => COLUMNS[i]!),
    rows.map((row) => BELOW.map((i) => cells(row)[i]!)),
  );
  return all.map(([id = '', number = '', , , , , where = ''], i) => {
    const first = [id, number, where].filter((cell) => cell !== '').join('  ');
    return wrap(`${first}\n  ${below[i]}`, width);
  });
}

const COLUMNS: readonly Column[] = [
  { title: 'IMAGE' },
  { title: '#', align: 'right' },
  { title: 'STATUS' },
  { title: 'MODEL' },
  { title: 'SIZE' },
  { title: 'COST', align: 'right', isWhole: true },
  { title: 'WHERE', cut: 'start' },
];

/** The columns of a second line: status, cost, size and model. */
const BELOW = [2, 5, 4, 3] as const;

function cells(row: ShownRow): string[] {
  return [
    row.id,
    row.candidate === null ? '' : String(row.candidate),
    row.status,
    row.isFree ? row.provider : row.model,
    row.size,
    moneyRange(row.costUsd),
    `${row.manifest}:${row.line}`,
  ].map(cleanLine);
}

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

function totals(
  { totals, rows }: Pick<ShownPlan, 'rows' | 'totals'>,
  {
    maxCostUsd,
    toBuy,
  }: { readonly maxCostUsd: number | null; readonly toBuy: readonly ShownRow[] },
): string[] {
  const { costUsd, unpriced } = totals;
  const statuses = (['stored', 'missing', 'blocked', 'attempted'] as const)
    .filter((status) => totals[status] > 0)
    .map((status) => `${totals[status]} ${status}`);
  const lines = [[count(totals.images, 'picture'), statuses.join(', ')].filter(Boolean).join(': ')];
  if (toBuy.length === 0) return [...lines, 'Nothing to buy.'];
  const more =
    unpriced > 0 && costUsd !== null ? `, and ${unpriced} of them at an unknown price` : '';
  lines.push(`${toBuy.length} to buy: ${moneyRange(costUsd)}${more}`, ...sharing(rows, toBuy));
  if (maxCostUsd !== null && costUsd !== null && costUsd.high > maxCostUsd) {
    lines.push(`That is more than the budget of ${money(maxCostUsd)}: generate would refuse it.`);
  }
  return lines;
}

/** The saving because equal requests are bought once; empty if there are none. */
function sharing(rows: readonly ShownRow[], toBuy: readonly ShownRow[]): string[] {
  const bought = new Set(toBuy);
  const keys = new Set(toBuy.map(({ key }) => key));
  const wanted = rows.filter(({ status, isFree }) => status !== 'stored' && !isFree);
  const shared = wanted.filter((row) => row.key !== null && !bought.has(row) && keys.has(row.key));
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
