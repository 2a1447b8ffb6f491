import type { FieldChange, Region, Variation } from '@tintype/core/types';
import type {
  EditConflict,
  EditForm,
  EditProposal,
  SheetImage,
  SheetPicture,
} from '../../src/sheet.ts';
import { openDialog } from './dialogs.ts';
import { diffOf } from './diff.ts';
import { outcomeOf } from './editor.ts';
import { choice, h } from './element.ts';

interface VariationOptions {
  readonly propose: (id: string, changes: readonly FieldChange[]) => Promise<EditProposal>;
  readonly save: (
    id: string,
    changes: readonly FieldChange[],
    revision: string,
  ) => Promise<EditConflict | null>;
  readonly proposeVariation: (id: string, variation: Variation) => Promise<EditProposal>;
  readonly vary: (
    id: string,
    variation: Variation,
    revision: string,
  ) => Promise<EditConflict | null>;
  /** The address of the whole picture; `null`: it is not bought, so that no region can be drawn on it. */
  readonly url: string | null;
  readonly isTaken: (id: string) => boolean;
  /** An image was added, or something of it. */
  readonly added: (id: string, what: string) => void;
}

/** What can be made from an image. */
interface Making {
  readonly isReady: () => boolean;
  readonly propose: () => Promise<EditProposal>;
  readonly write: () => Promise<Written>;
}

interface Written {
  readonly conflict: EditConflict | null;
  readonly id: string;
  /** In words. */
  readonly what: string;
}

const pauseMs = 250;

/**
 * Asks for a new image that works from the picture of another one: an instruction, and the part that may change. Or for another take of
 * the image, which has the same words: an image cannot work from its own picture.
 */
