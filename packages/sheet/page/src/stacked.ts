import { decoration, h, setStyles } from './element.ts';

/** How two pictures are shown one above the other. */
export type Stacking = 'slider' | 'onion' | 'difference';

/** In percent: where the slider is, how much of the first picture shines through, how much a difference is amplified. */
export type Amounts = Record<Stacking, number>;

const words: Readonly<Record<Stacking, string>> = {
  slider: 'How much of the first picture is shown',
  onion: 'The first picture shines through',
  difference: 'Make differences brighter',
};

/** Two pictures one above the other, and the range that changes an amount. */
export function stacked(
  how: Stacking,
  amounts: Amounts,
  shown: readonly { readonly picture: HTMLElement; readonly caption: HTMLElement }[],
): HTMLElement[] {
  const over = h('div.over', ...shown.map(({ picture }) => picture));
  const range = h('input', {
    type: 'range',
    min: 0,
    max: 100,
    value: amounts[how],
    'aria-label': how === 'slider' ? words.slider : null,
    oninput: () => {
      amounts[how] = Number(range.value);
      cut();
    },
  });
  cut();
  if (how === 'slider') over.append(h('span.cut', decoration), range);
  return [
    over,
    ...(how === 'slider' ? [] : [h('label.select.amount', h('span', words[how]), range)]),
    h('div.captions', ...shown.map(({ caption }) => caption)),
  ];

  function cut(): void {
    setStyles(over, { '--cut': `${amounts[how]}%` });
  }
}
