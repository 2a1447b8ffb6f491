import { fileSize, money, moneyRange } from '@tintype/core';
import type { SheetChanges } from '@tintype/sheet';
import { codeSpan } from './markdown.ts';
import { cells, cut, header } from './plan-markdown.ts';

/**
 * Formats a change of a project's pictures as a comment for a pull request on GitHub or GitLab: what it costs in money and bytes, then
 * a row for each image that differs. All text of users is in code spans.
 */
export function changesMarkdown(changes: SheetChanges): string {
  const { ref, commit, images, gone } = changes;
  const counts = [
    [changes.new, 'new'],
    [changes.changed, 'changed'],
    [gone.length, 'gone'],
  ].flatMap(([number, kind]) => (number === 0 ? [] : [`${number} ${kind}`]));
  const lines = [
    ...header(`Pictures: ${counts.join(', ') || 'none changed'}`),
    `**${costOf(changes)}**`,
    `Compared with ${codeSpan(ref, 100)} at ${codeSpan(commit.slice(0, 10), 10)}.`,
  ];
  const rows = [
    ...images.map(({ id, kind, changed, spentUsd, price }) =>
      cells(
        codeSpan(id, 200),
        kind === 'new' ? 'new' : `${changed.join(', ') || 'it had a mistake'} changed`,
        spentUsd === 0 ? '' : money(spentUsd),
        price === null ? '' : moneyRange(price.costUsd),
      ),
    ),
    ...gone.map(({ id }) => cells(codeSpan(id, 200), 'gone', '', '')),
  ];
  const text = lines.join('\n\n');
  return rows.length === 0 ? `${text}\n` : cut(`${text}\n\n${tableHeader}\n`, rows);
}

const tableHeader = '| Image | Change | Paid | To buy |\n| :-- | :-- | --: | --: |';

function costOf({ spentUsd, unknownCosts, toBuyUsd, deliveredBytes }: SheetChanges): string {
  const parts = [
    `${money(spentUsd)} spent on it`,
    unknownCosts === 0 ? null : `${unknownCosts} more at an unknown cost`,
    toBuyUsd?.high === 0 ? 'nothing to buy' : `${moneyRange(toBuyUsd)} to buy`,
    deliveredBytes === null ? null : bytesChange(deliveredBytes),
  ];
  return `${parts.filter((part) => part !== null).join(', ')}.`;
}

function bytesChange({ before, after }: NonNullable<SheetChanges['deliveredBytes']>): string {
  if (after === before) return 'the same bytes delivered';
  return `${fileSize(Math.abs(after - before))} ${after > before ? 'more' : 'less'} delivered (${fileSize(after)})`;
}
