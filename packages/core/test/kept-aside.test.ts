import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { Provider } from '../src/index.ts';
import { layout } from '../src/store/layout.ts';
import { fileStore } from '../src/store/file-store.ts';
import type { StoreRecord } from '../src/types.ts';
import { eventsOf } from './support/api.ts';
import { filesBelow } from './support/files.ts';
import { testProject, type TestProject } from './support/project.ts';

const manifest = `images:
  barn: { prompt: barn, provider: own, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: webp }
  door: { prompt: door, provider: own, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: webp, input_images: [tintype:barn] }
`;

/** A provider that always sends JPEG, with `originalFormat` as the configuration that changes. Adds the prompt of each call to `calls`. */
function server(calls: string[]): (originalFormat: Provider['originalFormat']) => Provider {
  return (originalFormat) => ({
    apiKeyName: null,
    inputs: null,
    originalFormat,
    refuse: () => null,
    async generate({ request }) {
      calls.push(request.prompt);
      const background = request.prompt === 'barn' ? '#a33' : '#3a3';
      const picture = sharp({ create: { width: 1408, height: 480, channels: 3, background } });
      const bytes = await picture.jpeg().toBuffer();
      return { bytes, usage: null, requestId: null, warnings: [], limit: null };
    },
  });
}

async function onlyRecord(project: TestProject): Promise<StoreRecord> {
  const [stored] = (await fileStore(join(project.root, '.tintype')).stored()).values();
  if (stored?.kind !== 'record') throw new Error('there is no record');
  return stored.record;
}

test('a picture that was kept aside is used when the configuration that rejected it changes', async () => {
  await using project = await testProject({ 'a.images.yaml': manifest });
  const calls: string[] = [];
  const own = server(calls);
  const strict = { providers: { own: own('png') } };
  const first = await project.generate({ options: strict });
  expect(first.result).toMatchObject({ bought: 1, delivered: 0, failed: 2 });
  expect(eventsOf(first.events, 'failed').find(({ id }) => id === 'barn')).toMatchObject({
    message: expect.stringContaining('it is jpeg and not png'),
  });
  const again = await project.generate({ options: strict });
  expect(again.result).toMatchObject({ bought: 0, failed: 2 });
  const before = await onlyRecord(project);
  expect(before.rejected).toBeDefined();

  const loose = { providers: { own: own(null) } };
  const second = await project.generate({ options: loose });
  expect(second.result).toMatchObject({ bought: 1, delivered: 2, failed: 0 });
  expect(calls).toEqual(['barn', 'door']);
  expect(eventsOf(second.events, 'warning')).toMatchObject([{ code: 'accepted' }]);
  const store = fileStore(join(project.root, '.tintype'));
  const after = await store.find(before.key);
  const { rejected: _, ...accepted } = before;
  expect(after).toEqual({ kind: 'record', record: accepted });
  expect((await store.read(accepted)).length).toBe(before.original.bytes);

  const third = await project.generate({ options: loose });
  expect(third.result).toMatchObject({ bought: 0, delivered: 2, failed: 0 });
  expect(calls).toHaveLength(2);
});

test('a run that may not buy leaves what was kept aside as it is', async () => {
  await using project = await testProject({ 'a.images.yaml': manifest });
  const own = server([]);
  await project.generate({ ids: ['barn'], options: { providers: { own: own('png') } } });
  const before = await filesBelow(join(project.root, '.tintype'));
  const { result } = await project.generate({
    ids: ['barn'],
    options: { missing: 'fail', providers: { own: own(null) } },
  });
  expect(result).toMatchObject({ delivered: 0, failed: 1 });
  expect(await filesBelow(join(project.root, '.tintype'))).toEqual(before);
});

test.each([
  ['are gone', null],
  ['are others', 'not what was received'],
])('bytes kept aside that %s are not used, and nothing is bought', async (_what, bytes) => {
  await using project = await testProject({ 'a.images.yaml': manifest });
  const calls: string[] = [];
  const own = server(calls);
  await project.generate({ ids: ['barn'], options: { providers: { own: own('png') } } });
  const { original } = await onlyRecord(project);
  const path = layout.rejected(join(project.root, '.tintype'), original.sha256);
  await writeFile(path, bytes ?? '');
  const { events } = await project.generate({
    ids: ['barn'],
    options: { providers: { own: own(null) } },
  });
  expect(eventsOf(events, 'failed')).toMatchObject([{ id: 'barn', code: 'original-rejected' }]);
  expect(calls).toEqual(['barn']);
});
