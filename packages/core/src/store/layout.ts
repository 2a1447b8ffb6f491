import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Key, Sha256 } from '../types.ts';

/**
 * The store on disk. This file alone knows it.
 *
 *     .tintype/
 *       records/ab/<key>.json        one small JSON a request; ab: the key's first two characters
 *       originals/cd/<sha256>.png    the bytes, by content
 *       rejected/<sha256>            paid bytes that are no usable picture, named by a record that says why
 *       inputs/ef/<sha256 of url>.json   what an https: input was when it was first fetched
 *       attempts/<key>.json          a paid request in flight, or one whose outcome is unknown; never committed
 *       attempts/<key>.claim         which process buys the key; gone when it has
 *       attempts/<key>.claim.…       who waits to be it, or took over from one that died
 *       attempts/<key>.received      the bytes of its answer, until the original and its record stand
 *     <the system's temporary folder>/
 *       tintype-rescued-<user>/<key> the same, where the store could not take them; a folder of one user's own, for nobody
 *                                    else could write into it
 */
export const layout = {
  recordsDir: (dir: string): string => join(dir, 'records'),
  record: (dir: string, key: Key): string => join(dir, 'records', key.slice(0, 2), `${key}.json`),
  original: (dir: string, sha256: Sha256, format: string): string =>
    join(dir, 'originals', sha256.slice(0, 2), `${sha256}.${format}`),
  originalsDir: (dir: string): string => join(dir, 'originals'),
  rejectedDir: (dir: string): string => join(dir, 'rejected'),
  rejected: (dir: string, sha256: Sha256): string => join(dir, 'rejected', sha256),
  inputsDir: (dir: string): string => join(dir, 'inputs'),
  input: (dir: string, urlHash: Sha256): string =>
    join(dir, 'inputs', urlHash.slice(0, 2), `${urlHash}.json`),
  attemptsDir: (dir: string): string => join(dir, 'attempts'),
  attempt: (dir: string, key: Key): string => join(dir, 'attempts', `${key}.json`),
  claim: (dir: string, key: Key): string => join(dir, 'attempts', `${key}.claim`),
  received: (dir: string, key: Key): string => join(dir, 'attempts', `${key}.received`),
  rescued: (key: Key): string => join(tmpdir(), `tintype-rescued-${process.getuid?.() ?? 0}`, key),
} as const;
