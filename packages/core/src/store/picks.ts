import { basename, join } from 'node:path';
import type { Key } from '../types.ts';
import { isHash } from '../plain-checks.ts';
import { layout } from './layout.ts';
import { namesIn } from './read-store.ts';
import { formatJson } from './record-file.ts';
import { writeNote } from './write-note.ts';

/** The file names contain all the information. The content is only for people. */
export async function readPicks(dir: string): Promise<ReadonlySet<Key>> {
  const folders = await namesIn(layout.picksDir(dir));
  const names = await Promise.all(
    folders.map((folder) => namesIn(join(layout.picksDir(dir), folder))),
  );
  const keys = names.flat().map((name) => basename(name, '.json') as Key);
  return new Set(keys.filter(isHash));
}

export async function writePick(dir: string, key: Key): Promise<void> {
  await writeNote(dir, layout.pick(dir, key), formatJson({ version: 1, key }));
}
