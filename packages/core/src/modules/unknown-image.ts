import { didYouMean } from '../did-you-mean.ts';
import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import type { OpenProject } from './open-project.ts';
import { PlacedError, pointAt } from './explain.ts';

/** The error that there is no such image, at the place in the user's file that names it. `file` is absolute. */
export async function unknownImage(
  project: OpenProject,
  name: string,
  file: string | undefined,
  written: string,
): Promise<PlacedError> {
  const [id = '', query] = name.split('?', 2);
  const message =
    query === undefined || project.find(id) === null
      ? `there is no image "${id}"${didYouMean(id, project.images.keys())}`
      : `"tintype:${id}" takes no "?${query}": pages and style sheets show a picture as its manifest says (widths, formats, crop)`;
  return pointAtWritten(project.config.root, message, file, written);
}

/** An error about something in a user's file, at its place. `file` is absolute. */
export async function pointAtWritten(
  root: string,
  message: string,
  file: string | undefined,
  written: string,
): Promise<PlacedError> {
  const text = file === undefined ? null : await readFile(file, 'utf8').catch(() => null);
  const at = text?.indexOf(written) ?? -1;
  if (file === undefined || text === null || at === -1) return new PlacedError(message);
  const before = text.slice(0, at).split('\n');
  return pointAt(
    message,
    root,
    {
      file: relative(root, file).split(sep).join('/'),
      line: before.length,
      column: before.at(-1)!.length + 1,
    },
    written.length,
  );
}

/** As above, in a style sheet or in what it imports by a relative path. `id` is what was compiled. */
export async function unknownInStyles(
  project: OpenProject,
  name: string,
  id: string,
): Promise<PlacedError> {
  const written = `tintype:${name}`;
  const seen = new Set<string>();
  const search = async (file: string): Promise<PlacedError | null> => {
    if (seen.has(file)) return null;
    seen.add(file);
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text.includes(written)) return unknownImage(project, name, file, written);
    for (const [, path] of text.matchAll(/@(?:import|use|forward)\s+(?:url\()?\s*["']([^"']+)/g)) {
      const found = await search(resolve(dirname(file), path!));
      if (found !== null) return found;
    }
    return null;
  };
  return (await search(id.split('?')[0]!)) ?? unknownImage(project, name, undefined, written);
}
