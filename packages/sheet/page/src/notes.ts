import type { PictureNote } from '@tintype/core/types';
import { h } from './element.ts';

/** Star, reject and comment of one picture. Without `write`, as in a file, the note is only shown. */
export function noteControls(
  name: string,
  note: PictureNote,
  write: ((note: PictureNote) => void) | null,
): HTMLElement | null {
  const { star = false, rejected = false, comment = '' } = note;
  if (write === null) return shownNote(note);
  const mark = (of: 'star' | 'rejected', isOn: boolean, word: string, sign: string) =>
    h(
      'button.mark',
      {
        'aria-pressed': String(isOn),
        'aria-label': `${word} ${name}`,
        title: word,
        onclick: () => write(without({ ...note, [of]: !isOn })),
      },
      sign,
    );
  const box = h('input', {
    type: 'text',
    maxlength: 2000,
    placeholder: 'Comment',
    'aria-label': `Comment on ${name}`,
    onchange: () => {
      const { value } = box;
      box.defaultValue = value;
      write(without({ ...note, comment: value }));
    },
  });
  box.defaultValue = comment;
  return h(
    'div.marks',
    mark('star', star, 'Star', star ? '★' : '☆'),
    mark('rejected', rejected, 'Reject', '✕'),
    box,
  );
}

/** What is not set is left out. */
function without(note: { star?: boolean; rejected?: boolean; comment?: string }): PictureNote {
  return Object.fromEntries(
    Object.entries(note).filter(([, value]) => value !== false && value !== ''),
  );
}

function shownNote({ star, rejected, comment }: PictureNote): HTMLElement | null {
  const words = [star && '★ starred', rejected && '✕ rejected', comment].filter(
    (word) => typeof word === 'string',
  );
  return words.length === 0 ? null : h('p.words.soft', words.join('. '));
}
