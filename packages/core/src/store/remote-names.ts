import { slashed } from '../fs/slashed.ts';
import type { Key, Sha256, StoreRecord } from '../types.ts';
import { layout, pathOfBytes } from './layout.ts';

/**
 * What a shared store has in its remote. Bytes and records have the same names as in a folder.
 *
 *     originals/cd/<sha256>.png rejected/<sha256>   paid bytes, by content
 *     records/ab/<key>.json records/ab/<key>.<sha>.json   as in the folder; the first record of a key is never replaced
 *     inputs/… refusals/… picks/…   as in the folder, where records are in the remote
 *     index.json                  all of these small files in one object, so that one request lists them
 *     batches/<name>.json         open batches, as in the folder: any machine can collect them
 *     claims/<key>/<n>            the n-th claim on the right to buy the key; see remote-claim.ts
 *     claims/<key>/<n>.beat       written by that process alone while it lives
 *     claims/<key>/<n>.attempt    the note of its request; written by that process alone
 */
export const remoteNames = {
  bytes: (record: StoreRecord): string => slashed(pathOfBytes('', record)),
  record: (key: Key): string => slashed(layout.record('', key)),
  secondRecord: (key: Key, sha256: Sha256): string => slashed(layout.secondRecord('', key, sha256)),
  pin: (urlHash: Sha256): string => slashed(layout.input('', urlHash)),
  refusal: (key: Key): string => slashed(layout.refusal('', key)),
  pick: (key: Key): string => slashed(layout.pick('', key)),
  batch: (name: string): string => slashed(layout.batch('', name)),
  index: 'index.json',
  claims: (key: Key): string => `claims/${key}/`,
  claim: (key: Key, n: number): string => `claims/${key}/${n}`,
  beat: (key: Key, n: number): string => `claims/${key}/${n}.beat`,
  attempt: (key: Key, n: number): string => `claims/${key}/${n}.attempt`,
} as const;
