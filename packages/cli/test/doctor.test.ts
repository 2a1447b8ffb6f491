import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Examination } from '@tintype/core';
import { commitAll, git } from '../../core/test/support/git.ts';
import { filesBelow } from '../../core/test/support/files.ts';
import { testProject } from '../../core/test/support/project.ts';
import { stock } from '../../core/test/support/stock.ts';
import { main } from '../src/main.ts';
import { FakeShell } from './support/fake-shell.ts';

const manifest = `images:
  hat: { prompt: a hat, alt: A hat, model: gpt-image-1.5 }
  cap: { prompt: a cap, alt: A cap }
`;

async function doctor(cwd: string, env: Readonly<Record<string, string>> = {}, args = '') {
  const shell = new FakeShell({ cwd, env: { PATH: process.env['PATH'], ...env } });
  const code = await main(['doctor', ...args.split(' ').filter(Boolean)], shell);
  return { code, stdout: shell.stdout.text, stderr: shell.stderr.text };
}

async function examine(cwd: string, env: Readonly<Record<string, string>> = {}, args = '') {
  const { code, stdout } = await doctor(cwd, env, `--json ${args}`);
  return { code, ...(JSON.parse(stdout) as Examination & { version: number }) };
}

const optionOf = ({ project }: Examination, name: string) =>
  project?.options.find(({ option }) => option === name);

test('doctor says what is here, and where each option comes from', async () => {
  await using project = await testProject({
    'site.images.yaml': manifest,
    'tintype.config.json': JSON.stringify({ concurrency: 7, maxCostUsd: 2, outDir: 'out' }),
  });
  const found = await examine(project.root, { TINTYPE_MAX_COST: '3' }, '--out-dir public');
  expect(found).toMatchObject({
    code: 0,
    version: 1,
    versions: { node: process.versions.node, sharp: expect.stringMatching(/^\d/) },
    root: project.root,
    ci: null,
    project: {
      configFile: 'tintype.config.json',
      wouldBuy: false,
      plan: { images: 2, stored: 0, missing: 2 },
    },
  });
  expect(optionOf(found, 'concurrency')).toMatchObject({ value: 7, setBy: 'tintype.config.json' });
  expect(optionOf(found, 'maxCostUsd')).toMatchObject({ value: 3, setBy: 'TINTYPE_MAX_COST' });
  expect(optionOf(found, 'outDir')).toMatchObject({ value: 'public', setBy: 'a flag' });
  expect(optionOf(found, 'effort')).toMatchObject({ value: 'auto', setBy: 'default' });
  expect(found.project!.models).toContainEqual({
    name: 'gpt-image-1.5',
    pictures: 1,
    shutdownDate: '2026-12-01',
    daysLeft: 9,
    successor: 'gpt-image-2.6-flare',
  });
  expect(found.problems.map(({ code }) => code)).toContain('model-shutting-down');
});

test('a CI is named, with what it forbids', async () => {
  await using project = await testProject({
    'site.images.yaml': manifest,
    'tintype.config.json': JSON.stringify({ missing: 'buy', maxCostUsd: 90, allowUnpriced: true }),
  });
  const found = await examine(project.root, { GITHUB_ACTIONS: 'true', CI: 'true' });
  const setBy = 'the CI that was detected (GitHub Actions (GITHUB_ACTIONS))';
  expect(optionOf(found, 'missing')).toEqual({ option: 'missing', value: 'fail', setBy });
  expect(optionOf(found, 'maxCostUsd')).toEqual({ option: 'maxCostUsd', value: 5, setBy });
  expect(optionOf(found, 'allowUnpriced')).toMatchObject({ value: false, setBy });
  expect(found.project!.wouldBuy).toBe(false);
});

