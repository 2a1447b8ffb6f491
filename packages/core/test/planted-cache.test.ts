import { lstat, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { openCacheIndex } from '../src/cache/cache-index.ts';
import { cacheLayout } from '../src/cache/cache-layout.ts';
import { readPart, writePart } from '../src/unchanged/snapshot.ts';
import { unchangedOutputs, knownOutputs } from '../src/unchanged/unchanged-outputs.ts';
import { unchangedPlan } from '../src/unchanged/unchanged-plan.ts';
import { readSecret, sealOf } from '../src/cache/seal.ts';
import { sha256 } from '../src/hash.ts';
import type { Sha256 } from '../src/types.ts';
import { filesBelow } from './support/files.ts';
import { type TestProject, testProject } from './support/project.ts';

const manifest = `
defaults: { size: 1024x1024, provider: offline, output_format: jpeg }
images:
  hero: { prompt: hero, alt: hero, crop: 64x64 }
`;

/** Longer than one step of a file system's clock. */
const settlingMs = 2100;

describe('a snapshot', () => {
  let project: TestProject;
  let plans: string;
  let parts: ReadonlyMap<string, string>;
  let written: { readonly fingerprint: string; readonly file: string; readonly sha256: Sha256 };

  beforeAll(async () => {
    project = await testProject({ 'site.images.yaml': manifest });
    await project.generate();
    await setTimeout(settlingMs);
    await project.generate();
    const context = await project.context();
    plans = join(context.config.cacheDir, 'v2/plans');
    const names = [...(await filesBelow(plans)).keys()].toSorted();
    const texts = names.map(async (name) => [name, String(await readFile(join(plans, name)))]);
    parts = new Map((await Promise.all(texts)) as [string, string][]);
    const { fingerprint, files } = readPart(context, [], 'outputs')!;
    written = { fingerprint, file: files[0]!.file, sha256: files[0]!.sha256! };
  });

  const isUsed = async (): Promise<readonly [plan: boolean, outputs: boolean, known: boolean]> => {
    const context = await project.context();
    const plan = await unchangedPlan(context, []);
    const { fingerprint, file, sha256: sum } = written;
    const status = await lstat(join(project.root, 'public/images', file));
    return [
      plan !== null && plan.whole() !== null && plan.rows() !== null,
      unchangedOutputs(context, [], fingerprint) !== null,
      knownOutputs(context, [])(file, sum, status),
    ];
  };

  const restore = async () => {
    for (const [name, text] of parts) await writeFile(join(plans, name), text);
  };

  test('is used if it is unchanged', async () => {
    await restore();
    const names = [...parts.keys()].map((name) => name.split('.')[1]);
    expect(names).toEqual(['outputs', 'plan', 'rows', 'summary']);
    expect(await isUsed()).toEqual([true, true, true]);
  });

  test.each<[string, (text: string) => string]>([
    ['says another number', (text) => text.replace(/"(deliveries|size)":\d+/, '"$1":9')],
    ['has another row', (text) => text.replace('hero', 'zero')],
    [
      'has another hash of a picture',
      (text) => text.replace(/"[0-9a-f]{60}/, `"${'0'.repeat(60)}`),
    ],
    ['has no seal', (text) => text.slice(text.indexOf('\n') + 1)],
    ['has the seal of nobody', (text) => `${'0'.repeat(64)}${text.slice(text.indexOf('\n'))}`],
  ])('is not used if it %s', async (_, change) => {
    await restore();
    for (const [name, text] of parts) await writeFile(join(plans, name), change(text));
    expect(await isUsed()).toEqual([false, false, false]);
  });

  test('is not used under another name', async () => {
    await restore();
    const [outputs, plan, rows, summary] = [...parts.keys()].toSorted();
    const swapped = [
      [outputs, summary],
      [summary, outputs],
      [plan, rows],
      [rows, plan],
    ] as const;
    for (const [name, other] of swapped) await writeFile(join(plans, name!), parts.get(other!)!);
    expect(await isUsed()).toEqual([false, false, false]);
  });

  test('is used only with parts that belong together', async () => {
    await restore();
    const context = await project.context();
    const plan = await unchangedPlan(context, []);
    for (const part of ['rows', 'plan', 'outputs'] as const) {
      const other = { ...readPart(context, [], part)!, fingerprint: sha256('another') };
      await writePart(context, [], part, other);
    }
    expect([plan!.whole(), plan!.rows()]).toEqual([null, null]);
    expect(await isUsed()).toEqual([false, false, true]);
    expect(await project.plan()).toMatchObject({ totals: plan!.totals });
    expect((await project.generate()).result).toMatchObject({ delivered: 1, written: 0 });
  });

  test('of an earlier version is ignored silently', async () => {
    await using project = await testProject({ 'site.images.yaml': manifest });
    const { root, missing, provider, cacheDir } = (await project.context()).config;
    const name = sha256(JSON.stringify([root, missing, provider, []])).slice(0, 16);
    for (const ending of ['', '.outputs', '.deliveries']) {
      const before = join(cacheDir, 'v2/plans', name + ending);
      const line = JSON.stringify({ isSettled: true, deliveries: 9, bytes: 3, texts: [] });
      await mkdir(join(before, '..'), { recursive: true });
      await writeFile(before, `${sealOf(before, line)}\n${line}\n[]\n{}`);
    }
    const { events, result } = await project.generate();
    expect(result).toMatchObject({ delivered: 1, bought: 0 });
    const types = events.map(({ type }) => type);
    expect(types.filter((type) => type === 'warning' || type === 'diagnostic')).toEqual([]);
  });

  test('never makes Tintype remove a file that is not part of a snapshot', async () => {
    await using project = await testProject({ 'site.images.yaml': manifest });
    const folder = join((await project.context()).config.cacheDir, 'v2/plans');
    await mkdir(folder, { recursive: true });
    const names = Array.from({ length: 40 }, (_, at) => `thesis-${at}.docx`);
    for (const name of names) await writeFile(join(folder, name), '');
    await setTimeout(settlingMs);
    await project.generate();
    expect(await readdir(folder)).toEqual(expect.arrayContaining(names));
  });
});

test('the secret is created once, only the user can read it, and an invalid one is not used', async () => {
  await using project = await testProject({ other: 'hello' });
  const path = join(project.root, 'a/b/seal');
  const secret = readSecret(path);
  expect(readSecret(path)).toBe(secret);
  expect((await lstat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(path, '..'))).toEqual(['seal']);
  expect(readSecret(join(project.root, 'other'))).not.toBe(readSecret(join(project.root, 'other')));
  expect(readSecret('/dev/null/x')).toMatch(/^[0-9a-f]{64}$/);
});

describe('a link in the cache of a clone', () => {
  test.each(['.', 'v2', 'v2/index', 'v2/files', 'v2/files/ab', 'v2/plans', 'v2/refusals'])(
    'at %s is refused, and nothing is written or removed behind it',
    async (place) => {
      await using outside = await testProject({});
      for (let at = 0; at < 40; at++) await outside.write(`${at}.tmp`, 'mine');
      await using project = await testProject({ 'site.images.yaml': manifest });
      const link = join(project.root, 'node_modules/.cache/tintype', place);
      await mkdir(join(link, '..'), { recursive: true });
      const target = place === 'v2/index' ? join(outside.root, 'package.json') : outside.root;
      await symlink(target, link);
      await expect(project.context()).rejects.toMatchObject({ code: 'config' });
      expect(await readdir(outside.root)).toHaveLength(41);
      expect(String(await outside.read('package.json'))).toBe('{}');
    },
  );

  test('that is node_modules itself is fine', async () => {
    await using outside = await testProject({});
    await using project = await testProject({ 'site.images.yaml': manifest });
    await symlink(outside.root, join(project.root, 'node_modules'));
    expect((await project.generate()).result).toMatchObject({ delivered: 1 });
  });

  test('instead of an encoded file is never delivered, whatever its target', async () => {
    await using project = await testProject({ 'site.images.yaml': manifest });
    const { result } = await project.generate();
    const file = result!.assetMap.images['hero']!.files[0]!;
    const cached = cacheLayout.file((await project.context()).config.cacheDir, file.sha256);
    await rename(cached, `${project.root}/elsewhere.jpeg`);
    await symlink(`${project.root}/elsewhere.jpeg`, cached);
    await rm(join(project.root, 'public'), { recursive: true });
    expect((await project.generate()).result).toMatchObject({ delivered: 1 });
    expect((await lstat(join(project.root, 'public/images/hero.jpeg'))).isFile()).toBe(true);
    expect((await lstat(`${project.root}/elsewhere.jpeg`)).isFile()).toBe(true);
  });
});

test('a line of the index that Tintype would not write is ignored', async () => {
  await using project = await testProject({});
  const key = 'a'.repeat(64);
  const lines = [
    [key, 1, 'data:text/html,<script>', null],
    [key, 1, 'data:image/webp;base64,AA") ; x("', null],
    [key, 1, null, 'red; background: url(https://example.com)'],
    [key, 1, key, -1, 1, 1],
    [key, 1, '../../../etc/passwd', 1, 1, 1],
    [key, -1, key, 1, 1, 1],
  ].map((line) => JSON.stringify(line));
  lines.push(`["${key}",1e999,"${key}",1,1,1]`, `["${key}",1,"${key}",1,1e999,1]`);
  await project.write('v2/index', lines.map((line) => `\n${line}`).join(''));
  const index = openCacheIndex(project.root);
  expect(index.all().size).toBe(0);
  expect(index.damagedLines()).toBe(lines.length);
});
