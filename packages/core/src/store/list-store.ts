import { lstat, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { slashed } from '../fs/slashed.ts';
import pLimit from 'p-limit';
import { namesBelow } from '../fs/names-below.ts';
import type { Key, Sha256, Stored, StoreRecord } from '../types.ts';
import { isHash } from '../plain-checks.ts';
import { pathOfBytes, layout } from './layout.ts';
import { namesIn, readIfThere, readRecord } from './read-store.ts';
import { maxNoteBytes, parsePin, parseRefusal } from './record-file.ts';
import type { StoreFile, StoreListing } from './store.ts';

/** Lists the store on the disk. Reads records and pins, but not originals. `dir` need not exist. */
export async function listStore(dir: string): Promise<StoreListing> {
  // List originals before records, so that a picture that is bought meanwhile is listed with its record or not at all.
  const originals = await readArea(dir, layout.originalsDir, (hash, ending) =>
    layout.original('', hash, ending),
  );
  const rejected = await readArea(dir, layout.rejectedDir, (hash) => layout.rejected('', hash));
  const records = await readArea(dir, layout.recordsDir, (hash, ending) =>
    isSecond(ending)
      ? layout.secondRecord('', hash as Key, ending.padEnd(64, '0') as Sha256)
      : layout.record('', hash as Key),
  );
  const pins = await readArea(dir, layout.inputsDir, (hash) => layout.input('', hash));
  const refusals = await readArea(dir, layout.refusalsDir, (hash) =>
    layout.refusal('', hash as Key),
  );
  const picks = await readArea(dir, layout.picksDir, (hash) => layout.pick('', hash as Key));
  const others = [originals, rejected, records, pins, refusals, picks].flatMap(
    (area) => area.others,
  );
  return {
    records: await reading(records.files, async (file) => {
      const key = basename(file.path).slice(0, 64) as Key;
      const stored = await readRecord(key, join(dir, file.path));
      return stored && { ...file, key, stored, names: recordsIn(stored).map(bytesPath) };
    }),
    originals: originals.files,
    rejected: rejected.files,
    pins: await reading(pins.files, async (file) => {
      const bytes = await readIfThere(join(dir, file.path), maxNoteBytes);
      const urlHash = basename(file.path, '.json');
      return bytes === null ? null : { ...file, pin: parsePin(urlHash, bytes.toString('utf8')) };
    }),
    refusals: await reading(refusals.files, async (file) => {
      const key = basename(file.path, '.json') as Key;
      const bytes = await readIfThere(join(dir, file.path), maxNoteBytes);
      return { ...file, key, stored: parseRefusal(key, bytes?.toString('utf8') ?? '') };
    }),
    picks: picks.files.map((file) => ({ ...file, key: basename(file.path, '.json') as Key })),
    leftovers: others.filter(isLeftover),
    foreign: others.filter((file) => !isLeftover(file) && !isHidden(file)),
  };
}

/** The ending of a record of a request that was bought a second time, as `layout.secondRecord` names it. */
function isSecond(ending: string): boolean {
  return /^[0-9a-f]{16}$/.test(ending);
}

/** The records in a record's file: two where git left a merge conflict in it, none if it is damaged. */
export function recordsIn(stored: Stored): readonly StoreRecord[] {
  if (stored.kind === 'damaged') return [];
  return stored.other === undefined ? [stored.record] : [stored.record, stored.other];
}

/** `path`: the record's file, relative to the store. */
export function boughtOnTwoBranches(path: string): string {
  return `two branches bought this picture, and git left both records in ${path}: Tintype uses the older one and keeps both. The next run that may buy writes the file without merge markers at no cost; then run git add on it`;
}

/** The path of a record's bytes, relative to the store, with `/`. */
export function bytesPath(record: StoreRecord): string {
  return slashed(pathOfBytes('', record));
}

interface Area {
  /** The files whose name and place are right. */
  readonly files: readonly StoreFile[];
  readonly others: readonly StoreFile[];
}

/** `placeOf`: the right place of a file whose name is a hash with an ending. */
async function readArea(
  dir: string,
  folderOf: (dir: string) => string,
  placeOf: (hash: Sha256, ending: string) => string,
): Promise<Area> {
  const names = await namesIn(folderOf(dir), namesBelow);
  const found = await Promise.all(
    names.map((name) =>
      limit(async (): Promise<StoreFile | null> => {
        const path = join(folderOf(dir), name);
        // Links are followed. A broken link counts as a file that cannot be read.
        const status = await stat(path).catch(() => lstat(path).catch(() => null));
        if (status === null) return null;
        // A folder in the place of a file counts as a damaged file.
        if (status.isDirectory() && !isHash(basename(name).split('.')[0])) return null;
        const shown = slashed(join(folderOf(''), name));
        return { path: shown, bytes: status.size, modifiedAt: status.mtime };
      }),
    ),
  );
  const files = found.filter((file) => file !== null);
  const isOurs = ({ path }: StoreFile): boolean => {
    const [hash = '', ending = ''] = basename(path).split('.');
    return (
      isHash(hash) && /^[a-z0-9]{0,16}$/.test(ending) && slashed(placeOf(hash, ending)) === path
    );
  };
  return { files: files.filter(isOurs), others: files.filter((file) => !isOurs(file)) };
}

/** Reads files, a few at a time. A file that was removed after the listing is left out. */
async function reading<T>(
  files: readonly StoreFile[],
  read: (file: StoreFile) => Promise<T | null>,
): Promise<T[]> {
  const all = await Promise.all(files.map((file) => limit(() => read(file))));
  return all.filter((one) => one !== null);
}

/** How many files the whole process reads at once. */
const limit = pLimit(32);

/** The names that `writeAtomic` gives to incomplete files. */
function isLeftover({ path }: StoreFile): boolean {
  return /^\..+\.tmp$/.test(basename(path));
}

/** `.gitkeep`, `.gitattributes`, `.DS_Store`: harmless files that need no report. */
function isHidden({ path }: StoreFile): boolean {
  return basename(path).startsWith('.');
}
