import { existsSync } from 'node:fs';
import { readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../src/hash.ts';
import { cacheLayout } from '../src/cache/cache-layout.ts';
import { fileLinker } from '../src/cache/link-file.ts';
import type { AssetFile } from '../src/types.ts';
import { type TestProject, testProject } from './support/project.ts';

const manifest = `
defaults: { size: 1024x1024, placeholder: none, provider: offline }
images:
  a: { prompt: a, alt: a, crop: 64x64 }
`;

/** The temporary folder of tests may be in memory. `/var/tmp`, if it exists, is on a disk. */
const disk = existsSync('/var/tmp') ? '/var/tmp' : tmpdir();

describe.each([
  ['the temporary folder', tmpdir(), tmpdir()],
  ['a disk', disk, disk],
  ['a disk, and the cache elsewhere', disk, tmpdir()],
])('in %s, outputs share their bytes with the cache,', (_, parent, cacheParent) => {
  let cacheDir: string;
  let first: TestProject;
  let second: TestProject;
  const opened: TestProject[] = [];

  beforeAll(async () => {
    const cache = await projectIn(cacheParent, {});
    cacheDir = join(cache.root, 'cache');
    first = await projectIn(parent);
    second = await projectIn(parent);
  });
  afterAll(async () => {
    for (const project of opened) await project[Symbol.asyncDispose]();
  });

  test('as far as the file system permits, and contain nothing else', async () => {
    const { file, output } = await deliver(first);
    const cached = cacheLayout.file(cacheDir, file.sha256);
    const other = join(first.root, 'other');
    await fileLinker()(cached, other);
    const isLinked = (await stat(other)).ino === (await stat(cached)).ino;
    expect((await stat(output)).ino === (await stat(cached)).ino).toBe(isLinked);
    expect(sha256(await readFile(output))).toBe(file.sha256);
  });

  test.each([
    ['to other bytes', false],
    ['to other bytes of the same time', true],
  ])(
    'and an output that is rewritten in place %s does not damage others for long',
    async (_, isTimeKept) => {
      const { file, output } = await deliver(first);
      const other = await deliver(second);
      expect(other.file.sha256).toBe(file.sha256);
      const right = await readFile(output);

      const { atime, mtime } = await stat(output);
      const wrong = Buffer.from(right);
      wrong[wrong.length >> 1]! ^= 1;
      await writeFile(output, wrong);
      if (isTimeKept) await utimes(output, atime, mtime);

      // The damaged project is built last.
      for (const project of [second, first]) {
        const { output } = await deliver(project);
        expect(await readFile(output)).toEqual(right);
      }
      expect(await readFile(cacheLayout.file(cacheDir, file.sha256))).toEqual(right);
      const third = await projectIn(parent);
      expect(await readFile((await deliver(third)).output)).toEqual(right);
    },
  );

  async function projectIn(
    parent: string,
    files: Record<string, string> = { 'site.images.yaml': manifest },
  ) {
    const project = await testProject(files, undefined, parent);
    opened.push(project);
    return project;
  }

  async function deliver(project: TestProject): Promise<{ file: AssetFile; output: string }> {
    const { result, error } = await project.generate({ options: { cacheDir } });
    expect(error).toBeNull();
    const file = result!.assetMap.images['a']!.files[0]!;
    return { file, output: join(project.root, 'public/images', file.file) };
  }
});
