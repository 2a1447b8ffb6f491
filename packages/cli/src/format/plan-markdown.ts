import {
  type ComparedPicture,
  count,
  type Diagnostic,
  type PlanChanges,
  moneyRange,
  type ShownPlan,
  type ShownRow,
} from '@tintype/core';
import { codeSpan } from './markdown.ts';
import { nameOf } from './name-of.ts';
import { planTotals, type PlanTotalsOptions } from './plan-table.ts';

/** What a plan is compared with. */
export interface PlanBase extends Pick<PlanChanges, 'commit' | 'pictures'> {
  /** The base as the user wrote it. */
  readonly ref: string;
}

/**
 * Formats a plan as a comment for a pull request on GitHub or GitLab: the totals, then a row for each picture that costs
 * something, would fail, or differs from the base. `base`: `null` if it is compared with nothing. All text of users is in code
 * spans.
 */
export function planMarkdown(
  plan: ShownPlan,
  base: PlanBase | null,
  options: PlanTotalsOptions,
): string {
  const changes = base?.pictures ?? plan.rows.map(() => null);
  const rows = plan.rows.map((row, i): MarkdownRow => ({
    row,
    change: changes[i] ?? null,
    prompt: promptOf(plan, i),
  }));
  const gone = (base?.pictures ?? []).filter(({ change }) => change === 'gone');
  const shown = rows.filter(isWorthARow);
  const failing = rows.filter(({ row }) => wouldFail(row));
  const lines = [
    ...header(base === null ? 'Pictures' : `Pictures: ${changesIn(base.pictures)}`),
    ...planTotals(plan, options).map((line, i) => (i === 1 ? `**${line}**` : line)),
    ...(failing.length === 0 ? [] : [`**${count(failing.length, 'picture')} would fail.**`]),
    ...(base === null ? [] : [...elsewhere(rows, options), comparedWith(base)]),
  ];
  const table = [
    ...[...failing, ...shown.filter((row) => !failing.includes(row))].map(tableRow),
    ...gone.map(goneRow),
  ];
  return withinLimit(lines.join('\n\n'), table);
}

/** The comment where manifests have mistakes, so that there is no plan. */
export function mistakesMarkdown(diagnostics: readonly Diagnostic[]): string {
  const lines = header(`Pictures: ${count(diagnostics.length, 'mistake')}, so there is no plan`);
  const items = diagnostics.map(
    ({ file, line, column, message }) =>
      `- ${codeSpan(`${file}:${line}:${column}`, 200)} ${codeSpan(message, 300)}`,
  );
  return cut([...lines, ''].join('\n\n'), items);
}

interface MarkdownRow {
  readonly row: ShownRow;
  /** `null`: it is compared with nothing. */
  readonly change: ComparedPicture | null;
  readonly prompt: string;
}

/** A CI finds its earlier comment by the first line. */
export function header(title: string): string[] {
  return [`<!-- tintype -->\n### ${title}`];
}

function changesIn(pictures: readonly ComparedPicture[]): string {
  const kinds = (['new', 'changed', 'gone'] as const)
    .map((kind) => [kind, pictures.filter(({ change }) => change === kind).length] as const)
    .filter(([, found]) => found > 0);
  return kinds.map(([kind, found]) => `${found} ${kind}`).join(', ') || 'none changed';
}

/** What a run buys besides the changes. */
function elsewhere(rows: readonly MarkdownRow[], { toBuy }: PlanTotalsOptions): string[] {
  const bought = new Set(toBuy);
  const others = rows.filter(({ row, change }) => bought.has(row) && change?.change === 'same');
  if (others.length === 0) return [];
  return [
    `${others.length} of those to buy ${others.length === 1 ? 'was' : 'were'} missing before.`,
  ];
}

function comparedWith({ ref, commit }: PlanBase): string {
  return `Compared with ${codeSpan(ref, 100)} at ${codeSpan(commit.slice(0, 10), 10)}.`;
}

function isWorthARow({ row, change }: MarkdownRow): boolean {
  if (wouldFail(row) || (row.status !== 'stored' && !row.isFree)) return true;
  return change !== null && change.change !== 'same';
}

/** Refused before, or stored and not usable. */
function wouldFail({ refusal, status, reason }: ShownRow): boolean {
  return refusal !== null || (status === 'stored' && reason !== null);
}

/** The image's own words, which say more than the style that a preset puts around them. */
function promptOf({ requests }: ShownPlan, index: number): string {
  const { ownPrompt, picture } = requests[index]!.job;
  const own = ownPrompt.map(({ start, end }) => picture.prompt.slice(start, end)).join(' … ');
  return own.trim() === '' ? picture.prompt : own;
}

const tableHeader =
  '| Picture | Change | Status | Price | Prompt | Model and size |\n| :-- | :-- | :-- | --: | :-- | :-- |';

function tableRow({ row, change, prompt }: MarkdownRow): string {
  const { model, size, provider, isFree } = row;
  const way = row.pays === 'batch' ? ' in a batch' : '';
  const price = row.status === 'stored' || isFree ? '' : `${moneyRange(row.costUsd)}${way}`;
  return cells(
    pictureName(row),
    changeOf(change),
    statusOf(row),
    price,
    codeSpan(prompt, 120),
    codeSpan(`${isFree ? provider : model} ${size}`, 80),
  );
}

function goneRow(picture: ComparedPicture): string {
  return cells(pictureName(picture), 'gone', '', '', '', '');
}

export function cells(...texts: readonly string[]): string {
  return `| ${texts.join(' | ')} |`;
}

function pictureName({ id, candidate }: Pick<ShownRow, 'id' | 'candidate'>): string {
  return codeSpan(candidate === null ? nameOf({ id }) : `${id} (${candidate})`, 200);
}

function changeOf(compared: ComparedPicture | null): string {
  if (compared === null || compared.change === 'same') return '';
  if (compared.change !== 'changed') return compared.change;
  return compared.changed.length === 0
    ? 'changed (it had a mistake)'
    : `${compared.changed.join(', ')} changed`;
}

function statusOf(row: ShownRow): string {
  const reason = row.reason === null ? '' : `: ${codeSpan(row.reason, 200)}`;
  if (wouldFail(row)) return `**would fail**${reason}`;
  if (row.isFree) return 'stand-in, free';
  if (row.status === 'stored') return 'bought already';
  if (row.status === 'missing') return 'to buy';
  return `${row.status}${reason}`;
}

/** GitHub takes 65,536 characters (its API's message, 2026-11-28), GitLab a million. */
const maxCharacters = 60_000;

function withinLimit(text: string, rows: readonly string[]): string {
  return rows.length === 0 ? `${text}\n` : cut(`${text}\n\n${tableHeader}\n`, rows);
}

/** As many of the lines as a comment takes. */
export function cut(text: string, lines: readonly string[]): string {
  let remaining = maxCharacters - text.length;
  const fitting = lines.findIndex((line) => (remaining -= line.length + 1) < 0);
  if (fitting === -1) return `${text}${lines.join('\n')}\n`;
  const rest = `${lines.length - fitting} more do not fit into a comment.`;
  return `${text}${lines.slice(0, fitting).join('\n')}\n\n${rest}\n`;
}
