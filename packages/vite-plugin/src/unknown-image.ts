import { didYouMean } from '@tintype/core';
import { readFile } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import type { OpenProject } from './open-project.ts';
import { PlacedError, pointAt } from './explain.ts';

/** That there is no such image, at the place in the user's file that names it. `file` is absolute. */
export async function unknownImage(
  project: OpenProject,
  name: string,
  file: string | undefined,
  written: string,
): Promise<PlacedError> {
  const message = `there is no image "${name}"${didYouMean(name, project.images.keys())}`;
  const text = file === undefined ? null : await readFile(file, 'utf8').catch(() => null);
  const at = text?.indexOf(written) ?? -1;
  if (file === undefined || text === null || at === -1) return new PlacedError(message);
  const before = text.slice(0, at).split('\n');
  const { root } = project.config;
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
