import * as v from 'valibot';
import { basename, join } from 'node:path';
import { isThere } from '../fs/is-there.ts';
import { slashed } from '../fs/slashed.ts';
import pLimit from 'p-limit';
import { TintypeError } from '../errors.ts';
import { createAtomic } from '../fs/write-atomic.ts';
import type { Remote } from '../remote/remote.ts';
import { parseJson } from '../schema.ts';
import type { Key, StoreRecord } from '../types.ts';
import { isHash } from '../plain-checks.ts';
import { layout } from './layout.ts';
import { formatJson, maxNoteBytes, parsePin, parseRecord, parseRefusal } from './record-file.ts';
import { remoteNames } from './remote-names.ts';

/** The texts of small files of a store, by their paths in it, with `/`. */
export type NoteTexts = ReadonlyMap<string, string>;

/** The record of a key that a remote has; `null`: none, or one that is damaged. Throws the remote's errors. */
export async function readRemoteRecord(remote: Remote, key: Key): Promise<StoreRecord | null> {
  const bytes = await remote.get(remoteNames.record(key), { maxBytes: maxNoteBytes });
  if (bytes === null) return null;
  const stored = parseRecord(key, Buffer.from(bytes).toString('utf8'));
  return stored.kind === 'record' ? stored.record : null;
}

/**
 * Shares a record with other machines. The first record of a key stays; a later one with other bytes is added beside it.
 * Resolves to the earlier one, if there is one. Throws the remote's errors.
 */
export async function putRemoteRecord(
  remote: Remote,
  record: StoreRecord,
): Promise<StoreRecord | null> {
  const { key, original } = record;
  const text = Buffer.from(formatJson(record));
  if (await createIfAbsent(remote, remoteNames.record(key), text)) return null;
  const earlier = await readRemoteRecord(remote, key);
  if (earlier?.original.sha256 === original.sha256) return null;
  await createIfAbsent(remote, remoteNames.secondRecord(key, original.sha256), text);
  return earlier;
}

/** `false`: the name exists. Not every server refuses that by itself. */
async function createIfAbsent(remote: Remote, name: string, bytes: Uint8Array): Promise<boolean> {
  try {
    return await remote.create(name, bytes);
  } catch (error) {
    if (!(error instanceof TintypeError) || error.code !== 'remote-unsupported') throw error;
    if ((await remote.size(name)) !== null) return false;
    await remote.put(name, bytes);
    return true;
  }
}

/**
 * Every small file that a remote has: from its index or, if there is none, from a listing. An index is only as new as the
 * last run that wrote it, so callers also look up records that it lacks. Throws the remote's errors.
 */
export async function readRemoteNotes(remote: Remote): Promise<NoteTexts> {
  return (await readIndex(remote)) ?? listRemoteNotes(remote);
}

/** `null`: there is none, or it is damaged. */
async function readIndex(remote: Remote): Promise<NoteTexts | null> {
  const bytes = await remote.get(remoteNames.index, { maxBytes: maxIndexBytes });
  if (bytes === null) return null;
  const parsed = parseJson(indexSchema, Buffer.from(bytes).toString('utf8'));
  return parsed.kind === 'value' ? new Map(Object.entries(parsed.value.notes)) : null;
}

/** Reads the same by a listing and a request for each file. */
async function listRemoteNotes(remote: Remote): Promise<NoteTexts> {
  const names: string[] = [];
  for (const folder of noteFolders) {
    for await (const { name } of remote.list(`${folder}/`)) names.push(name);
  }
  const read = await Promise.all(
    names.map((name) =>
      limit(async () => {
        const bytes = await remote.get(name, { maxBytes: maxNoteBytes });
        return bytes === null ? [] : [[name, Buffer.from(bytes).toString('utf8')] as const];
      }),
    ),
  );
  return new Map(read.flat());
}

/**
 * Adds notes to the index. If two machines do so at once, the additions of one are missing until it writes the index again;
 * nothing depends on a complete index.
 */
export async function addToIndex(remote: Remote, notes: NoteTexts): Promise<void> {
  const index = await readIndex(remote);
  if (index !== null && [...notes].every(([path, text]) => index.get(path) === text)) return;
  const known = index ?? (await listRemoteNotes(remote));
  await writeIndex(remote, new Map([...known, ...notes]));
}

/** Removes notes from the index. */
export async function removeFromIndex(remote: Remote, names: ReadonlySet<string>): Promise<void> {
  const index = await readIndex(remote);
  const rest = new Map([...(index ?? [])].filter(([path]) => !names.has(path)));
  if (index !== null && rest.size < index.size) await writeIndex(remote, rest);
}

async function writeIndex(remote: Remote, notes: NoteTexts): Promise<void> {
  const index = { version: 1, notes: Object.fromEntries(notes) };
  await remote.put(remoteNames.index, Buffer.from(JSON.stringify(index)));
}

/**
 * Writes a small file of a remote into the store `dir`, if it is what its path says and the store does not have it.
 * Resolves to whether it was written. Rejects with the file system's own error.
 */
export async function acceptNote(dir: string, path: string, text: string): Promise<boolean> {
  if (!notePath.test(path)) return false;
  const here = join(dir, ...path.split('/'));
  // Most of them are known.
  if (isThere(here)) return false;
  return isSoundNote(path, text) && createAtomic(here, text);
}

const notePath =
  /^(records|inputs|refusals|picks)\/[0-9a-f]{2}\/[0-9a-f]{64}(\.[0-9a-f]{16})?\.json$/;

/** Whether a store may have a file of this path, with this content. */
export function isSoundNote(path: string, text: string): boolean {
  const [folder = ''] = path.split('/');
  const [hash = '', second = ''] = basename(path, '.json').split('.');
  if (!isHash(hash) || !/^([0-9a-f]{16})?$/.test(second)) return false;
  const isAt = (right: string): boolean => slashed(right) === path;
  const key = hash as Key;
  switch (folder) {
    case 'records': {
      const stored = parseRecord(key, text);
      if (stored.kind !== 'record' || stored.other !== undefined) return false;
      const { sha256 } = stored.record.original;
      return isAt(second === '' ? layout.record('', key) : layout.secondRecord('', key, sha256));
    }
    case 'inputs':
      return isAt(layout.input('', hash)) && parsePin(hash, text) !== null;
    case 'refusals':
      return isAt(layout.refusal('', key)) && parseRefusal(key, text).kind === 'refusal';
    case 'picks':
      return isAt(layout.pick('', key)) && text === formatJson({ version: 1, key });
    default:
      return false;
  }
}

/** The folders of the small files that machines share. */
export const noteFolders = ['records', 'inputs', 'refusals', 'picks'] as const;

const indexSchema = v.object({
  version: v.literal(1),
  notes: v.record(v.string(), v.pipe(v.string(), v.maxLength(maxNoteBytes))),
});

/** A record has about 1,200 bytes: this is enough for 200,000. */
const maxIndexBytes = 256 * 1024 * 1024;

/** How many small files are read at once. */
const limit = pLimit(32);