export function openVariation(
  image: SheetImage,
  picture: SheetPicture | null,
  { revision, layers }: EditForm,
  { propose, save, proposeVariation, vary, url, isTaken, added }: VariationOptions,
): void {
  const take = layers.find(({ fields }) => typeof fields['take'] === 'number')?.fields['take'] ?? 1;
  const anotherTake = [{ layer: 'image', field: 'take', value: Number(take) + 1 }];
  const makings: Readonly<Record<'image' | 'take', Making>> = {
    image: {
      isReady: () => prompt.value.trim() !== '',
      propose: () => proposeVariation(image.id, variation()),
      async write() {
        const next = variation();
        const conflict = await vary(image.id, next, revision);
        return { conflict, id: next.id, what: next.id };
      },
    },
    take: {
      isReady: () => true,
      propose: () => propose(image.id, anotherTake),
      async write() {
        const conflict = await save(image.id, anotherTake, revision);
        return { conflict, id: image.id, what: `another take of ${image.id}` };
      },
    },
  };
  let making = makings.image;
  let region: Region | null = null;
  let from: readonly [number, number] | null = null;
  let timer: number | undefined;
  let asked = 0;

  const prompt = h('textarea', {
    rows: 3,
    dir: 'auto',
    placeholder: 'at night, with the lamp lit',
  });
  const id = h('input', { type: 'text' });
  id.value = freeId(image.id, isTaken);
  const alt = h('textarea', { rows: 2, dir: 'auto' });
  alt.value = image.alt;
  const box = h('span.region', { 'aria-hidden': 'true', hidden: true });
  const board = h(
    'div.board',
    {
      onpointerdown: (event: PointerEvent) => {
        board.setPointerCapture(event.pointerId);
        from = pointOf(event);
      },
      onpointermove: (event: PointerEvent) => {
        if (from !== null && board.hasPointerCapture(event.pointerId))
          draw(between(from, pointOf(event)));
      },
      onpointerup: () => {
        from = null;
        changed();
      },
    },
    h('img', { src: url, alt: '', draggable: 'false' }),
    box,
  );
  board.style.setProperty('--ratio', String(picture === null ? 1 : picture.width / picture.height));
  const sides = (['left', 'top', 'width', 'height'] as const).map((side) => {
    const input = h('input', {
      type: 'number',
      min: 0,
      max: 100,
      oninput: () => {
        const none = { left: 0, top: 0, width: 0, height: 0 };
        draw(inside({ ...(region ?? none), [side]: Number(input.value) }));
      },
    });
    return { side, input, label: h('label.field', h('span', `${side}, %`), input) };
  });
  const outcome = h('p.outcome', { role: 'status' }, 'Say what is to be different.');
  const problems = h('ul.edit-problems');
  const diff = h('div.diffs');
  const button = h('button.buy', { disabled: true, onclick: () => void write() }, 'Add');
  const clear = h('button', { onclick: () => draw(null) }, 'Whole picture');
  const hasPicture = url !== null && picture !== null;
  const fields = h(
    'div.crop-side',
    h('label.field', h('span', 'What is to be different'), prompt),
    h('label.field', h('span', 'Name of the new image'), id),
    h('label.field', h('span', 'Alt text (empty: decorative)'), alt),
    hasPicture &&
      h(
        'fieldset.crop-fields.region-fields',
        h('legend', 'Only this part changes: draw it on the picture, or type it'),
        ...sides.map(({ label }) => label),
        h('p.actions', clear),
      ),
  );
  const dialog = openDialog(
    'viewer',
    { title: `The same as ${image.id}, but …` },
    h(
      'form.cropper',
      {
        'aria-label': 'The new image',
        oninput: () => changed(),
        onsubmit: (event: Event) => event.preventDefault(),
      },
      hasPicture
        ? board
        : h('p.soft', 'Its picture is not bought yet, so no part of it can be chosen.'),
      h(
        'div.crop-side',
        choice(
          'Make',
          [
            ['image', 'A new image'],
            ['take', 'Another take, with the same words'],
          ],
          'image',
          (kind) => {
            making = makings[kind];
            fields.hidden = kind === 'take';
            changed();
          },
        ),
        fields,
        outcome,
        problems,
        h('p.actions', button, h('button', { onclick: () => dialog.close() }, 'Cancel')),
        diff,
      ),
    ),
  );
  prompt.focus();

  function pointOf({ clientX, clientY }: PointerEvent): readonly [number, number] {
    const bounds = board.getBoundingClientRect();
    const part = (value: number) => Math.round(Math.min(100, Math.max(0, value * 100)));
    return [
      part((clientX - bounds.left) / bounds.width),
      part((clientY - bounds.top) / bounds.height),
    ];
  }

  function draw(next: Region | null): void {
    region = next;
    box.hidden = next === null;
    for (const { side, input } of sides) {
      if (document.activeElement !== input) input.value = next === null ? '' : String(next[side]);
      box.style.setProperty(side, `${next?.[side] ?? 0}%`);
    }
    changed();
  }

  function variation(): Variation {
    const isDrawn = region !== null && region.width > 0 && region.height > 0;
    return {
      id: id.value.trim(),
      prompt: prompt.value,
      alt: alt.value,
      region: isDrawn ? region : null,
    };
  }

  function changed(): void {
    button.disabled = true;
    clearTimeout(timer);
    // An answer about what was asked before is no longer of interest.
    asked++;
    if (making.isReady()) timer = window.setTimeout(() => void ask(), pauseMs);
  }

  async function ask(): Promise<void> {
    const now = ++asked;
    problems.replaceChildren();
    try {
      const proposal = await making.propose();
      if (now !== asked) return;
      const mistakes = proposal.diagnostics.filter(({ severity }) => severity === 'error');
      outcome.textContent = mistakes.length > 0 ? 'It cannot be added:' : outcomeOf(proposal);
      problems.replaceChildren(
        ...proposal.diagnostics.map(({ message }) => h('li.words', message)),
      );
      diff.replaceChildren(...proposal.files.map(diffOf));
      button.disabled = mistakes.length > 0;
    } catch (error) {
      if (now === asked) fail(error);
    }
  }

  async function write(): Promise<void> {
    button.disabled = true;
    try {
      const { conflict, id: made, what } = await making.write();
      if (conflict !== null) throw new Error(`${conflict.message} Close this, and try again.`);
      dialog.close();
      added(made, what);
    } catch (error) {
      fail(error);
    }
  }

  function fail(error: unknown): void {
    outcome.textContent = 'It cannot be added:';
    problems.replaceChildren(h('li.words', error instanceof Error ? error.message : String(error)));
    diff.replaceChildren();
  }
}

function between([x, y]: readonly [number, number], [a, b]: readonly [number, number]): Region {
  return {
    left: Math.min(x, a),
    top: Math.min(y, b),
    width: Math.abs(a - x),
    height: Math.abs(b - y),
  };
}

/** A typed region within the picture. */
function inside({ left, top, width, height }: Region): Region {
  return { left, top, width: Math.min(width, 100 - left), height: Math.min(height, 100 - top) };
}

/** `hero-2`, or the next number that is free. */
function freeId(id: string, isTaken: (id: string) => boolean): string {
  let number = 2;
  while (isTaken(`${id}-${number}`)) number++;
  return `${id}-${number}`;
}
