import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TintypeError } from '../../src/errors.ts';
import { sha256 } from '../../src/hash.ts';
import { isHash } from '../../src/plain-checks.ts';
import { linesOf } from '../../src/store/batches.ts';
import { layout, pathOfBytes } from '../../src/store/layout.ts';
import { bytesPath, recordsIn } from '../../src/store/list-store.ts';
import * as file from '../../src/store/record-file.ts';
import { recordOf } from '../../src/store/record-of.ts';
import type { Store, StoreFile } from '../../src/store/store.ts';
import { type ListedFile, type BytesCheck, verifyStore } from '../../src/store/verify-store.ts';
import type { Key, Sha256, StoreRecord } from '../../src/types.ts';

/** The files of a store by name. Each is written whole, as in a bucket. */
export type Blobs = Map<string, Buffer>;

/** A store in memory. It ends with the process, and no other process shares it. Stores of the same blobs are one store. */
export function memoryStore(blobs: Blobs): Store {
  const write = (name: string, value: string | Uint8Array): void =>
    void blobs.set(name, Buffer.from(value as Uint8Array));
  const textOf = (name: string) => blobs.get(name)?.toString() ?? null;
  const below = (folder: string) =>
    [...blobs.keys()].filter((name) => name.startsWith(`${folder}/`));
  const modifiedAt = new Date(0);
  const keyIn = (name: string) => basename(name).slice(0, 64) as Key;
  const recordAt = (name: string) => file.parseRecord(keyIn(name), textOf(name) ?? '');
  const find = (key: Key) =>
    blobs.has(layout.record('', key)) ? recordAt(layout.record('', key)) : null;
  const second = ({ key, original }: StoreRecord) => layout.secondRecord('', key, original.sha256);
  const originalAt = (hash: Sha256) =>
    [...below('originals'), ...below('rejected')].some((name) => keyIn(name) === String(hash));
  const read = (record: StoreRecord): Buffer => {
    const bytes = blobs.get(pathOfBytes('', record));
    if (bytes === undefined) throw new TintypeError('original-missing', 'its bytes are gone');
    if (sha256(bytes) === record.original.sha256) return bytes;
    throw new TintypeError('original-damaged', 'its bytes are others');
  };
  const filesOf = (folder: string): StoreFile[] =>
    below(folder).map((path) => ({ path, bytes: blobs.get(path)!.length, modifiedAt }));
  const check = async ({ path, bytes }: ListedFile): Promise<BytesCheck> => {
    return { kind: 'hashed', sha256: sha256(blobs.get(path)!), bytes };
  };
  const batches = () =>
    below('batches').map((name) => file.parseBatch(basename(name, '.json'), textOf(name)!));
  const lines = () => linesOf(batches());
  const attempt: Store['attempt'] = async (key) => {
    const [text, isReceived] = [
      textOf(layout.attempt('', key)),
      blobs.has(layout.received('', key)),
    ];
    if (text === null && !isReceived) return lines().get(key) ?? null;
    const states = {
      isReceived,
      isAnswerDamaged: false,
      isInFlight: blobs.has(layout.claim('', key)),
    };
    return { key, ...file.parseAttempt(key, text), ...states };
  };

  const store: Store = {
    stored: async () => {
      const names = below('records').filter((name) => name === layout.record('', keyIn(name)));
      return new Map(names.map((name) => [keyIn(name), recordAt(name)]));
    },
    purchases: async () => below('records').flatMap((name) => recordsIn(recordAt(name))),
    find: async (key) => find(key),
    read: async (record) => read(record),
    sizeOf: async (record) => blobs.get(pathOfBytes('', record))?.length ?? null,
    put: async (purchase) => {
      const record = recordOf(purchase);
      const there = find(record.key);
      write(pathOfBytes('', record), purchase.bytes);
      const existing = there?.kind === 'record' ? there.record : null;
      if (existing?.original.sha256 === record.original.sha256)
        return { record, earlier: null, pending: null };
      write(
        there === null ? layout.record('', record.key) : second(record),
        file.formatJson(record),
      );
      if (there?.kind === 'damaged') throw new TintypeError('store-not-writable', there.reason);
      return { record, earlier: existing, pending: null };
    },
    adopt: async (record, bytes) => {
      if (bytes !== null) write(pathOfBytes('', record), bytes);
      const there = find(record.key);
      const isSame =
        there?.kind === 'record' && there.record.original.sha256 === record.original.sha256;
      const name = there === null ? layout.record('', record.key) : second(record);
      if (!isSame) write(name, file.formatJson(record));
    },
    keepBoth: async (key) => {
      const stored = find(key);
      if (stored?.kind !== 'record' || stored.other === undefined) return;
      write(second(stored.other), file.formatJson(stored.other));
      write(layout.record('', key), file.formatJson(stored.record));
    },
    accept: async (rejected, info) => {
      const stored = find(rejected.key);
      if (stored?.kind !== 'record') throw new TintypeError('record-damaged', 'it is damaged');
      if (stored.record.rejected === undefined) return stored.record;
      const { rejected: _, ...rest } = rejected;
      const record = { ...rest, original: { ...rest.original, ...info } };
      write(pathOfBytes('', record), read(rejected));
      write(layout.record('', record.key), file.formatJson(record));
      return record;
    },

    pins: async () => {
      const { pins } = await store.list();
      return new Map(pins.flatMap(({ pin }) => (pin === null ? [] : [[pin.file, pin]])));
    },
    hasDamagedPin: async (url) => {
      const text = textOf(layout.input('', sha256(url)));
      return text !== null && file.parsePin(sha256(url), text) === null;
    },
    pin: async (input) =>
      write(layout.input('', sha256(input.file)), file.formatJson({ version: 1, ...input })),
    refusals: async () =>
      new Map((await store.list()).refusals.map(({ key, stored }) => [key, stored])),
    confirmedPicks: async () => new Set(below('picks').map(keyIn)),
    confirmPick: async (key) => write(layout.pick('', key), file.formatJson({ version: 1, key })),
    refuse: async (refusal) => {
      const name = layout.refusal('', refusal.key);
      if (!blobs.has(name)) write(name, file.formatJson(refusal));
    },

    attempts: async () => {
      const keys = new Set([...below('attempts').map(keyIn), ...lines().keys()]);
      const all = await Promise.all([...keys].map(attempt));
      return new Map(all.flatMap((it) => (it === null ? [] : [[it.key, it]])));
    },
    attempt,
    attemptsOf: async (keys) => {
      const all = await Promise.all(keys.map(attempt));
      return new Map(all.flatMap((it) => (it === null ? [] : [[it.key, it]])));
    },
    batches: async () => batches(),
    noteBatch: async (batch) => write(layout.batch('', batch.name), file.formatJson(batch)),
    clearBatch: async ({ name }) => void blobs.delete(layout.batch('', name)),
    note: async (key) => {
      const text = textOf(layout.attempt('', key));
      return text === null ? null : (file.parseAttempt(key, text).note ?? 'damaged');
    },
    noteAttempt: async (note) => write(layout.attempt('', note.key), file.formatJson(note)),
    beginAttempt: async (note) => {
      const path = layout.attempt('', note.key);
      if (blobs.has(path)) return false;
      write(path, file.formatJson(note));
      return true;
    },
    receive: async (key, bytes) => {
      const earlier = blobs.get(layout.received('', key));
      if (earlier !== undefined) write(layout.rejected('', sha256(earlier)), earlier);
      write(layout.received('', key), bytes);
    },
    received: async (key) => blobs.get(layout.received('', key)) ?? null,
    clearAttempt: async (key) => {
      if (!isHash(key)) return;
      const bytes = blobs.get(layout.received('', key));
      if (bytes !== undefined && !originalAt(sha256(bytes))) return;
      for (const name of [layout.received('', key), layout.attempt('', key)]) blobs.delete(name);
    },
    prepareToBuy: async () => new Map(),
    claim: async (key, signal, onWait = () => {}) => {
      const [name, token, began] = [layout.claim('', key), randomUUID(), performance.now()];
      for (; blobs.has(name) && !signal.aborted; await sleep(5)) onWait(performance.now() - began);
      if (signal.aborted) return null;
      write(name, token);
      const isOurs = async () => textOf(name) === token;
      return { isOurs, release: async () => void ((await isOurs()) && blobs.delete(name)) };
    },
    isClaimed: async (key) => blobs.has(layout.claim('', key)),
    clearDead: async () => {},

    digest: async () => {
      const names = ['records', 'inputs', 'refusals', 'picks'].flatMap(below).toSorted();
      const sum = sha256(names.map((name) => `${name} ${sha256(blobs.get(name)!)}`).join());
      return below('attempts').length > 0 ? null : { sum, looks: [], changedAtMs: 0 };
    },
    list: async () => ({
      records: filesOf('records').map((at) => {
        const stored = recordAt(at.path);
        return { ...at, key: keyIn(at.path), stored, names: recordsIn(stored).map(bytesPath) };
      }),
      originals: filesOf('originals'),
      rejected: filesOf('rejected'),
      pins: filesOf('inputs').map((at) => ({
        ...at,
        pin: file.parsePin(keyIn(at.path), textOf(at.path)!),
      })),
      refusals: filesOf('refusals').map((at) => {
        const key = keyIn(at.path);
        return { ...at, key, stored: file.parseRefusal(key, textOf(at.path)!) };
      }),
      picks: filesOf('picks').map((at) => ({ ...at, key: keyIn(at.path) })),
      leftovers: [],
      foreign: [],
    }),
    verify: () => verifyStore(store, check),
    remove: async (files, onRemoved) => {
      for (const one of files.toSorted(
        (a, b) => Number(b.kind === 'record') - Number(a.kind === 'record'),
      )) {
        if (!blobs.has(one.path)) throw new Error(`${one.path} is not in the store`);
        const named = (await store.purchases()).map(bytesPath);
        if (!named.includes(one.path) && blobs.delete(one.path)) onRemoved(one);
      }
    },
    shownPath: (path) => path,
    watched: null,
    versionControl: null,
    remote: null,
  };
  return store;
}
