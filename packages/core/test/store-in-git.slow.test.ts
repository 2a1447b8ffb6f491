import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { uncommittedPurchases, verifyProject } from '../src/index.ts';
import { eventsOf, useApi } from './support/api.ts';
import { commitAll, git } from './support/git.ts';
import { testProject, type TestProject } from './support/project.ts';

const api = useApi();

const image =
  '{ prompt: hat, quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg }';

/** A repository with two images that have not been bought. */
async function repository(files: Readonly<Record<string, string>> = {}): Promise<TestProject> {
  const manifest = `images:\n  a: ${image}\n  b: ${image.replace('hat', 'cap')}\n`;
  const project = await testProject({ 'a.images.yaml': manifest, ...files }, api().baseUrl);
  git(project.root, 'init', '--quiet');
  return project;
}

async function lostStoreWarnings(project: TestProject): Promise<string[]> {
  const { events, result } = await project.generate();
  expect(result?.failed).toBe(0);
  return eventsOf(events, 'warning')
    .filter(({ code }) => code === 'store-not-committed')
    .map(({ message }) => message);
}

test('a store that git ignores is reported once, with the line, before anything is bought', async () => {
  await using project = await repository({ '.gitignore': 'public\n.*\n' });
  const { events } = await project.generate();
  const types = events.map(({ type }) => type);
  const codes = eventsOf(events, 'warning').map(({ code, message }) => `${code}: ${message}`);
  expect(codes).toEqual([
    expect.stringMatching(
      /^store-not-committed: the store \.tintype is ignored by git \(\.gitignore:2: \.\*\)/,
    ),
  ]);
  expect(types.indexOf('warning')).toBeLessThan(types.indexOf('generating'));
});

test('there is no warning about files that git should ignore', async () => {
  await using project = await repository({ '.gitignore': 'public\n.tintype/attempts/\n' });
  expect(await lostStoreWarnings(project)).toEqual([]);
});

test('there is no warning if nothing has to be bought', async () => {
  await using project = await repository();
  expect(await lostStoreWarnings(project)).toEqual([]);
  await project.write('.gitignore', '.tintype\n');
  expect(await lostStoreWarnings(project)).toEqual([]);
});

test('under a project’s * text the first run makes a store that git keeps byte for byte', async () => {
  await using project = await repository({
    '.gitattributes': '* text eol=lf\n',
    '.gitignore': 'public\n',
  });
  await project.generate();
  commitAll(project.root);
  const originals = git(project.root, 'ls-files', '-z', '.tintype/originals')
    .split('\0')
    .filter(Boolean);
  expect(originals).toHaveLength(2);
  for (const path of originals) {
    const blob = git(project.root, 'rev-parse', `HEAD:${path}`).trim();
    expect(git(project.root, 'hash-object', '--no-filters', path).trim()).toBe(blob);
  }
  expect((await verifyProject(await project.context())).findings).toEqual([]);
});

test('verify says by which attribute git would change what was paid for', async () => {
  await using project = await repository();
  await project.generate();
  await project.write('.tintype/.gitattributes', '*.png text\n');
  const { findings, errors } = await verifyProject(await project.context());
  expect(errors).toBe(1);
  expect(findings).toMatchObject([
    { code: 'changed-by-git', path: expect.stringMatching(/^\.tintype\/originals\//) },
  ]);
  expect(findings[0]?.message).toContain('its attribute text, and 1 more');
  await project.generate();
  expect(await readFile(join(project.root, '.tintype/.gitattributes'), 'utf8')).toBe(
    '*.png text\n',
  );
});

test('purchases that are in no commit are counted until all are committed', async () => {
  await using project = await repository({ '.gitignore': 'public\n' });
  const count = async () => (await uncommittedPurchases(await project.context()))?.pictures ?? 0;
  expect(await count()).toBe(0);
  await project.generate();
  expect(await count()).toBe(2);
  git(project.root, 'add', '.tintype/records');
  git(project.root, 'commit', '--quiet', '--message', 'records only');
  expect(await count()).toBe(2);
  commitAll(project.root);
  expect(await count()).toBe(0);
});

test('nothing is counted without git, or in a store that it ignores', async () => {
  await using project = await repository({ '.gitignore': '.tintype\n' });
  await project.generate();
  expect(await uncommittedPurchases(await project.context())).toBeNull();
  await rm(join(project.root, '.git'), { recursive: true });
  expect(await uncommittedPurchases(await project.context())).toBeNull();
});
