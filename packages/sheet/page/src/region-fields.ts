import type { Region } from '@tintype/core/types';
import { sides } from './board.ts';
import { h, labelled } from './element.ts';

interface RegionFields {
  /** Left, top, width and height. */
  readonly labels: readonly HTMLElement[];
  /** Leaves the one alone in which somebody types. */
  readonly show: (region: Partial<Region>) => void;
}

/** A rectangle as numbers, in percent. */
export function regionFields(onType: (typed: Partial<Region>) => void): RegionFields {
  const fields = sides.map((side) => {
    const input = h('input', {
      type: 'number',
      min: 0,
      max: 100,
      step: 'any',
      oninput: () => onType({ [side]: Number(input.value) }),
    });
    return { side, input };
  });
  return {
    labels: fields.map(({ side, input }) =>
      labelled(`${side[0]!.toUpperCase()}${side.slice(1)}, %`, input),
    ),
    show(region) {
      for (const { side, input } of fields)
        if (document.activeElement !== input) input.value = String(region[side] ?? '');
    },
  };
}
