import type { Sheet } from '../../src/sheet.ts';
import { choice, h } from './element.ts';
import { type Backdrop, type Preferences, sizeOf, sizes, type Theme } from './preferences.ts';
import { state } from './state.ts';
import { totalsOf } from './totals.ts';

interface HeadActions {
  readonly prefer: (next: Partial<Preferences>) => void;
  readonly undo: () => void;
  readonly help: () => void;
}

export interface Head {
  readonly element: HTMLElement;
  readonly draw: (sheet: Sheet) => void;
  readonly showSize: () => void;
  readonly showLost: (isLost: boolean) => void;
}

/** The head of the page: whose sheet it is, what it comes to, and how it is shown. */
export function pageHead({ prefer, undo, help }: HeadActions): Head {
  const title = h('h1', 'Contact sheet');
  const lost = h('p.lost', { role: 'status' });
  const totals = h('dl', { class: 'totals' });
  const undoButton = h('button.undo', { hidden: true, onclick: undo }, 'Undo');
  const thumbnails = h('input', {
    type: 'range',
    ...sizes,
    value: sizeOf(state.preferences),
    'aria-label': 'Size of thumbnails',
    title: 'Size of thumbnails',
    oninput: () => prefer({ size: Number(thumbnails.value) }),
  });
  const { theme, backdrop } = state.preferences;
  return {
    element: h(
      'header.top',
      h('div.title', title, lost),
      totals,
      h(
        'div.settings',
        choice<Theme>(
          'Theme',
          [
            ['auto', 'Auto'],
            ['light', 'Light'],
            ['dark', 'Dark'],
          ],
          theme,
          (next) => prefer({ theme: next }),
        ),
        choice<Backdrop | 'auto'>(
          'Backdrop',
          [
            ['auto', 'As the theme'],
            ['light', 'Light'],
            ['dark', 'Dark'],
            ['checker', 'Checkerboard'],
          ],
          backdrop ?? 'auto',
          (next) => prefer({ backdrop: next === 'auto' ? null : next }),
        ),
        thumbnails,
        undoButton,
        h('button.help', { 'aria-label': 'Help', onclick: help }, '?'),
      ),
    ),
    draw(sheet) {
      title.textContent = sheet.project;
      document.title = `${sheet.project}: contact sheet`;
      totals.replaceChildren(...totalsOf(sheet));
      const latest = sheet.live?.undo ?? null;
      undoButton.hidden = latest === null;
      undoButton.title = latest === null ? '' : `Take back: ${latest}`;
    },
    showSize: () => {
      thumbnails.value = String(sizeOf(state.preferences));
    },
    showLost: (isLost) => {
      lost.textContent = isLost ? 'The server has stopped. The page shows its last state.' : '';
    },
  };
}
