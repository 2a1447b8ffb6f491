import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { layout, pathOfBytes } from '../src/store/layout.ts';
import { formatJson } from '../src/store/record-file.ts';
import { storeContract } from './store-contract.ts';
import { openShared } from './support/open-shared.ts';
import { onePicture } from './support/purchases.ts';

storeContract('a folder that shares its originals', async () => {
  const home = await mkdtemp(join(tmpdir(), 'tintype-contract-'));
  const dir = join(home, 'store');
  const bucket = join(home, 'bucket');
  const open = () => openShared(home);
  const plant = async (path: string, bytes: string | Uint8Array) => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  };
  return {
    open,
    plantRecord: (key, text) => plant(layout.record(dir, key), text),
    plantBytes: async (record, bytes) => {
      await rm(join(home, 'cache'), { recursive: true, force: true });
      // The folder also has the bytes until the attempt is cleared.
      await rm(pathOfBytes(dir, record), { force: true });
      const path = pathOfBytes(bucket, record);
      await (bytes === null ? rm(path) : plant(path, bytes));
    },
    hasBytesElsewhere: true,
    many: 2000,
    fill: async (count) => {
      const { record } = await open().put(onePicture('0'));
      for (let at = 1; at < count; at++) {
        const { key, request } = onePicture(String(at));
        await plant(layout.record(dir, key), formatJson({ ...record, key, request }));
      }
    },
    outside: async () =>
      (await readdir(home)).filter((name) => !['bucket', 'cache'].includes(name)),
    shared: {
      module: new URL('./support/open-shared.ts', import.meta.url).href,
      open: 'openShared',
      place: home,
    },
    close: () => rm(home, { recursive: true }),
  };
});
