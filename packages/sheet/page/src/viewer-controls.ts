import type { SheetImage } from '../../src/sheet.ts';
import { choice, h } from './element.ts';
import { select } from './select.ts';
import type { Stacking } from './stacked.ts';

export type Mode = 'one' | 'side' | Stacking;

export interface ViewerControls {
  readonly element: HTMLElement;
  /** `canAdd`: there is another picture, and room for it. */
  readonly draw: (shown: { mode: Mode; scale: string; canAdd: boolean }) => void;
}

interface ControlsOptions {
  readonly images: readonly SheetImage[];
  readonly isLive: boolean;
  readonly isSeveral: boolean;
  readonly zoom: (scale: string) => void;
  readonly setMode: (mode: Mode) => void;
  readonly add: () => void;
}

/** The scales that the keys step through. */
const steps = ['fit', '100', '200', '400'];

export function nextScale(scale: string, by: 1 | -1): string {
  const at = steps.indexOf(scale) + by;
  return steps[Math.min(steps.length - 1, Math.max(0, at))]!;
}

const modes: readonly (readonly [Mode, string])[] = [
  ['one', 'One'],
  ['side', 'Side by side'],
  ['slider', 'Slider'],
  ['onion', 'Onion skin'],
  ['difference', 'Difference'],
];

/** How pictures are looked at: their scale, and one, several side by side, or two above each other. */
export function viewerControls(options: ControlsOptions): ViewerControls {
  const { isSeveral, zoom, setMode, add } = options;
  const scales = scalesOf(options);
  const element = h('div', { class: 'controls' });
  return {
    element,
    draw({ mode, scale, canAdd }) {
      const { activeElement: focused } = document;
      const [hadFocus, wasScale] = [element.contains(focused), focused?.nodeName === 'SELECT'];
      element.replaceChildren(
        h('label.select', h('span', 'Scale'), select(scales, scale, zoom)),
        choice('View', isSeveral ? modes : modes.slice(0, 1), mode, setMode),
        canAdd ? h('button.compare', { onclick: add }, 'Add a picture') : '',
      );
      if (hadFocus)
        element.querySelector<HTMLElement>(wasScale ? 'select' : `[value="${mode}"]`)?.focus();
    },
  };
}

function scalesOf({
  images,
  isLive,
}: ControlsOptions): (readonly [value: string, label: string, group: string])[] {
  const widths = images.flatMap(({ variants }) => variants.map(({ width }) => width));
  return [
    ['fit', 'To fit', ''],
    ...steps.slice(1).map((scale) => [scale, `${scale} %`, ''] as const),
    ...(isLive ? [...new Set(widths)].toSorted((a, b) => a - b) : []).map(
      (width) => [`w${width}`, `${width} wide`, 'As it will be shown'] as const,
    ),
  ];
}
