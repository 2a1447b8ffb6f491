import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TintypeError } from '../errors.ts';
import { listPictures } from '../operations/list-pictures.ts';
import { namesBelow } from './names-below.ts';
import { refuseLinksBelow } from './refuse-links-below.ts';

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

test('links that lead in a circle do not hold up an import or a merge', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'tintype-'));
  await mkdir(join(dir, 'in/deep'), { recursive: true });
  await writeFile(join(dir, 'in/deep/a.png'), '');
  for (const name of ['b', 'c', 'd.png']) await symlink('..', join(dir, 'in/deep', name));
  const { files, skipped } = await listPictures(join(dir, 'in'));
  expect({ files, skipped: skipped.map(({ file }) => file) }).toEqual({
    files: ['deep/a.png'],
    skipped: ['deep/d.png'],
  });
  await expect(refuseLinksBelow(dir, join(dir, 'in'))).rejects.toThrow(TintypeError);
});
