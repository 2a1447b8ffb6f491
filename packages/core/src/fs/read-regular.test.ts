import { execFileSync } from 'node:child_process';
import { mkdtemp, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { hashFile } from './hash-file.ts';
import { sha256 } from '../hash.ts';
import { readRegular, readRegularSync } from './read-regular.ts';

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tintype-'));
  await writeFile(join(dir, 'file'), 'bytes');
  await symlink('file', join(dir, 'link'));
  await symlink('/dev/zero', join(dir, 'endless'));
  execFileSync('mkfifo', [join(dir, 'pipe')]);
});

const ways: [string, (path: string) => Promise<unknown>][] = [
  ['readRegular', readRegular],
  ['readRegularSync', async (path) => readRegularSync(path)],
  ['hashFile', hashFile],
];

test.each(ways)('%s reads a file, links followed', async (_, read) => {
  for (const name of ['file', 'link'])
    expect([Buffer.from('bytes'), sha256('bytes')]).toContainEqual(await read(join(dir, name)));
});

test('a file that no memory holds is not read', async () => {
  await writeFile(join(dir, 'sparse'), '');
  await truncate(join(dir, 'sparse'), 2 ** 40);
  await expect(readRegular(join(dir, 'sparse'))).rejects.toMatchObject({ code: 'EFBIG' });
});

test.each(
  ways.flatMap(([name, read]) =>
    [
      ['pipe', 'EFTYPE'],
      ['endless', 'EFTYPE'],
      ['.', 'EISDIR'],
      ['nothing', 'ENOENT'],
    ].map(([path, code]) => [name, path, code, read] as const),
  ),
)('%s of %s rejects with %s, and does not wait', async (_, path, code, read) => {
  await expect(read(join(dir, path!))).rejects.toMatchObject({ code });
});
