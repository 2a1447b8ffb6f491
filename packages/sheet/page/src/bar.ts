import type { Sheet } from '../../src/sheet.ts';
import { count } from './amounts.ts';
import { h } from './element.ts';
import { everything, type Filter, flags, toFragment } from './filter.ts';
import { state } from './state.ts';

export interface Bar {
  readonly element: HTMLElement;
  readonly draw: (sheet: Sheet) => void;
  /** Shows which filter is set, and what it finds. */
  readonly showFilter: (sheet: Sheet) => void;
  readonly say: (text: string) => void;
  readonly focus: () => void;
}

/** The filter: a search, what is wrong with an image, and the manifest it is in. `many`: what can be done with what is found. */
export function filterBar(look: (filter: Filter) => void, many: HTMLElement): Bar {
  const search = h('input', {
    type: 'search',
    placeholder: 'Search',
    'aria-label': 'Search ids, prompts, models and keys',
    'aria-keyshortcuts': '/',
    oninput: () => look({ ...state.filter, text: search.value.trim() }),
  });
  search.value = state.filter.text;
  const buttons = h('div.flags', { role: 'group', 'aria-label': 'Show' });
  const manifests = h('select', {
    'aria-label': 'Manifest',
    hidden: true,
    onchange: () => look({ ...state.filter, manifest: manifests.value || null }),
  });
  const found = h('p.found', { role: 'status' });

  function flagButton(flag: Filter['flag'], name: string, number: number): HTMLElement {
    const { filter } = state;
    return h(
      'button',
      {
        'aria-pressed': String(filter.flag === flag),
        'data-flag': flag ?? 'all',
        disabled: number === 0 && filter.flag !== flag && flag !== null,
        onclick: () => look({ ...state.filter, flag: state.filter.flag === flag ? null : flag }),
      },
      name,
      h('span.number', String(number)),
    );
  }

  return {
    element: h('search.bar', search, buttons, manifests, found, many),
    draw({ images, base }) {
      const names = [...new Set(images.map(({ manifest }) => manifest))];
      manifests.hidden = names.length < 2;
      manifests.replaceChildren(
        h('option', { value: '' }, 'Every manifest'),
        ...names.map((name) => h('option', { value: name }, name)),
      );
      const focused = buttons.querySelector<HTMLElement>(':focus')?.dataset['flag'];
      buttons.replaceChildren(
        flagButton(null, 'All', images.length),
        ...flags
          .filter(([flag]) => flag !== 'differs' || base !== null)
          .map(([flag, name]) =>
            flagButton(flag, name, images.filter((image) => image.flags.includes(flag)).length),
          ),
      );
      if (focused !== undefined)
        buttons.querySelector<HTMLElement>(`[data-flag="${focused}"]`)?.focus();
    },
    showFilter({ images }) {
      const { filter, shown } = state;
      if (search.value.trim() !== filter.text) search.value = filter.text;
      manifests.value = filter.manifest ?? '';
      for (const button of buttons.querySelectorAll<HTMLElement>('button'))
        button.setAttribute(
          'aria-pressed',
          String(button.dataset['flag'] === (filter.flag ?? 'all')),
        );
      const isAll = toFragment(filter, null) === toFragment(everything, null);
      found.textContent = isAll ? '' : `${shown.length} of ${count(images.length, 'image')}`;
    },
    say: (text) => {
      found.textContent = text;
    },
    focus: () => search.focus(),
  };
}
