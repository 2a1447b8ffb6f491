import {
  type Context,
  type FieldChange,
  type Key,
  type PictureNote,
  type Variation,
  TintypeError,
} from '@tintype/core';
import {
  bringBack,
  editableImage,
  type EditedFile,
  editImage,
  isChange,
  noteOnPicture,
  proposeEdit,
  proposeVariation,
  rewriteFiles,
  undone,
  varyImage,
} from '@tintype/core/internal';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { editProposal, fileDiff } from './edit-proposal.ts';
import { formFields } from './form-fields.ts';
import type {
  BringBackOffer,
  EditConflict,
  EditForm,
  EditProposal,
  UndoConflict,
  Undone,
} from './sheet.ts';

/** What the page writes into manifests: one change at a time, each of which can be taken back. Nothing of it buys. */
export interface SheetEdits {
  readonly form: (id: string) => Promise<EditForm>;
  readonly propose: (id: string, changes: readonly FieldChange[]) => Promise<EditProposal>;
  /** Resolves to `null` if the change is written. */
  readonly edit: (
    id: string,
    changes: readonly FieldChange[],
    revision: string,
  ) => Promise<EditConflict | null>;
  /** What a new image that works from this one would cost. */
  readonly proposeVariation: (id: string, variation: Variation) => Promise<EditProposal>;
  /** Adds a new image that works from this one. Resolves to `null` if it is written. */
  readonly vary: (
    id: string,
    variation: Variation,
    revision: string,
  ) => Promise<EditConflict | null>;
  /** The change that brings a stored picture back. It is made with `edit`. */
  readonly bringBack: (id: string, key: string) => Promise<BringBackOffer>;
  /** Writes a note about a picture of an image. */
  readonly note: (id: string, key: Key, note: PictureNote) => Promise<void>;
  /** Takes the last change back. */
  readonly undo: () => Promise<Undone | UndoConflict>;
  /** A change that was made elsewhere on the page, so that it can be taken back as well. */
  readonly add: (change: Change) => void;
  /** What undo would take back; `null`: nothing. */
  readonly latest: () => string | null;
}

interface Change {
  /** As in `the prompt of "hero"`. */
  readonly what: string;
  /** The image that it is about. */
  readonly id: string;
  readonly files: readonly EditedFile[];
}

/** `onWritten`: an image's manifest was written; `onNoted`: a note was. */
export function sheetEdits(
  contextNow: () => Promise<Context>,
  {
    onWritten,
    onNoted,
  }: {
    readonly onWritten: (context: Context, id: string) => Promise<void>;
    readonly onNoted: () => void;
  },
): SheetEdits {
  const changes: Change[] = [];
  // A change is read, compared and written before the next one is looked at, so that two tabs do not mix.
  const inTurn = pLimit(1);

  const formOf = ({ config }: Context, image: Awaited<ReturnType<typeof editableImage>>) => ({
    ...image,
    fields: formFields(config),
  });

  return {
    form: async (id) => {
      const context = await contextNow();
      return formOf(context, await editableImage(context, id));
    },

    propose: async (id, edits) =>
      editProposal(id, await proposeEdit(quiet(await contextNow()), id, edits)),

    edit: (id, edits, revision) =>
      written(id, whatOf(id, edits), (context) => editImage(context, id, edits, revision)),

    proposeVariation: async (id, variation) =>
      editProposal(variation.id, await proposeVariation(quiet(await contextNow()), id, variation)),

    vary: (id, variation, revision) =>
      written(id, `"${variation.id}"`, (context) => varyImage(context, id, variation, revision)),

    bringBack: async (id, key) => {
      const { changes, proposal } = await bringBack(quiet(await contextNow()), id, key);
      const { revision } = proposal.image;
      return { changes, revision, proposal: editProposal(id, proposal) };
    },

    note: (id, key, note) =>
      inTurn(async () => {
        const context = await contextNow();
        const { layers } = await editableImage(context, id);
        const { file } = layers.find(({ name }) => name === 'image')!;
        await noteOnPicture(context, file, { id, key, note });
        onNoted();
      }),

    undo: () =>
      inTurn(async () => {
        const change = changes.at(-1);
        if (change === undefined) throw new TintypeError('usage', 'There is nothing to undo.');
        const context = quiet(await contextNow());
        const { root } = context.config;
        const files = change.files.map(undone);
        if (await rewriteFiles(root, files)) {
          changes.pop();
          await onWritten(context, change.id);
          return { what: change.what };
        }
        const found = await Promise.all(
          files.map(async ({ file, after }) => {
            const now = await readFile(join(root, file)).catch(() => null);
            return fileDiff({ file, before: now, after });
          }),
        );
        // An earlier change of the same files cannot be taken back either.
        const names = new Set(files.map(({ file }) => file));
        const left = changes.filter((one) => !one.files.some(({ file }) => names.has(file)));
        changes.splice(0, changes.length, ...left);
        const message = `${[...names].join(', ')} has changed since. Nothing was written. To take ${change.what} back by hand, write:`;
        return { message, files: found };
      }),

    add,
    latest: () => changes.at(-1)?.what ?? null,
  };

  function written(
    id: string,
    what: string,
    write: (context: Context) => ReturnType<typeof editImage>,
  ): Promise<EditConflict | null> {
    return inTurn(async () => {
      const context = quiet(await contextNow());
      const result = await write(context);
      if (result.kind === 'changed-meanwhile') {
        const message = `The manifest of "${id}" has changed since you opened it. Nothing was written.`;
        return { message, image: formOf(context, result.image) };
      }
      add({ what, id, files: result.files });
      await onWritten(context, id);
      return null;
    });
  }

  function add(change: Change): void {
    const files = change.files.filter(isChange);
    if (files.length > 0) changes.push({ ...change, files });
    if (changes.length > maxChanges) changes.shift();
  }
}

/** Each holds its files twice. */
const maxChanges = 200;

/** Reading for a proposal reports nothing: the page shows what it is about. */
function quiet(context: Context): Context {
  return { ...context, report: () => {} };
}

function whatOf(id: string, edits: readonly FieldChange[]): string {
  const names = [...new Set(edits.map(({ field }) => field))];
  return `${names.join(', ')} of "${id}"`;
}
