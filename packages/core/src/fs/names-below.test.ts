import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { namesBelow } from './names-below.ts';

test('names what is below a folder, and follows no link out of it or round and round', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'tintype-'));
  await mkdir(join(dir, 'in/deep'), { recursive: true });
  await mkdir(join(dir, 'out'));
  await writeFile(join(dir, 'in/deep/file'), '');
  await writeFile(join(dir, 'out/file'), '');
  await symlink('../out', join(dir, 'in/out'));
  for (const name of ['a', 'b', 'c']) await symlink('..', join(dir, 'in', name));
  expect((await namesBelow(join(dir, 'in'))).toSorted()).toEqual([
    'a',
    'b',
    'c',
    'deep',
    join('deep', 'file'),
    'out',
  ]);
  await expect(namesBelow(join(dir, 'nothing'))).rejects.toMatchObject({ code: 'ENOENT' });
});
