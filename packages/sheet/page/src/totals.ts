import type { Sheet } from '../../src/sheet.ts';
import { count, fileSize, money, priceOf, sizeChange } from './amounts.ts';
import { changeFigures } from './change.ts';
import { h } from './element.ts';
import { showMoney } from './money.ts';

/** What the sheet comes to: images, what is missing, what was spent, what is delivered. */
export function totalsOf(sheet: Sheet): HTMLElement[] {
  const { totals: sums, live, base } = sheet;
  const { images, pictures, missing, ordered, spentUsd, inUseUsd, inBatchesUsd, toBuyUsd } = sums;
  const { unknownCosts, originalBytes: before, deliveredBytes: after } = sums;
  const isNothingElse = missing === 0 || (ordered > 0 && toBuyUsd?.high === 0);
  const price = isNothingElse ? 'nothing to buy' : `${priceOf(toBuyUsd)} to buy`;
  const inBatch = ordered === 0 ? '' : `${count(ordered, 'picture')} ordered in a batch, `;
  const spent = [
    inBatchesUsd !== 0 && `${money(inBatchesUsd)} of it in batches`,
    spentUsd !== inUseUsd && `${money(inUseUsd)} of it in use`,
    unknownCosts !== 0 && `${unknownCosts} more at an unknown cost`,
  ];
  return [
    ...(base === null ? [] : [figure(`Change since ${base.ref}`, ...changeFigures(base))]),
    figure('Images', String(images), pictures === images ? '' : count(pictures, 'picture')),
    figure(
      'Missing',
      String(missing),
      `${inBatch}${live === null || !('refusal' in live.buying) ? price : 'not bought here'}`,
    ),
    figure(
      'Spent',
      money(spentUsd),
      spent.filter((note) => note !== false).join(', '),
      spentUsd === 0
        ? null
        : h('button.more-money', { onclick: () => showMoney(sheet) }, 'Details'),
    ),
    figure(
      'Delivered',
      before === 0 ? '–' : fileSize(after),
      before === 0 ? '' : `${sizeChange(before, after)} than the originals`,
    ),
  ];
}

function figure(name: string, value: string, note: string, more: Node | null = null): HTMLElement {
  return h('div', h('dt', name), h('dd', value), h('dd.aside', note, more));
}
