import { execFileSync } from 'node:child_process';
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planChanges } from '../src/index.ts';
import { sha256 } from '../src/hash.ts';
import { useApi } from './support/api.ts';
import { hashesBelow } from './support/files.ts';
import { commitAll, git } from './support/git.ts';
import { picture } from './support/pictures.ts';
import { type Run, testProject, type TestProject } from './support/project.ts';

const api = useApi();

/** A repository whose branch `main` has these files, with a branch `work` checked out. */
async function repository(files: Readonly<Record<string, string | Uint8Array>>) {
  const project = await testProject(files, api().baseUrl);
  git(project.root, 'init', '--quiet');
  commitAll(project.root);
  git(project.root, 'checkout', '--quiet', '-b', 'work');
  return project;
}

const images = (text: string) => `defaults: { decorative: true }\nimages:\n${text}`;

async function changes(project: TestProject, ref = 'main', run: Run = {}): Promise<string[]> {
  const { pictures } = await planChanges(await project.context(run), run.ids ?? [], ref);
  return pictures
    .filter(({ change }) => change !== 'same')
    .map(({ id, change, changed }) => [id, change, ...changed].join(' '));
}

test('the plan is compared with manifests, data files and input pictures of the merge base', async () => {
  await using project = await repository({
    'a.images.yaml': images('  hero: { prompt: A, input_images: [art/ref.png] }\n'),
    'sub/b.images.yaml': images(
      '  "{{ n }}": { each: "../data/r.csv", prompt: "A {{ c }} dot" }\n',
    ),
    'data/r.csv': 'n,c\none,red\ntwo,blue\n',
    'art/ref.png': await picture('png'),
    'node_modules/x/c.images.yaml': images('  no: { prompt: never read }\n'),
  });
  expect(await changes(project)).toEqual([]);
  await project.write('data/r.csv', 'n,c\none,red\ntwo,navy\nthree,green\n');
  await project.write('art/ref.png', await picture('png', { color: '#112233' }));
  expect(await changes(project)).toEqual([
    'hero changed input images',
    'two changed prompt',
    'three new',
  ]);
  // Later changes on the other branch are not changes of this branch.
  commitAll(project.root);
  git(project.root, 'checkout', '--quiet', 'main');
  await project.write('a.images.yaml', images('  other: { prompt: B }\n'));
  commitAll(project.root);
  git(project.root, 'checkout', '--quiet', 'work');
  await rm(join(project.root, 'sub'), { recursive: true });
  expect(await changes(project)).toEqual(['hero changed input images', 'one gone', 'two gone']);
});

test('a project in a folder of a repository, and ids', async () => {
  await using project = await testProject({
    'docs/x.images.yaml': images('  no: { prompt: B }\n'),
  });
  git(project.root, 'init', '--quiet');
  await using site = await testProject({});
  const root = join(project.root, 'site');
  await mkdir(root);
  await writeFile(join(root, 'package.json'), '{}');
  await writeFile(join(root, 'x.images.yaml'), images('  a: { prompt: A }\n  b: { prompt: B }\n'));
  commitAll(project.root);
  await writeFile(join(root, 'x.images.yaml'), images('  a: { prompt: AA }\n  c: { prompt: B }\n'));
  const context = await site.context();
  const inFolder = { ...context, config: { ...context.config, root } };
  const all = await planChanges(inFolder, [], 'HEAD');
  expect(all.pictures.map(({ id, change }) => [id, change])).toEqual([
    ['a', 'changed'],
    ['c', 'new'],
    ['b', 'gone'],
  ]);
  const one = await planChanges(inFolder, ['a'], 'HEAD');
  expect(one.pictures.map(({ id }) => id)).toEqual(['a']);
});

test('a merge base without a manifest, and one with mistakes', async () => {
  await using project = await repository({ 'a.txt': '' });
  await project.write('x.images.yaml', images('  a: { prompt: A }\n  b: { prompt: [1] }\n'));
  await expect(changes(project)).rejects.toMatchObject({ code: 'manifest' });
  commitAll(project.root);
  await project.write('x.images.yaml', images('  a: { prompt: A }\n  b: { prompt: B }\n'));
  expect(await changes(project)).toEqual(['a new', 'b new']);
  expect(await changes(project, 'HEAD')).toEqual(['b changed']);
});

