import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { overloaded } from '@tintype/emulators/openai';
import { expect, test } from 'vitest';
import { billedPrompts, eventsOf, useApi } from './support/api.ts';
import { fastClock, testProject } from './support/project.ts';

const api = useApi();

const manifest = `images:
  fox: { prompt: a fox, quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg }
`;

test('a picture that was stored while a process waited to send its request again is used and not bought', async () => {
  await using author = await testProject({ 'a.images.yaml': manifest }, api().baseUrl);
  await author.generate();
  const files = await filesOf(join(author.root, '.tintype'));
  await using project = await testProject({ 'a.images.yaml': manifest }, api().baseUrl);
  api().fail(overloaded(), { prompt: 'a fox' });
  const clock = fastClock();
  let waits = 0;
  const { result } = await project.generate({
    clock: {
      ...clock,
      sleep: async (ms, signal) => {
        await clock.sleep(ms, signal);
        if (waits++ > 0) return;
        // `git pull` would do the same.
        for (const [file, bytes] of files) {
          await mkdir(dirname(join(project.root, '.tintype', file)), { recursive: true });
          await writeFile(join(project.root, '.tintype', file), bytes);
        }
      },
    },
  });
  expect(waits).toBeGreaterThan(0);
  expect(result).toMatchObject({ bought: 0, delivered: 1, failed: 0 });
  expect(billedPrompts(api())).toEqual(['a fox']);
  expect(await readdir(join(project.root, '.tintype/attempts'))).toEqual([]);
});

test('a process that loses its claim while it waits to send its request again waits for the claim, and the request is sent once', async () => {
  await using project = await testProject({ 'a.images.yaml': manifest }, api().baseUrl);
  api().fail(overloaded(), { prompt: 'a fox' });
  const attempts = join(project.root, '.tintype/attempts');
  const lost: string[] = [];
  const clock = fastClock();
  const { result, events } = await project.generate({
    clock: {
      ...clock,
      sleep: async (ms, signal) => {
        await clock.sleep(ms, signal);
        for (const name of await readdir(attempts)) {
          if (!name.endsWith('.claim') || lost.includes(name)) continue;
          lost.push(name);
          const [token] = await readdir(join(attempts, name));
          await rm(join(attempts, name, token!));
        }
      },
    },
  });
  expect(lost).toHaveLength(1);
  expect(result).toMatchObject({ bought: 1, failed: 0 });
  expect(eventsOf(events, 'generated')).toHaveLength(1);
  expect(billedPrompts(api())).toEqual(['a fox']);
  expect(await readdir(attempts)).toEqual([]);
});

test('a note that another process wrote since the last look stays, and its request counts as sent', async () => {
  await using author = await testProject({ 'a.images.yaml': manifest }, api().baseUrl);
  await author.generate();
  const files = await filesOf(join(author.root, '.tintype'));
  const record = files.find(([file]) => file.startsWith('records/'));
  const { key, request } = JSON.parse(String(record![1])) as { key: string; request: object };
  await using project = await testProject({ 'a.images.yaml': manifest }, api().baseUrl);
  const note = join(project.root, '.tintype/attempts', `${key}.json`);
  const others = {
    version: 1,
    key,
    imageId: 'fox',
    manifest: 'a.images.yaml',
    order: 'another',
    request,
    startedAt: '2026-11-30T07:00:00.000Z',
    outcome: null,
    requestId: null,
    usage: null,
  };
  let isNoted = false;
  const { events } = await project.generate({
    onEvent: ({ type }) => {
      // After the look for other processes, and before the note.
      if (type !== 'generating' || isNoted) return;
      isNoted = true;
      mkdirSync(dirname(note), { recursive: true });
      writeFileSync(note, JSON.stringify(others));
    },
  });
  expect(isNoted).toBe(true);
  // It names no process that may still get an answer, so this order repeats the request and says so.
  expect(eventsOf(events, 'warning')).toMatchObject([
    { code: 'maybe-billed', message: expect.stringContaining('another') as string },
  ]);
});

async function filesOf(dir: string): Promise<[string, Buffer][]> {
  const names = await readdir(dir, { recursive: true, withFileTypes: true });
  return Promise.all(
    names
      .filter((entry) => entry.isFile())
      .map(async ({ parentPath, name }): Promise<[string, Buffer]> => {
        const path = join(parentPath, name);
        return [path.slice(dir.length + 1), await readFile(path)];
      }),
  );
}
