import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileStore } from '../src/store/file-store.ts';
import { layout, pathOfBytes } from '../src/store/layout.ts';
import { formatJson } from '../src/store/record-file.ts';
import { storeContract } from './store-contract.ts';
import { isLong, isQuick } from './support/test-mode.ts';
import { type Blobs, memoryStore } from './support/memory-store.ts';
import { onePicture } from './support/purchases.ts';

storeContract('a folder', async () => {
  const home = await mkdtemp(join(tmpdir(), 'tintype-contract-'));
  const dir = join(home, 'store');
  const plant = async (path: string, bytes: string | Uint8Array) => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  };
  return {
    open: () => fileStore(dir),
    plantRecord: (key, text) => plant(layout.record(dir, key), text),
    plantBytes: (record, bytes) => {
      const path = pathOfBytes(dir, record);
      return bytes === null ? rm(path) : plant(path, bytes);
    },
    hasBytesElsewhere: false,
    many: isLong ? 100_000 : isQuick ? 1000 : 10_000,
    fill: async (count) => {
      const { record } = await fileStore(dir).put(onePicture('0'));
      for (let first = 0; first < 256; first++) {
        const name = first.toString(16).padStart(2, '0');
        mkdirSync(join(layout.recordsDir(dir), name), { recursive: true });
      }
      for (let at = 1; at < count; at++) {
        const { key, request } = onePicture(String(at));
        writeFileSync(layout.record(dir, key), formatJson({ ...record, key, request }));
      }
    },
    outside: () => readdir(home),
    shared: {
      module: new URL('../src/store/file-store.ts', import.meta.url).href,
      open: 'fileStore',
      place: dir,
    },
    close: () => rm(home, { recursive: true }),
  };
});

storeContract('the memory of a process', async () => {
  const blobs: Blobs = new Map();
  return {
    open: () => memoryStore(blobs),
    plantRecord: async (key, text) => void blobs.set(layout.record('', key), Buffer.from(text)),
    plantBytes: async (record, bytes) => {
      const name = pathOfBytes('', record);
      if (bytes === null) blobs.delete(name);
      else blobs.set(name, Buffer.from(bytes));
    },
    hasBytesElsewhere: false,
    many: 1000,
    fill: async (count) => {
      for (let at = 0; at < count; at++) await memoryStore(blobs).put(onePicture(String(at)));
    },
    outside: async () =>
      [...blobs.keys()].filter((name) => !/^\w+\/([0-9a-f]{2}\/)?[0-9a-f]{64}/.test(name)),
    shared: null,
    close: async () => {},
  };
});
