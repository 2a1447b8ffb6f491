import type { Sheet } from '../../src/sheet.ts';
import { count } from './amounts.ts';
import { h } from './element.ts';

/** What is wrong with the project: one failure, the mistakes of manifests, and warnings. */
export function problemsOf({ problem, diagnostics, live, images }: Sheet): HTMLElement[] {
  const mistakes = diagnostics.filter(({ severity }) => severity === 'error');
  const warnings = diagnostics.filter(({ severity }) => severity === 'warning');
  return [
    ...[problem, live?.failure?.message ?? null].flatMap((message) =>
      message === null ? [] : [h('p.note.wrong.words', { role: 'alert' }, message)],
    ),
    ...(mistakes.length === 0
      ? []
      : [
          list(
            `${count(mistakes.length, 'mistake')}. ${images.length === 0 ? 'The images appear when the manifest is right' : 'The page shows the project as it was before'}`,
            mistakes,
            true,
          ),
        ]),
    ...(warnings.length === 0 ? [] : [list(count(warnings.length, 'warning'), warnings, false)]),
  ];
}

function list(summary: string, found: Sheet['diagnostics'], isOpen: boolean): HTMLElement {
  return h(
    'details',
    { open: isOpen, class: isOpen ? 'note wrong' : 'note' },
    h('summary', summary),
    h(
      'ul',
      ...found.map(({ file, line, column, message, frame }) =>
        h(
          'li',
          h('code', `${file}:${line}:${column}`),
          h('p.words', message),
          frame !== null && isOpen && h('pre', frame),
        ),
      ),
    ),
  );
}
