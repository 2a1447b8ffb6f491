import { existsSync } from 'node:fs';
import { chmod, cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { homedir } from 'node:os';
import { onTestFinished, expect, test } from 'vitest';
import { openCacheIndex } from '../src/cache/cache-index.ts';
import { cacheLayout } from '../src/cache/cache-layout.ts';
import { sha256 } from '../src/hash.ts';
import { loadProject } from '../src/index.ts';

import { commitAll, git } from './support/git.ts';
import { type TestProject, testProject } from './support/project.ts';

const files = {
  'site.images.yaml': `
defaults: { size: 1024x1024, provider: offline, output_format: webp }
images:
  hero: { prompt: hero, alt: hero }
`,
  'tintype.config.json': '{ "cacheDir": "cache", "outDir": "out" }',
};

const planted = Buffer.from('RIFF, and bytes of somebody else');

/** Puts other bytes under a key of the cache, with their own hash, as a stranger who commits a cache may. */
async function plant({ root, write }: TestProject): Promise<void> {
  const cacheDir = join(root, 'cache');
  const digest = sha256(planted);
  const index = openCacheIndex(cacheDir);
  const entries = [...index.all()].flatMap(([key, { entry }]) =>
    'sha256' in entry ? [[key, { ...entry, sha256: digest, bytes: planted.length }] as const] : [],
  );
  expect(entries).not.toEqual([]);
  await index.add(entries);
  await write(cacheLayout.file('cache', digest), planted);
  await rm(join(root, 'out'), { recursive: true });
}

/** What a run in a repository delivers, and what it warns of. */
async function run(project: TestProject): Promise<{ bytes: Buffer; warnings: readonly string[] }> {
  const { error, events } = await project.generate();
  expect(error).toBeNull();
  const { cacheDir } = (await project.context()).config;
  if (cacheDir.startsWith(join(homedir(), '.cache'))) {
    onTestFinished(() => rm(cacheDir, { recursive: true, force: true }));
  }
  return {
    bytes: await project.read('out/hero.webp'),
    warnings: events.flatMap((event) => (event.type === 'warning' ? [event.message] : [])),
  };
}

test('a cache that git tracks is not used, and what it has is left alone', async () => {
  await using project = await testProject(files);
  await project.generate();
  const own = await project.read('out/hero.webp');
  await plant(project);
  git(project.root, 'init', '--quiet');

  // Nothing of it is committed yet: it is the user's own, and the index says what its bytes are.
  expect((await run(project)).bytes).toEqual(planted);
  await rm(join(project.root, 'out'), { recursive: true });

  commitAll(project.root);
  const before = await readFile(join(project.root, 'cache/v2/index'));
  const { bytes, warnings } = await run(project);
  expect(bytes).toEqual(own);
  expect(warnings).toEqual([expect.stringContaining('git rm -r')]);
  expect(await readFile(join(project.root, 'cache/v2/index'))).toEqual(before);
});

test.each(['a worktree', 'a folder of a repository'])('nor is one in %s', async (place) => {
  await using project = await testProject(files);
  await project.generate();
  await using other = await testProject({});
  const root = join(other.root, 'sub');
  if (place === 'a worktree') {
    git(project.root, 'init', '--quiet');
    commitAll(project.root);
    git(project.root, 'worktree', 'add', '--quiet', root);
  } else {
    await cp(project.root, root, { recursive: true });
    git(other.root, 'init', '--quiet');
    commitAll(other.root);
  }
  const { config, refusedCache } = await loadProject({ cwd: root, env: process.env });
  expect(refusedCache).toBe(join(root, 'cache'));
  expect(config.cacheDir).not.toContain(root);
});

test('git runs again only when its index has changed', async () => {
  await using project = await testProject(files);
  const { root, write, read } = project;
  git(root, 'init', '--quiet');
  await project.generate();
  const refused = async (PATH = process.env['PATH']!) =>
    (await project.context({ env: { PATH } })).refusedCache;
  /** A run that writes keeps what git said. */
  const noted = async (): Promise<void> => (await project.context()).noteCacheAnswer?.();
  await write('bin/git', `#!/bin/sh\n: > '${root}/asked'\nexit 1\n`);
  await chmod(join(root, 'bin/git'), 0o755);
  const isGitAsked = async () => {
    await rm(join(root, 'asked'), { force: true });
    await refused(join(root, 'bin'));
    return existsSync(join(root, 'asked'));
  };

  expect(await isGitAsked()).toBe(true);
  expect(await refused()).toBeNull();
  expect(await isGitAsked()).toBe(true);
  await noted();
  expect(await isGitAsked()).toBe(false);

  commitAll(root);
  expect(await isGitAsked()).toBe(true);
  expect(await refused()).toBe(join(root, 'cache'));

  git(root, 'rm', '-r', '--quiet', '--cached', 'cache');
  expect(await refused()).toBeNull();
  await noted();
  expect(await isGitAsked()).toBe(false);
  // A note that came with a clone has the seal of another machine.
  const note = String(await read('cache/v2/untracked'));
  await write(
    'cache/v2/untracked',
    note.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
  );
  expect(await isGitAsked()).toBe(true);
});