describe('what keeps a run from working is exit 1, and the rest is still said', () => {
  test('a config that is wrong', async () => {
    await using project = await testProject({ 'tintype.config.json': '{ "concurency": 1 }' });
    const found = await examine(project.root);
    expect(found).toMatchObject({ code: 1, project: null, root: project.root });
    expect(found.problems).toMatchObject([{ severity: 'error', code: 'config' }]);
  });

  test('a manifest that is wrong', async () => {
    await using project = await testProject({ 'a.images.yaml': 'images: { hat: { promt: x } }' });
    const found = await examine(project.root);
    expect(found).toMatchObject({ code: 1, project: { plan: null, store: { records: 0 } } });
    const messages = found.problems.map(({ message }) => message);
    expect(messages).toContainEqual(expect.stringMatching(/^a\.images\.yaml:1:\d+: .*prompt/));
  });

  test('originals that Git LFS did not fetch', async () => {
    await using project = await testProject({ 'site.images.yaml': manifest });
    await stock(project.root);
    const folder = join(project.root, '.tintype/originals');
    const names = await readdir(folder, { recursive: true });
    const original = names.find((name) => name.endsWith('.png'))!;
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 9\n`;
    await writeFile(join(folder, original), pointer);
    const found = await examine(project.root);
    expect(found).toMatchObject({ code: 1, project: { store: { records: 2, lfsPointers: 1 } } });
  });
});

test('git: what it ignores, what no commit has, and a key that it would commit', async () => {
  await using project = await testProject({
    'site.images.yaml': manifest,
    '.gitignore': 'node_modules\n/public\n',
    '.env.local': 'OPENAI_API_KEY=sk-of-the-file-0123456789\n',
  });
  git(project.root, 'init', '--quiet');
  commitAll(project.root);
  await stock(project.root);
  const found = await examine(project.root);
  expect(found.project).toMatchObject({
    git: { problem: null, ignored: ['node_modules/.cache/tintype', 'public/images'] },
    store: { uncommitted: 2, notCommitted: null },
  });
  expect(found.variables).toContainEqual({ name: 'OPENAI_API_KEY', setBy: 'file' });
  expect(found.problems.map(({ code }) => code)).toContain('key-not-ignored');

  await project.write('.gitignore', '.tintype\n.env*\n');
  // A file that git tracks is not ignored, whatever .gitignore says.
  git(project.root, 'rm', '--cached', '--quiet', '.env.local');
  const after = await examine(project.root);
  expect(after.problems.map(({ code }) => code)).toContain('store-not-committed');
  expect(after.problems.map(({ code }) => code)).not.toContain('key-not-ignored');
});

test('nothing is written, and no secret of any kind is in the text or in the document', async () => {
  const secrets = {
    OPENAI_API_KEY: 'sk-RECOGNISABLE-0123456789',
    AZURE_OPENAI_API_KEY: 'azurekey-RECOGNISABLE',
    REPLICATE_API_TOKEN: 'r8_RECOGNISABLE0123456',
    TINTYPE_CACHE_KEY: 'RECOGNISABLE'.repeat(4),
    TINTYPE_QUEUE: 'redis://user:RECOGNISABLE@queue.example:6379',
    HTTPS_PROXY: 'http://user:RECOGNISABLE@proxy.example:3128',
    OPENAI_BASE_URL: 'https://user:RECOGNISABLE@api.example/v1',
  };
  await using project = await testProject({
    // A key where nobody should write one: a config, a manifest and an .env file.
    'tintype.config.json': JSON.stringify({
      manifests: ['**/*.images.yaml', 'azurekey-RECOGNISABLE/*.yaml'],
      defaults: { user_id: 'azurekey-RECOGNISABLE' },
    }),
    'site.images.yaml': manifest,
    'bad.images.yaml':
      'images: { sk-RECOGNISABLE-0123456789: { prompt: a, openai_api_key: sk-RECOGNISABLE-9876543210 } }',
    '.env': 'OTHER_SECRET=filesecret-RECOGNISABLE\n',
  });
  const before = await filesBelow(project.root);
  for (const args of ['', '--json']) {
    const { stdout, stderr } = await doctor(project.root, secrets, args);
    expect(stdout + stderr).not.toContain('RECOGNISABLE');
    expect(stdout).toContain('proxy.example:3128');
    expect(stdout).toContain('TINTYPE_QUEUE');
  }
  expect(await filesBelow(project.root)).toEqual(before);
});

test('the text has the same facts for a person', async () => {
  await using project = await testProject({ 'site.images.yaml': manifest });
  const { code, stdout } = await doctor(project.root);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Machine\n {2}tintype +\d+\.\d+\.\d+\n {2}Node +\d/);
  expect(stdout).toMatch(/\n {2}gpt-image-1\.5 +1 picture, ends on 2026-12-01, in 9 d; use /);
  expect(stdout).toMatch(/\nOPTION +VALUE +SET BY\nmanifests +\*\*/);
  expect(stdout).toMatch(/\n\d problems?:\nwarning /);
  expect(await readFile(join(project.root, 'package.json'), 'utf8')).toBe('{}');
});
