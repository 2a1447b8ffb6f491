import type { SheetImage } from '../../src/sheet.ts';
import { openCropper } from './cropper.ts';
import { askToBringBack, showSnippets, showUndoConflict } from './dialogs.ts';
import { comparedAtMost } from './first-panes.ts';
import { cropped, type InspectorActions } from './inspector.ts';
import { server } from './server.ts';
import { imageOf, isLive, marked, source, state } from './state.ts';
import { copy, orSay, say } from './toast.ts';
import { howToUndo } from './touch.ts';
import { openVariation } from './variation.ts';
import { openViewer } from './viewer.ts';

let isOpening = false;

/** Opens a dialog with what the server says, once, however often its button is pressed meanwhile. */
function openWith<Data>(read: () => Promise<Data>, show: (data: Data) => void): void {
  if (isOpening) return;
  isOpening = true;
  orSay(
    read()
      .then(show)
      .finally(() => {
        isOpening = false;
      }),
  );
}

/** Picks a candidate, and resolves to whether it is picked now. A file gives the command instead. */
export async function pick(image: SheetImage, candidate: number): Promise<boolean> {
  const { length } = image.candidates;
  if (candidate > length || length === 1) {
    say(`"${image.id}" has ${length} candidate${length === 1 ? '' : 's'}.`);
    return false;
  }
  if (!isLive) {
    copy(`tintype pick ${image.id} ${candidate}`);
    return false;
  }
  const picking = server.pick(image.id, candidate);
  orSay(picking);
  return picking.then(
    () => {
      say(
        candidate === image.pick
          ? `${image.id} keeps pick: ${candidate}.`
          : `Wrote pick: ${candidate} for ${image.id} to ${image.manifest}.`,
      );
      return true;
    },
    () => false,
  );
}

export function view(images: readonly SheetImage[], first: Parameters<typeof openViewer>[1]): void {
  const canPick = state.sheet?.live?.role !== 'look';
  openViewer(images, first, { source, isLive, pick: canPick ? pick : null });
}

export function compareMarked(): void {
  const images = [...marked].flatMap((id) => imageOf(id) ?? []).slice(0, comparedAtMost);
  view(images, { mode: 'side', candidate: null });
}

export const bringBack: InspectorActions['bringBack'] = ({ id }, key) => {
  openWith(
    () => server.bringBack(id, key),
    ({ changes, revision, proposal }) =>
      askToBringBack(id, proposal, () =>
        orSay(
          server
            .edit(id, changes, revision)
            .then((conflict) =>
              say(conflict?.message ?? `${id} has that picture again. ${howToUndo}`),
            ),
        ),
      ),
  );
};

export function crop(image: SheetImage): void {
  const picture = cropped(image);
  const url = picture && source(picture.hash);
  if (picture === null || url === null) return;
  openWith(
    () => server.form(image.id),
    (form) => openCropper(image, picture, form, { ...server, url }),
  );
}

/** `added`: an image was made, and is there as soon as the sheet is read again. */
export function vary(image: SheetImage, added: (id: string) => void): void {
  const picture = cropped(image);
  openWith(
    () => server.form(image.id),
    (form) =>
      openVariation(image, picture, form, {
        ...server,
        url: picture && source(picture.hash),
        isTaken: (id) => imageOf(id) !== null,
        added: (id, what) => {
          say(`Added ${what}. ${howToUndo}`);
          added(id);
        },
      }),
  );
}

export function use({ id }: SheetImage): void {
  openWith(
    () => server.snippets(id),
    (snippets) => showSnippets(id, snippets, copy),
  );
}

export function undo(): void {
  if (!isLive) return;
  orSay(
    server
      .undo()
      .then((outcome) =>
        'what' in outcome ? say(`Took back: ${outcome.what}.`) : showUndoConflict(outcome),
      ),
  );
}
