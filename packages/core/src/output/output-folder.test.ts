import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { sha256 } from '../hash.ts';
import { openOutputFolder } from './output-folder.ts';

test('a file that another run removes while it is read counts as missing, and is not an error', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'tintype-'));
  const folder = openOutputFolder(dir);
  const file = { bytes: 1, sha256: sha256('a') };
  const comesAndGoes = async (): Promise<void> => {
    for (let times = 0; times < 1000; times++) {
      await writeFile(join(dir, 'a'), 'a');
      await rm(join(dir, 'a'));
    }
  };
  const seen = new Set<unknown>();
  const reads = async (): Promise<void> => {
    for (let times = 0; times < 1000; times++) {
      // If the file does not exist, no call waits for the disk.
      await setImmediate();
      seen.add(await folder.readText('a'));
      seen.add(await folder.holds('a', file));
    }
  };
  await Promise.all([comesAndGoes(), reads(), reads(), reads()]);
  // A file that was just made is empty for a moment.
  for (const read of seen) expect([null, false, '', 'a', true]).toContain(read);
  await rm(dir, { recursive: true });
});
