import type { Price } from '../../src/sheet.ts';
import { count, priceOf } from './amounts.ts';
import { h } from './element.ts';

/** Asks again before a purchase that costs more than one click may. */
export function askToBuy(
  id: string,
  { pictures, upstream, costUsd }: Price,
  buy: () => void,
): void {
  const along =
    upstream.length === 0
      ? ''
      : ` That includes its input ${upstream.map((name) => `"${name}"`).join(', ')}.`;
  const dialog = openDialog(
    `Buy "${id}"?`,
    h('p', { class: 'words' }, `${count(pictures, 'picture')}, ${priceOf(costUsd)}.${along}`),
    h(
      'p',
      { class: 'actions' },
      h(
        'button',
        {
          type: 'button',
          class: 'buy',
          onclick: () => {
            dialog.close();
            buy();
          },
        },
        `Buy for ${priceOf(costUsd)}`,
      ),
      h('button', { type: 'button', autofocus: true, onclick: () => dialog.close() }, 'Cancel'),
    ),
  );
}

const keys: readonly (readonly [string, string])[] = [
  ['j  k', 'next and previous image'],
  ['1 … 9', 'pick a candidate'],
  ['c', 'compare'],
  ['z', 'zoom'],
  ['/', 'search'],
  ['Esc', 'close what is open'],
  ['?', 'show this help'],
];

/** Explains the keys, and has the switch that turns single keys off. */
export function showHelp(isOn: boolean, onChange: (isOn: boolean) => void): void {
  const box = h('input', { type: 'checkbox', onchange: () => onChange(box.checked) });
  box.checked = isOn;
  openDialog(
    'Keyboard shortcuts',
    h(
      'dl',
      { class: 'keys' },
      ...keys.map(([key, what]) => h('div', {}, h('dt', {}, h('kbd', {}, key)), h('dd', {}, what))),
    ),
    h('label', { class: 'check' }, box, 'Keyboard shortcuts on'),
    h(
      'p',
      { class: 'soft' },
      'Changed: the next run would deliver different files. Failed: damaged, unusable or refused; or it may have been billed, or it failed on this page.',
    ),
  );
}

function openDialog(title: string, ...content: readonly Node[]): HTMLDialogElement {
  const dialog = h(
    'dialog',
    { class: 'small-dialog', 'aria-label': title, onclose: () => dialog.remove() },
    h(
      'header',
      {},
      h('h2', {}, title),
      h(
        'button',
        { type: 'button', class: 'close', 'aria-label': 'Close', onclick: () => dialog.close() },
        '×',
      ),
    ),
    ...content,
  );
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
