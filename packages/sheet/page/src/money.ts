import type { MoneyGroup, MoneyGrouping, Sheet } from '../../src/sheet.ts';
import { count, money } from './amounts.ts';
import { openDialog } from './dialogs.ts';
import { shareBar } from './share-bar.ts';
import { choice, h } from './element.ts';

const groupings: readonly (readonly [MoneyGrouping, string])[] = [
  ['day', 'By day'],
  ['manifest', 'By manifest'],
  ['image', 'By image'],
  ['model', 'By model'],
  ['person', 'By person'],
];

/** What was paid: in use and replaced, against the budgets, and by day, manifest, image, model and person. */
export function showMoney({ totals, money: sums, live }: Sheet): void {
  const { replacedUsd, todayUsd, perDayUsd, perRunUsd, groups } = sums;
  const rows = h('tbody');
  const first = h('th', { scope: 'col' });
  const draw = (grouping: MoneyGrouping): void => {
    const dearest = Math.max(...groups[grouping].map(({ costUsd }) => costUsd), 1e-6);
    first.textContent = grouping.charAt(0).toUpperCase() + grouping.slice(1);
    rows.replaceChildren(
      ...groups[grouping].map(({ name, pictures, costUsd, unknown, inUseUsd, estimated }) => {
        return h(
          'tr',
          h('th', { scope: 'row' }, name ?? 'not known', shareBar(costUsd / dearest)),
          h('td', String(pictures)),
          h('td', unknown === 0 ? money(costUsd) : `${money(costUsd)} and ${unknown} unknown`),
          h('td', money(inUseUsd)),
          h('td', estimateOf(estimated, pictures)),
        );
      }),
    );
  };
  draw('day');
  const dialog = openDialog(
    'small-dialog',
    { title: 'What was paid' },
    h(
      'dl.sums',
      sum('In use', money(totals.inUseUsd)),
      sum('Replaced', money(replacedUsd)),
      sum('Today (UTC)', money(todayUsd)),
    ),
    ...budget('Today', todayUsd, perDayUsd),
    h(
      'p.soft',
      perRunUsd === null
        ? 'There is no budget for a run.'
        : `The budget for one run${live === null ? '' : ', and for one click on Buy,'} is ${money(perRunUsd)}.`,
    ),
    choice(
      'Group',
      groupings.filter(([name]) => groups[name].length > 0),
      'day',
      draw,
    ),
    h(
      'div.files.sums-table',
      { tabindex: 0, role: 'group', 'aria-label': 'Costs' },
      h(
        'table',
        h(
          'thead',
          h(
            'tr',
            first,
            ...['Pictures', 'Paid', 'In use', 'Estimated'].map((title) =>
              h('th', { scope: 'col' }, title),
            ),
          ),
        ),
        rows,
      ),
    ),
    ...(totals.unknownCosts === 0
      ? []
      : [h('p.soft', `${count(totals.unknownCosts, 'picture')} of unknown cost more.`)]),
    h('p.soft', 'In a terminal: ', h('code', 'tintype costs --by day')),
  );
  dialog.classList.add('wide-dialog');
}

function estimateOf({ pictures, estimateUsd }: MoneyGroup['estimated'], all: number): string {
  if (pictures === 0) return '–';
  const { low, high } = estimateUsd;
  return `${money(low)}–${money(high)}${pictures === all ? '' : ` for ${pictures}`}`;
}

function sum(name: string, value: string): HTMLElement {
  return h('div', h('dt', name), h('dd', value));
}

/** A bar of what is spent of a budget. */
function budget(name: string, spent: number, limit: number | null): HTMLElement[] {
  if (limit === null) return [];
  const label = `${name}: ${money(spent)} of ${money(limit)}`;
  return [
    h(
      'p',
      label,
      h('meter', {
        min: 0,
        max: limit,
        value: Math.min(spent, limit),
        high: limit * 0.8,
        'aria-label': label,
      }),
    ),
  ];
}
