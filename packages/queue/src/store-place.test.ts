import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '@tintype/core';
import { expect, onTestFinished, test } from 'vitest';
import { storePlace } from './store-place.ts';

test('the place of a store is the same before and after its folder is made, and through a link', async () => {
  const root = await mkdtemp(join(tmpdir(), 'tintype-place-'));
  onTestFinished(() => rm(root, { recursive: true }));
  await mkdir(join(root, 'real'));
  await symlink(join(root, 'real'), join(root, 'link'));
  const placeOf = (project: string) =>
    storePlace({ storeRemote: null, storeDir: join(root, project, '.tintype') } as Config);
  const before = placeOf('link');
  await mkdir(join(root, 'real/.tintype'));
  expect(placeOf('link')).toBe(before);
  expect(placeOf('real')).toBe(before);
});
