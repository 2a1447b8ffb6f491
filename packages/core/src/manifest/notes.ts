import * as z from 'zod';
import { limits } from '../fields.ts';
import { hashForm, isMap } from '../plain-checks.ts';
import type { Diagnostic, FieldPath, FieldValue, Key, PictureNote } from '../types.ts';
import { openYaml } from './open-yaml.ts';
import { readText } from './read-text.ts';
import { diagnoseFile, diagnoseText, sourceText } from './source-text.ts';
import { writeValue, type Written } from './write-value.ts';

/** What people noted about the pictures of a manifest: by image, and by the key of the picture. */
export type Notes = ReadonlyMap<string, ReadonlyMap<Key, PictureNote>>;

/** The file of the notes about a manifest's pictures: `site.images.notes.yaml` beside `site.images.yaml`. */
export function notesFileOf(manifest: string): string {
  return `${manifest.replace(/\.ya?ml$/i, '').replace(/\.images$/, '')}.images.notes.yaml`;
}

const note = z.strictObject({
  star: z.literal(true).optional(),
  rejected: z.literal(true).optional(),
  comment: z.string().min(1).max(limits.commentLength).optional(),
});

/** Parses a file of notes. What is not a note is left out, and reported as a warning. Pure; never throws on any bytes. */
export function parseNotes(
  file: string,
  bytes: Uint8Array,
): { readonly notes: Notes; readonly diagnostics: readonly Diagnostic[] } {
  const text = readText(bytes);
  if (typeof text !== 'string')
    return {
      notes: new Map(),
      diagnostics: [diagnoseFile(file, { ...text, severity: 'warning' })],
    };
  const { tree, problems, shownText } = openYaml(text);
  const source = sourceText(file, shownText);
  const diagnostics = problems.map(({ range, finding }) =>
    diagnoseText(source, range, { ...finding, severity: 'warning' }),
  );
  const notes = new Map<string, Map<Key, PictureNote>>();
  if (tree === null || tree.value === null) return { notes, diagnostics };
  const refuse = (path: FieldPath, message: string): void => {
    const finding = { severity: 'warning', code: 'wrong-type', message } as const;
    diagnostics.push(diagnoseText(source, tree.rangeOf(path, 'key'), finding));
  };
  if (!isMap(tree.value)) refuse([], 'notes are a map of images');
  for (const [id, pictures] of isMap(tree.value) ? Object.entries(tree.value) : []) {
    // The last note about an image was removed.
    if (pictures === null) continue;
    if (!isMap(pictures)) {
      refuse([id], 'the notes about an image are a map of the keys of its pictures');
      continue;
    }
    const known = new Map<Key, PictureNote>();
    for (const [key, value] of Object.entries(pictures)) {
      const checked = note.safeParse(value);
      if (!hashForm.test(key))
        refuse([id, key], 'a picture is named by its key, 64 hexadecimal digits');
      else if (checked.success) known.set(key as Key, checked.data as PictureNote);
      else
        refuse(
          [id, key],
          `a note is star: true, rejected: true, and a comment of up to ${limits.commentLength} characters`,
        );
    }
    notes.set(id, known);
  }
  return { notes, diagnostics };
}

/** The text of a file of notes with another note about a picture. `text` is empty if there is no file. An empty note is removed. */
export function writeNote(
  text: string,
  manifest: string,
  id: string,
  key: Key,
  next: PictureNote,
): Written {
  const isNone = Object.keys(next).length === 0;
  const data = openYaml(text).tree?.value ?? null;
  if (isMap(data) && Object.hasOwn(data, id))
    return writeValue(text, [id, key], isNone ? null : (next as FieldValue));
  if (isNone) return { text };
  const start =
    text.trim() === ''
      ? `# Notes on the pictures of ${manifest}, made on its contact sheet.\n`
      : withLineEnd(text);
  const written = writeValue(`${start}${nameOf(id)}:\n`, [id, key], next as FieldValue);
  if ('problem' in written) return { problem: 'this file is not a list of notes' };
  return written;
}

/** A name that every parser reads as text. */
function nameOf(name: string): string {
  return /^[a-z][a-z0-9/-]*$/.test(name) && !/^(true|false|null|yes|no|on|off|y|n)$/.test(name)
    ? name
    : JSON.stringify(name);
}

function withLineEnd(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
