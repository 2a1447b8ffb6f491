import type { Region, Variation } from '@tintype/core/types';
import type {
  EditConflict,
  EditForm,
  EditProposal,
  SheetImage,
  SheetPicture,
} from '../../src/sheet.ts';
import { pictureBoard, place } from './board.ts';
import { dragged, type Hold, holdAt, inside, inTenths } from './crop-region.ts';
import { openDialog } from './dialogs.ts';
import { choice, h, labelled } from './element.ts';
import { proposalBox } from './proposal.ts';
import { regionFields } from './region-fields.ts';
import type { Server } from './server.ts';

interface VariationOptions extends Pick<Server, 'propose' | 'edit' | 'proposeVariation' | 'vary'> {
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

/**
 * Asks for a new image that works from the picture of another one: an instruction, and the part that may change. Or for another take of
 * the image, which has the same words: an image cannot work from its own picture.
 */
export function openVariation(
  image: SheetImage,
  picture: SheetPicture | null,
  { revision, layers }: EditForm,
  { propose, edit, proposeVariation, vary, url, isTaken, added }: VariationOptions,
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
        const conflict = await edit(image.id, anotherTake, revision);
        return { conflict, id: image.id, what: `another take of ${image.id}` };
      },
    },
  };
  let making = makings.image;
  let region: Region | null = null;
  let hold: Hold = { corner: [0, 0] };

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
  const board = pictureBoard(
    {
      url,
      picture,
      grab: (point) => {
        hold = holdAt(region, point);
      },
      drag: (point) => draw(inTenths(dragged(hold, point))),
    },
    {},
    box,
  );
  const numbers = regionFields((typed) => draw(inside({ ...(region ?? noRegion), ...typed })));
  const proposal = proposalBox({
    idle: 'Say what is to be different.',
    verb: 'Add',
    propose: () => (making.isReady() ? making.propose() : null),
    async write() {
      const { conflict, id: made, what } = await making.write();
      if (conflict !== null) throw new Error(`${conflict.message} Close this, and try again.`);
      dialog.close();
      added(made, what);
    },
    cancel: () => dialog.close(),
  });
  const clear = h('button', { onclick: () => draw(null) }, 'Whole picture');
  const hasPicture = url !== null && picture !== null;
  const fields = h(
    'div.crop-side',
    labelled('What is to be different', prompt),
    labelled('Name of the new image', id),
    labelled('Alt text (empty: decorative)', alt),
    hasPicture &&
      h(
        'fieldset.crop-fields.region-fields',
        h('legend', 'Only this part changes: draw it on the picture, or type it'),
        ...numbers.labels,
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
        oninput: proposal.changed,
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
            proposal.changed();
          },
        ),
        fields,
        proposal.outcome,
        proposal.problems,
        proposal.actions,
        proposal.diff,
      ),
    ),
  );
  prompt.focus();

  function draw(next: Region | null): void {
    region = next;
    box.hidden = next === null;
    numbers.show(next ?? {});
    place(box, next ?? noRegion);
    proposal.changed();
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
}

const noRegion: Region = { left: 0, top: 0, width: 0, height: 0 };

/** `hero-2`, or the next number that is free. */
function freeId(id: string, isTaken: (id: string) => boolean): string {
  let number = 2;
  while (isTaken(`${id}-${number}`)) number++;
  return `${id}-${number}`;
}
