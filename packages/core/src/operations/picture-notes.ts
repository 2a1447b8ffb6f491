import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Context } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { createAtomic } from '../fs/write-atomic.ts';
import { filesOnDisk } from '../fs/project-files.ts';
import { isThere } from '../fs/is-there.ts';
import { statusOf } from '../fs/status-of.ts';
import { type Notes, notesFileOf, parseNotes, writeNote } from '../manifest/notes.ts';
import { readText } from '../manifest/read-text.ts';
import type { Diagnostic, Key, PictureNote } from '../types.ts';
import { rewriteFile } from './rewrite-file.ts';

/** The notes about the pictures of some manifests, and what is wrong with their files. Nothing of it stops a run. */
export async function readNotes(
  { root }: Pick<Config, 'root'>,
  manifests: Iterable<string>,
): Promise<{ readonly notes: Notes; readonly diagnostics: readonly Diagnostic[] }> {
  const read = await Promise.all(
    Array.from(new Set(Array.from(manifests, notesFileOf)), async (file) => {
      const path = join(root, file);
      if (!isThere(path)) return null;
      const found = await filesOnDisk(root).read(path, maxNotesBytes);
      if ('bytes' in found) return parseNotes(file, found.bytes);
      const diagnostic = { file, line: 1, column: 1, frame: null, message: found.problem } as const;
      return {
        notes: new Map() as Notes,
        diagnostics: [{ ...diagnostic, severity: 'warning', code: 'not-readable' } as const],
      };
    }),
  );
  const files = read.filter((one) => one !== null);
  return {
    notes: new Map(files.flatMap(({ notes }) => [...notes])),
    diagnostics: files.flatMap(({ diagnostics }) => diagnostics),
  };
}

/** People write notes, so a file of a megabyte is something else. */
const maxNotesBytes = 1024 * 1024;

/**
 * Writes a note about a picture of an image into the file beside its manifest, and creates the file if necessary. An empty note is
 * removed. Throws `usage` if the file is a link, or cannot be read as notes.
 */
export async function noteOnPicture(
  { config: { root } }: Pick<Context, 'config'>,
  manifest: string,
  { id, key, note }: { readonly id: string; readonly key: Key; readonly note: PictureNote },
): Promise<void> {
  const file = notesFileOf(manifest);
  const path = join(root, file);
  const found = statusOf(path);
  if (found !== null && !found.isFile())
    throw new TintypeError('usage', `${file} is not a regular file, so no note is written to it`);
  const read = found === null ? null : await filesOnDisk(root).read(path, maxNotesBytes);
  if (read !== null && 'problem' in read) throw new TintypeError('usage', read.problem);
  const before = read === null ? null : Buffer.from(read.bytes);
  const text = before === null ? '' : readText(before);
  if (typeof text !== 'string') throw new TintypeError('usage', `${file}: ${text.message}`);
  const written = writeNote(text, manifest, id, key, note);
  if ('problem' in written)
    throw new TintypeError('usage', `${file}: ${written.problem}; correct it by hand`);
  const after = Buffer.from(written.text);
  const isWritten =
    before === null
      ? after.length === 0 || (await createAtomic(path, after))
      : (await rewriteFile(root, { file, before, after })) === null;
  if (!isWritten)
    throw new TintypeError('usage', `${file} is being changed by another program; try again`);
}
