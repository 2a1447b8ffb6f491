import { count } from '../amounts.ts';
import type { PlanRow } from '../types.ts';

/** The rows that are ordered in batches and not collected yet, each key once. */
export function inBatches<Row extends Pick<PlanRow, 'key' | 'batch'>>(rows: readonly Row[]): Row[] {
  const ordered = rows.filter(({ batch }) => batch !== null);
  return [...new Map(ordered.map((row) => [row.key, row])).values()];
}

/** `3 pictures are ordered in a batch, due by 2026-11-29 10:00 UTC; run tintype batch collect`. `rows`: at least one, of batches. */
export function orderedText(rows: readonly Pick<PlanRow, 'batch'>[]): string {
  const are = rows.length === 1 ? 'is' : 'are';
  const times = rows.flatMap(({ batch }) => batch?.dueAt ?? []).toSorted();
  return `${count(rows.length, 'picture')} ${are} ordered in a batch${dueText(times.at(-1) ?? null)}; run tintype batch collect`;
}

/** `, due by 2026-11-29 10:00 UTC`; empty if the time is unknown. */
export function dueText(dueAt: string | null): string {
  return dueAt === null ? '' : `, due by ${minuteOf(dueAt)}`;
}

/** `2026-11-29 10:00 UTC`. */
export function minuteOf(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`;
}