test('nothing is requested, bought or written, and git runs no filter, textconv or hook of the clone', async () => {
  await using project = await repository({
    'a.images.yaml': images('  hero: { prompt: A, input_images: [art/ref.png] }\n'),
    'art/ref.png': await picture('png'),
    '.gitattributes': '*.yaml filter=evil diff=evil\n*.png filter=evil\n',
  });
  const program = join(project.root, 'evil.sh');
  await writeFile(program, `#!/bin/sh\ntouch ${join(project.root, 'ran')}\ncat\n`);
  await chmod(program, 0o755);
  for (const name of ['filter.evil.smudge', 'filter.evil.clean', 'diff.evil.textconv'])
    execFileSync('git', ['config', name, program], { cwd: project.root });
  await project.write(
    'a.images.yaml',
    images('  hero: { prompt: B, input_images: [art/ref.png] }\n'),
  );
  const before = await hashesBelow(project.root);
  expect(await changes(project)).toEqual(['hero changed prompt']);
  expect(await hashesBelow(project.root)).toEqual(before);
  expect(api().requests).toEqual([]);
});

test('an input picture in Git LFS is compared if this clone has its bytes', async () => {
  const png = await picture('png');
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256(png)}\nsize ${png.length}\n`;
  await using project = await repository({
    'a.images.yaml': images('  hero: { prompt: A, input_images: [ref.png] }\n'),
    'ref.png': pointer,
  });
  await project.write('ref.png', png);
  // Nothing is known about the older picture, so its image may have changed.
  expect(await changes(project)).toEqual(['hero changed']);
  const object = sha256(png);
  await project.write(
    `.git/lfs/objects/${object.slice(0, 2)}/${object.slice(2, 4)}/${object}`,
    png,
  );
  expect(await changes(project)).toEqual([]);
});

test('paths of a commit do not leave the project', async () => {
  await using project = await repository({ 'a.txt': 'n\nsecret\n' });
  await project.write(
    'x.images.yaml',
    images(
      '  "a{{ n }}": { each: ../outside.csv, prompt: A }\n  "b{{ n }}": { each: link.csv, prompt: A }\n',
    ),
  );
  await symlink('/etc/passwd', join(project.root, 'link.csv'));
  commitAll(project.root);
  await rm(join(project.root, 'link.csv'));
  await project.write('x.images.yaml', images('  a: { prompt: A }\n'));
  expect(await changes(project, 'HEAD')).toEqual(['a new']);
});

test('a commit that git cannot find is explained', async () => {
  await using project = await repository({ 'a.images.yaml': images('  a: { prompt: A }\n') });
  const refusal = async (ref: string, root = project.root) => {
    const context = await project.context();
    const run = planChanges({ ...context, config: { ...context.config, root } }, [], ref);
    return run.then(
      () => 'no refusal',
      (error: Error) => error.message,
    );
  };
  expect(await refusal('origin/nope')).toMatch(/git has no commit of this name; .*fetch-depth: 0/);
  expect(await refusal('--output=x')).toContain('git has no commit of this name');
  expect(await refusal('')).toContain('git has no commit of this name');
  git(project.root, 'checkout', '--quiet', '--orphan', 'apart');
  commitAll(project.root, 'apart');
  expect(await refusal('main')).toContain('it has no commit in common with the checked-out one');

  await using elsewhere = await testProject({});
  git(
    elsewhere.root,
    'clone',
    '--quiet',
    '--depth',
    '1',
    '--no-single-branch',
    `file://${project.root}`,
    'c',
  );
  const shallow = join(elsewhere.root, 'c');
  expect(await refusal('origin/main', shallow)).toMatch(/this clone is shallow, .*fetch-depth: 0/);
  await using none = await testProject({});
  expect(await refusal('main', none.root)).toContain('this is not a git repository');
});
