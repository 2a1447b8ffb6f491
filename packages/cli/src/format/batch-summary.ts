import {
  type BatchState,
  count,
  minuteOf,
  money,
  orderedText,
  type SubmitResult,
} from '@tintype/core';
import type { Batch } from '@tintype/core/types';
import { cleanLine } from './clean.ts';

/** What was ordered, in a few lines. */
export function submitSummary({
  batches,
  pictures,
  costUsd,
  ordered,
  notOrdered,
}: SubmitResult): string {
  const lines =
    pictures === 0
      ? [nothing({ ordered, notOrdered })]
      : [
          `${count(pictures, 'picture')} ordered in ${batches.length === 1 ? 'a batch' : `${batches.length} batches`}, ${costUsd === null ? 'at an unknown price' : `up to ${money(costUsd)}`}.`,
          ...batches.map(batchLine),
          'Collect them with tintype batch collect; so does the next run that may buy. Commit .tintype, so that any machine can.',
        ];
  if (ordered.length > 0) lines.push(`From earlier runs, ${orderedText(ordered)}.`);
  const rest = notOrdered.map(({ id, reason }) => cleanLine(`Not ordered: ${id}, ${reason}`));
  return `${[...lines, ...rest].join('\n')}\n`;
}

function nothing({ ordered, notOrdered }: Pick<SubmitResult, 'ordered' | 'notOrdered'>): string {
  if (notOrdered.length > 0) return 'Nothing was ordered.';
  return ordered.length > 0 ? 'Nothing to order.' : 'Nothing to order: no picture is missing.';
}

/** One line for each open batch. */
export function openSummary(batches: readonly Batch[]): string {
  return batches.length === 0 ? 'No batch is open.\n' : `${batches.map(batchLine).join('\n')}\n`;
}

/** One line for each batch that was asked about. */
export function collectSummary(states: readonly BatchState[]): string {
  if (states.length === 0) return 'No batch is open.\n';
  const next = states.some(({ recorded }) => recorded > 0)
    ? ['Run tintype to encode what was recorded, and commit .tintype.']
    : [];
  return `${[...states.map(stateLine), ...next].join('\n')}\n`;
}

function batchLine({ name, lines, dueAt, batchId }: Batch): string {
  const due = batchId === null ? 'not known to be created' : `due by ${minute(dueAt)}`;
  return `  ${name.slice(0, 8)}  ${count(lines.length, 'picture')}, ${due}`;
}

function stateLine({ batch, state, look, recorded, failed, problem }: BatchState): string {
  const name = `  ${batch.name.slice(0, 8)}  ${count(batch.lines.length, 'picture')}`;
  switch (state) {
    case 'working':
      return `${name}, ${look?.answered ?? 0} done, due by ${minute(look?.dueAt ?? batch.dueAt)}`;
    case 'collected': {
      const why = problem === '' ? '' : ` (${cleanLine(problem)})`;
      return `${name}: ${recorded} recorded${failed > 0 ? `, ${failed} without a picture` : ''}${why}`;
    }
    case 'refused':
      return `${name}: refused and not billed (${cleanLine(problem)})`;
    case 'unknown':
      return `${name}: not known (${cleanLine(problem)})`;
  }
}

function minute(time: string | null): string {
  return time === null ? 'an unknown time' : minuteOf(time);
}
