import type { FileDiff } from '../../src/sheet.ts';
import { h } from './element.ts';

/** The lines of a file that change, with their signs, so that they can be told apart without colour. */
export function diffOf({ file, hunks }: FileDiff): HTMLElement {
  return h(
    'section.diff',
    { 'aria-label': `What changes in ${file}` },
    h('h3', file),
    h(
      'pre',
      { tabindex: 0 },
      ...hunks.flatMap(({ lines }, index) => [
        ...(index === 0 ? [] : [h('span', '…\n')]),
        ...lines.map((line) => h('span', { class: kinds[line.charAt(0)] ?? '' }, `${line}\n`)),
      ]),
    ),
  );
}

const kinds: Readonly<Record<string, string>> = { '+': 'added', '-': 'removed' };
