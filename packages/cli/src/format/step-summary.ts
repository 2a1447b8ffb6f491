import { count, type Event, fileSize, money } from '@tintype/core';
import { forMoney, saving } from './amounts.ts';
import { escapeMarkdown } from './markdown.ts';
import { nameOf } from './name-of.ts';
import { isError, isProblem, messageOf, wordsOf } from './problem.ts';

/**
 * Formats a run in Markdown for GitHub: one table row for each image and a line of totals. `ending`: the error that ended it
 * early. `null`: there is nothing to show, as after `plan` and `check`.
 */
export function stepSummary(events: readonly Event[], ending: string | null): string | null {
  const rows = events.flatMap(summaryRow);
  const table = ['| Image | Result | Files | Size |', '| :-- | :-- | --: | :-- |', ...rows];
  const done = events.find((event) => event.type === 'done');
  if (rows.length === 0 && done === undefined && ending === null) return null;
  return [
    '### Tintype',
    '',
    ...(rows.length > 0 ? [...table, ''] : []),
    ...(done === undefined ? [] : [totals(done), '']),
    ...(ending === null ? [] : [paragraphs(ending), '']),
    '',
  ].join('\n');
}

function summaryRow(event: Event): string[] {
  if (event.type === 'delivered') {
    const { bytes, originalBytes } = event;
    const size = originalBytes === null ? fileSize(bytes) : saving(originalBytes, bytes);
    const result = originalBytes === null ? 'stand-in' : 'delivered';
    return [row(event.id, result, String(event.files), size)];
  }
  if (event.type === 'failed')
    return [row(nameOf(event), `failed (${event.code}): ${wordsOf(event)}`, '', '')];
  if (isProblem(event) && isError(event))
    return [row('', `${event.code}: ${messageOf(event)}`, '', '')];
  return [];
}

function totals(done: Extract<Event, { type: 'done' }>): string {
  return [
    `${count(done.delivered, 'picture')} delivered`,
    `${done.failed} failed`,
    ...(done.pending > 0 ? [`${done.pending} ordered in a batch`] : []),
    `${done.bought} bought${forMoney(done.costUsd)}`,
    ...maybeBilled(done.maybeBilledUsd),
    `${count(done.written, 'file')} written`,
    `${done.removed} removed`,
  ].join(', ');
}

/** The possible cost of requests with an unknown outcome, besides the purchases. */
function maybeBilled(usd: number | null): string[] {
  if (usd === 0) return [];
  const amount = usd === null ? 'an unknown amount' : `up to ${money(usd)} more`;
  return [`${amount} may have been billed`];
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map(escapeMarkdown).join(' | ')} |`;
}

/** Indented lines become a list. Every other line becomes a paragraph. */
function paragraphs(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines
    .map((line, index) => {
      const isItem = line.startsWith('  ');
      const isNext = isItem && lines[index - 1]?.startsWith('  ') === true;
      const gap = index === 0 ? '' : isNext ? '\n' : '\n\n';
      return `${gap}${isItem ? '- ' : ''}${escapeMarkdown(line.trim())}`;
    })
    .join('');
}
