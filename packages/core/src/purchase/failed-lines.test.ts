import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Key } from '../types.ts';
import { failedLines, rememberFailedLines } from './failed-lines.ts';

test('what a clone brings is not believed, because its pictures would be ordered without a look at their batch', async () => {
  const cacheDir = await mkdtemp(join(tmpdir(), 'tintype-failed-'));
  const [name, other] = ['ab'.repeat(16), 'cd'.repeat(16)];
  const keys = ['1'.repeat(64), '2'.repeat(64)] as Key[];
  expect(await failedLines(cacheDir)).toEqual(new Map());
  await rememberFailedLines(cacheDir, name, keys);
  expect(await failedLines(cacheDir)).toEqual(new Map([[name, keys]]));

  const dir = join(cacheDir, 'v2/batches');
  const sealed = await readFile(join(dir, name), 'utf8');
  await mkdir(join(dir, 'ef'.repeat(16)));
  await writeFile(join(dir, other), sealed);
  await writeFile(join(dir, name), sealed.replace('1', '3'));
  expect(await failedLines(cacheDir)).toEqual(new Map());
  await rm(cacheDir, { recursive: true });
});
