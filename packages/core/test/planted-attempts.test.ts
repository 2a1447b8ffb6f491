import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { moderationBlocked } from '@tintype/emulators/openai';
import { describe, expect, test } from 'vitest';
import { layout } from '../src/store/layout.ts';
import type { Key } from '../src/types.ts';
import { eventsOf, useApi } from './support/api.ts';
import { filesBelow } from './support/files.ts';
import { testProject, type TestProject } from './support/project.ts';

const api = useApi();

const manifest = `images:
  a: { prompt: a, quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg }
`;

async function openProject(): Promise<TestProject & { readonly store: string; readonly key: Key }> {
  const project = await testProject({ 'a.images.yaml': manifest }, api().baseUrl);
  const { requests } = await project.plan();
  return { ...project, store: join(project.root, '.tintype'), key: requests[0]!.key! };
}

describe('an attempt whose own key is a path', () => {
  const path = '../../outside';

  async function plant({ root, store, key, plan }: Awaited<ReturnType<typeof openProject>>) {
    const [row] = (await plan()).requests;
    const note = {
      version: 1,
      key: path,
      imageId: 'a',
      request: row!.request,
      startedAt: '2026-11-23T11:00:00.000Z',
      outcome: null,
      requestId: null,
      usage: null,
    };
    await mkdir(join(store, 'attempts'), { recursive: true });
    await writeFile(layout.attempt(store, key), JSON.stringify(note));
    // The path leads from the folder of attempts to these files.
    await writeFile(join(root, 'outside.received'), 'a token');
    await writeFile(join(root, 'outside.json'), '{ "name": "site" }');
  }

  async function expectUntouched(root: string, store: string): Promise<void> {
    expect(await readFile(join(root, 'outside.received'), 'utf8')).toBe('a token');
    expect(await readFile(join(root, 'outside.json'), 'utf8')).toBe('{ "name": "site" }');
    const rejected = [...(await filesBelow(store)).keys()].filter((name) =>
      name.startsWith('rejected'),
    );
    expect(rejected).toEqual([]);
  }

  test('makes Tintype neither copy a file from outside into the store nor remove it', async () => {
    await using project = await openProject();
    await plant(project);
    const { result, events } = await project.generate();
    expect(result).toMatchObject({ bought: 1, failed: 0 });
    expect(eventsOf(events, 'warning')).toMatchObject([{ code: 'maybe-billed' }]);
    await expectUntouched(project.root, project.store);
  });

  test('makes Tintype replace no file outside if the API refuses the request', async () => {
    api().fail(moderationBlocked());
    await using project = await openProject();
    await plant(project);
    const { result } = await project.generate();
    expect(result).toMatchObject({ bought: 0, failed: 1 });
    await expectUntouched(project.root, project.store);
  });
});

describe('the bytes of an answer whose note is', () => {
  test.each([
    ['missing', null],
    ['empty', ''],
    ['cut short', '{ "version": 1, "key": "'],
    ['of a later version', '{ "version": 2 }'],
  ])('%s are recorded and not bought again', async (_what, note) => {
    await using project = await openProject();
    const { store, key } = project;
    await project.generate();
    const [original] = [...(await filesBelow(join(store, 'originals'))).keys()];
    await mkdir(dirname(layout.received(store, key)), { recursive: true });
    await rename(join(store, 'originals', original!), layout.received(store, key));
    await rm(layout.record(store, key));
    if (note !== null) await writeFile(layout.attempt(store, key), note);

    const { requests } = await project.plan();
    expect(requests[0]).toMatchObject({ status: 'attempted', costUsd: { low: 0, high: 0 } });
    const { result } = await project.generate();
    expect(result).toMatchObject({ bought: 0, failed: 0 });
    expect(api().ledger).toHaveLength(1);
    expect([...(await filesBelow(join(store, 'originals'))).keys()]).toEqual([original]);
    expect([...(await filesBelow(join(store, 'attempts'))).keys()]).toEqual([]);
  });
});

describe('something that has the name of a received answer and is not a regular file', () => {
  test.each<readonly [string, (path: string) => Promise<unknown>]>([
    ['a link to nowhere', (path) => symlink('/nowhere/at/all', path)],
    ['a link to a file outside', (path) => symlink('/etc/hostname', path)],
    ['a folder', (path) => mkdir(path)],
    ['a pipe', async (path) => execFileSync('mkfifo', [path])],
  ])('%s: the picture is not bought over it', async (_what, put) => {
    await using project = await openProject();
    const { store, key } = project;
    await mkdir(join(store, 'attempts'), { recursive: true });
    await put(layout.received(store, key));
    expect((await project.plan()).requests[0]).toMatchObject({
      status: 'attempted',
      reason: expect.stringContaining('not a regular file'),
    });
    const { result, events } = await project.generate();
    expect(result).toMatchObject({ bought: 0, failed: 1 });
    expect(eventsOf(events, 'failed')).toMatchObject([{ code: 'original-damaged' }]);
    expect(api().ledger).toEqual([]);
  });
});

test('an answer whose record is damaged is not removed, and stops no other image', async () => {
  const two = `${manifest}${manifest.split('\n')[1]!.replace('  a: { prompt: a', '  b: { prompt: b')}\n`;
  await using project = await testProject({ 'a.images.yaml': two }, api().baseUrl);
  const store = join(project.root, '.tintype');
  const key = (await project.plan()).requests[0]!.key!;
  await mkdir(dirname(layout.record(store, key)), { recursive: true });
  await writeFile(layout.record(store, key), '{');
  await mkdir(join(store, 'attempts'), { recursive: true });
  await writeFile(layout.received(store, key), 'the bytes of an answer');
  const { result, events } = await project.generate();
  expect(result).toMatchObject({ bought: 1, failed: 1, delivered: 1 });
  expect(eventsOf(events, 'failed')).toMatchObject([{ id: 'a', code: 'record-damaged' }]);
  expect(await readFile(layout.received(store, key), 'utf8')).toBe('the bytes of an answer');
});
