import type { Samples } from './compare.ts';
import { medianOf, ratioOf } from './ratios.ts';

/** A Markdown table of strings. All columns but the first are aligned to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [head, rule, ...rows].map(line).join('\n');
}

/** Medians of all contestants, with each one's ratios to the baseline. */
export function comparisonTable(samples: Samples, baseline: string): string {
  const rows = [...samples.keys()].map((name) => [
    name,
    `${(medianOf(samples, name, 'wallMs') / 1000).toFixed(2)} s`,
    ratioOf(samples, name, baseline, 'wallMs').toFixed(3),
    `${(medianOf(samples, name, 'cpuMs') / 1000).toFixed(2)} s`,
    ratioOf(samples, name, baseline, 'cpuMs').toFixed(3),
    `${(medianOf(samples, name, 'peakBytes') / 1e6).toFixed(0)} MB`,
    ratioOf(samples, name, baseline, 'peakBytes').toFixed(3),
  ]);
  return table(['', 'wall', 'ratio', 'CPU', 'ratio', 'peak memory', 'ratio'], rows);
}

/** A measured ratio and its limit. */
export interface Goal {
  readonly what: string;
  readonly measured: number;
  readonly atMost: number;
}

/** Lists goals, and whether each is met or by how much it is missed. */
export function goalTable(goals: readonly Goal[]): string {
  const rows = goals.map(({ what, measured, atMost }) => [
    what,
    measured.toFixed(3),
    atMost.toFixed(3),
    measured <= atMost ? 'met' : `missed by ${((measured / atMost - 1) * 100).toFixed(1)} %`,
  ]);
  return table(['goal', 'measured', 'at most', ''], rows);
}
