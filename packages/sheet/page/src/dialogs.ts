import type { EditProposal, Price, Snippet, UndoConflict } from '../../src/sheet.ts';
import { count, priceOf } from './amounts.ts';
import { diffOf } from './diff.ts';
import { h } from './element.ts';
import { hasNoKeys } from './touch.ts';

/**
 * Asks before a purchase of several images, or one that costs more than a click may. `attempted`: those of the images whose earlier
 * request may have been billed.
 */
export function askToBuy(
  ids: readonly string[],
  { pictures, upstream, costUsd }: Price,
  attempted: readonly string[],
  buy: () => void,
): void {
  const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ');
  const [first = ''] = ids;
  const input = ids.length > 1 || upstream.length > 1 ? 'their inputs' : 'its input';
  openDialog(
    'small-dialog',
    { title: ids.length === 1 ? `Buy "${first}"?` : `Buy what ${ids.length} images need?` },
    h(
      'p.words',
      `${count(pictures, 'picture')}, ${priceOf(costUsd)}.`,
      upstream.length > 0 && ` That includes ${input} ${quoted(upstream)}.`,
    ),
    ids.length > 1 &&
      h('details', h('summary', 'Which images'), h('p.words.names', ids.join(', '))),
    attempted.length > 0 &&
      h(
        'p.note.wrong.words',
        `${quoted(attempted)}: requested before, and that may have been billed. It would be requested again.`,
      ),
    answers(`Buy for ${priceOf(costUsd)}`, buy),
  );
}

/** The answers to a question. The one that does nothing has the focus. */
function answers(yes: string, act: () => void, isWrong = false): HTMLElement {
  const close = () => row.closest('dialog')?.close();
  const agree = () => {
    close();
    act();
  };
  const row = h(
    'p.actions',
    h('button.buy', { disabled: isWrong, onclick: agree }, yes),
    h('button', { autofocus: true, onclick: close }, 'Cancel'),
  );
  return row;
}

const keys: readonly (readonly [string, string])[] = [
  ['j  k', 'next and previous image'],
  ['x', 'mark the image'],
  ['J  K', 'mark, and go on'],
  ['a', 'mark all that are shown, or none'],
  ['b', 'buy what is missing: asks first'],
  ['1 … 9', 'pick a candidate'],
  ['c', 'compare its pictures, or the marked images'],
  ['z', 'zoom; there + − 0 and a click zoom in and out'],
  ['e', 'edit'],
  ['u', 'undo'],
  ['/', 'search'],
  ['Esc', 'close what is open'],
  ['?', 'show this help'],
];

/** Explains the keys, and has the switch that turns single keys off. */
export function showHelp(isOn: boolean, onChange: (isOn: boolean) => void): void {
  const box = h('input', { type: 'checkbox', onchange: () => onChange(box.checked) });
  box.checked = isOn;
  openDialog(
    'small-dialog',
    { title: hasNoKeys ? 'Help' : 'Keyboard shortcuts' },
    !hasNoKeys &&
      h('dl.keys', ...keys.map(([key, what]) => h('div', h('dt', h('kbd', key)), h('dd', what)))),
    !hasNoKeys && h('label.check', box, 'Keyboard shortcuts on'),
    h(
      'p.soft',
      'Changed: the next run would deliver different files. Failed: damaged, unusable or refused; or it may have been billed, or it failed on this page.',
    ),
  );
}

/** Opens a dialog with a title, controls and a button that closes it. It is removed when it is closed. */
export function openDialog(
  kind: 'small-dialog' | 'viewer',
  { title, label = title, controls = null }: DialogHead,
  ...content: readonly (Node | false)[]
): HTMLDialogElement {
  const close = h('button.close', { 'aria-label': 'Close', onclick: () => dialog.close() }, '×');
  const dialog = h(
    `dialog.${kind}`,
    { 'aria-label': label, onclose: () => dialog.remove() },
    h('header', h('h2', title), controls, close),
    ...content,
  );
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

interface DialogHead {
  readonly title: string;
  /** What a screen reader calls it. @default title */
  readonly label?: string;
  readonly controls?: Node | null;
}

/** Shows what brings a stored picture back, before it is written. */
export function askToBringBack(
  id: string,
  { files, diagnostics, price, buysMore }: EditProposal,
  write: () => void,
): void {
  const isWrong = diagnostics.some(({ severity }) => severity === 'error');
  const cost = buysMore?.costUsd ?? price?.costUsd;
  openDialog(
    'small-dialog',
    { title: `Bring it back to "${id}"?` },
    h(
      'p.words',
      price === null
        ? 'Free: the picture is stored. These lines change:'
        : `The picture is stored, so it is free; other pictures of the image are not: ${priceOf(cost ?? null)}. These lines change:`,
    ),
    ...diagnostics.map(({ message }) => h('p.words', message)),
    ...files.map(diffOf),
    answers('Bring back', write, isWrong),
  );
}

/** Shows the code with which a page shows an image. */
export function showSnippets(
  id: string,
  snippets: readonly Snippet[],
  copy: (text: string) => void,
): void {
  openDialog(
    'small-dialog',
    { title: `${id} for a page` },
    ...snippets.map(({ name, text }) =>
      h(
        'section.snippet',
        h('h3', name),
        h('pre', { tabindex: 0 }, text),
        h('p.actions', h('button', { onclick: () => copy(text) }, `Copy ${name}`)),
      ),
    ),
  );
}

/** Says why a change was not taken back, and which lines would do it. */
export function showUndoConflict({ message, files }: UndoConflict): void {
  openDialog('small-dialog', { title: 'Not undone' }, h('p.words', message), ...files.map(diffOf));
}
