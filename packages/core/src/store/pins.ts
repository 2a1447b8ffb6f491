import { basename, join } from 'node:path';
import { isThere } from '../fs/is-there.ts';
import { sha256 } from '../hash.ts';
import type { InputFile } from '../types.ts';
import { layout } from './layout.ts';
import { namesIn, readIfThere } from './read-store.ts';
import { formatJson, maxNoteBytes, parsePin } from './record-file.ts';
import { writeNote } from './write-note.ts';

/** A damaged pin counts as missing. The input is fetched again with a warning, and its hash decides. */
export async function readPins(dir: string): Promise<ReadonlyMap<string, InputFile>> {
  const pins = new Map<string, InputFile>();
  for (const folder of await namesIn(layout.inputsDir(dir))) {
    for (const name of await namesIn(join(layout.inputsDir(dir), folder))) {
      const bytes = await readIfThere(join(layout.inputsDir(dir), folder, name), maxNoteBytes);
      const urlHash = basename(name, '.json');
      const pin = bytes === null ? null : parsePin(urlHash, bytes.toString('utf8'));
      if (pin !== null) pins.set(pin.file, pin);
    }
  }
  return pins;
}

export async function hasDamagedPin(dir: string, url: string): Promise<boolean> {
  const urlHash = sha256(url);
  const path = layout.input(dir, urlHash);
  if (!isThere(path)) return false;
  const bytes = await readIfThere(path, maxNoteBytes);
  return parsePin(urlHash, bytes?.toString('utf8') ?? '') === null;
}

export async function writePin(dir: string, input: InputFile): Promise<void> {
  await writeNote(dir, layout.input(dir, sha256(input.file)), pinText(input));
}

export function pinText(input: InputFile): string {
  return formatJson({ version: 1, ...input });
}
