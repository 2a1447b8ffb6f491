import { basename, join, sep } from 'node:path';
import type { Key, Sha256, StoreRecord } from '../types.ts';

/**
 * The layout of the store on disk. No other file contains it.
 *
 *     .tintype/
 *       .gitattributes .gitignore    instructions for git; see write-git-files.ts
 *       records/ab/<key>.json        one small JSON per request; ab: the key's first two characters
 *       records/ab/<key>.<sha>.json  a second purchase of the request: kept, never delivered; sha: the first 16
 *                                    characters of the sha-256 of its bytes
 *       originals/cd/<sha256>.png    the bytes, by content
 *       rejected/<sha256>            paid bytes that are not a usable picture; a record names them and the reason
 *       inputs/ef/<sha256 of url>.json   the hash of an https: input when it was first fetched
 *       refusals/ab/<key>.json       a moderation refusal that may have been billed
 *       picks/ab/<key>.json          a person confirmed the manifest's pick after the picture was bought
 *       batches/<name>.json          requests that were ordered together and are collected later
 *       attempts/<key>.json          a paid request in flight, or one whose outcome is unknown; never committed
 *       attempts/<key>.claim/<uuid>  the process that buys the key; removed afterwards
 *       attempts/<key>.claim.<uuid>/ the same, while it is being made
 *       attempts/<key>.received      the bytes of its answer, until the original and its record exist
 *       attempts/<key>.pending       a store that shares its originals has not uploaded this one yet; empty
 *
 * If the bytes of an answer cannot be written to the store, `rescue-folder.ts` keeps them.
 */
export const layout = {
  recordsDir: (dir: string): string => join(dir, 'records'),
  record: (dir: string, key: Key): string =>
    join(dir, 'records', hashed(key).slice(0, 2), `${key}.json`),
  secondRecord: (dir: string, key: Key, sha256: Sha256): string =>
    join(dir, 'records', hashed(key).slice(0, 2), `${key}.${hashed(sha256).slice(0, 16)}.json`),
  original: (dir: string, sha256: Sha256, format: string): string =>
    join(dir, 'originals', hashed(sha256).slice(0, 2), `${sha256}.${ending(format)}`),
  originalsDir: (dir: string): string => join(dir, 'originals'),
  rejectedDir: (dir: string): string => join(dir, 'rejected'),
  rejected: (dir: string, sha256: Sha256): string => join(dir, 'rejected', hashed(sha256)),
  inputsDir: (dir: string): string => join(dir, 'inputs'),
  input: (dir: string, urlHash: Sha256): string =>
    join(dir, 'inputs', hashed(urlHash).slice(0, 2), `${urlHash}.json`),
  refusalsDir: (dir: string): string => join(dir, 'refusals'),
  refusal: (dir: string, key: Key): string =>
    join(dir, 'refusals', hashed(key).slice(0, 2), `${key}.json`),
  picksDir: (dir: string): string => join(dir, 'picks'),
  pick: (dir: string, key: Key): string =>
    join(dir, 'picks', hashed(key).slice(0, 2), `${key}.json`),
  batchesDir: (dir: string): string => join(dir, 'batches'),
  batch: (dir: string, name: string): string => {
    if (!/^[0-9a-f]{32}$/.test(name)) throw new Error('a batch is named by 32 hex digits');
    return join(dir, 'batches', `${name}.json`);
  },
  attemptsDir: (dir: string): string => join(dir, 'attempts'),
  attempt: (dir: string, key: Key): string => join(dir, 'attempts', `${hashed(key)}.json`),
  claim: (dir: string, key: Key): string => join(dir, 'attempts', `${hashed(key)}.claim`),
  received: (dir: string, key: Key): string => join(dir, 'attempts', `${hashed(key)}.received`),
  pending: (dir: string, key: Key): string => join(dir, 'attempts', `${hashed(key)}.pending`),
} as const;

/** The names that the file of a record may have: that of a second purchase, and that of the first. */
export function recordNames({ key, original }: StoreRecord): readonly string[] {
  const paths = [layout.secondRecord('', key, original.sha256), layout.record('', key)];
  return paths.map((path) => basename(path));
}

/** The path of the bytes that a record names. */
export function pathOfBytes(dir: string, { original, rejected }: StoreRecord): string {
  return rejected === undefined
    ? layout.original(dir, original.sha256, original.format)
    : layout.rejected(dir, original.sha256);
}

/** Whether a path of this disk is where a store keeps paid bytes. */
export function holdsBytes(dir: string, path: string): boolean {
  return [layout.originalsDir(dir), layout.rejectedDir(dir)].some(
    (folder) => path === folder || path.startsWith(folder + sep),
  );
}

/** Names in the store are hashes. Anything else, such as a path that was read from a file of a clone, is a bug. */
function hashed(name: string): string {
  if (!/^[0-9a-f]{64}$/.test(name)) throw new Error('a name in the store must be a sha-256');
  return name;
}

function ending(format: string): string {
  if (!/^[a-z0-9]{0,16}$/.test(format)) throw new Error('a format must be letters and digits');
  return format;
}
