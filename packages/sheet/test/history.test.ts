import { cp, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useApi } from '../../core/test/support/api.ts';
import { type TestProject, testProject } from '../../core/test/support/project.ts';
import type { BringBackOffer } from '../src/sheet.ts';
import { type ServedSheet, servedSheet } from './support/served-sheet.ts';

const api = useApi();

const manifest = `# The front page
defaults: { decorative: true, quality: low, crop: 64x64 }
presets:
  house: { prompt: "{{ prompt }}. Flat, no text." }
images:
  hero: # what one sees first
    preset: house
    prompt: A lighthouse # at dawn
  plain: { prompt: A plain }
  "icon-{{ n }}": { each: [{ n: a }, { n: b }], prompt: "Icon {{ n }}" }
`;

/** `hero` was bought as it is, then with other words and another quality, and asks for the latter. */
let bought: TestProject;
/** What the purchases before the tests cost. */
let costsUsd: readonly number[];
beforeAll(async () => {
  bought = await testProject({ 'a.images.yaml': manifest }, api().baseUrl);
  await bought.generate({ ids: ['hero'] });
  await bought.write('a.images.yaml', changed);
  await bought.generate({ ids: ['hero'] });
  costsUsd = api().ledger.map(({ costUsd }) => costUsd);
});
afterAll(() => bought[Symbol.asyncDispose]());

async function withHistory(): Promise<ServedSheet> {
  const project = await servedSheet({}, api().baseUrl);
  await cp(bought.root, project.project.root, { recursive: true });
  return project;
}

const changed = manifest.replace(
  'A lighthouse # at dawn',
  'A windmill # at dawn\n    quality: medium',
);

async function hero(project: ServedSheet) {
  const { images } = await project.sheet();
  return images.find(({ id }) => id === 'hero')!;
}

async function offer(project: ServedSheet, id: string, key: string): Promise<Response> {
  return fetch(`${project.server.url}bring-back?image=${id}&key=${key}`);
}

describe('history', () => {
  test('shows what was bought for an image and is not asked for today, with its picture', async () => {
    await using project = await withHistory();
    const { past, candidates } = await hero(project);
    expect(past).toMatchObject([
      { prompt: 'A lighthouse. Flat, no text.', quality: 'low', rejected: null, note: {} },
    ]);
    expect(costsUsd).toHaveLength(2);
    expect(past[0]!.costUsd).toBeCloseTo(costsUsd[0]!, 6);
    expect(past[0]!.key).not.toBe(candidates[0]!.key);
    const picture = await fetch(`${project.server.url}picture/${past[0]!.picture!.hash}`);
    expect(picture.headers.get('content-type')).toBe('image/png');
    expect(api().ledger).toEqual([]);
  });

  test('brings a picture back at no cost, by its own words, and undo takes that back', async () => {
    await using project = await withHistory();
    const [past] = (await hero(project)).past;
    const { changes, revision, proposal } = (await (
      await offer(project, 'hero', past!.key)
    ).json()) as BringBackOffer;
    expect(changes).toEqual([
      { layer: 'image', field: 'prompt', value: 'A lighthouse' },
      { layer: 'image', field: 'quality', value: 'low' },
    ]);
    expect(proposal).toMatchObject({ price: null, buysMore: null, diagnostics: [] });
    expect((await project.post('edit', { id: 'hero', revision, changes })).status).toBe(200);
    const now = await hero(project);
    expect(now).toMatchObject({ status: 'delivered', price: null });
    expect(now.candidates[0]!.key).toBe(past!.key);
    expect(now.past).toMatchObject([{ prompt: 'A windmill. Flat, no text.' }]);
    await project.post('undo', {});
    expect((await project.project.read('a.images.yaml')).toString()).toBe(changed);
    expect(api().ledger).toEqual([]);
  });

  test('brings back one of several candidates with its pick', async () => {
    await using project = await servedSheet(
      { 'a.images.yaml': manifest.replace('A plain }', 'A plain, number_of_images: 3 }') },
      api().baseUrl,
    );
    await project.project.generate({ ids: ['plain'] });
    await project.project.write('a.images.yaml', manifest.replace('A plain }', 'A hill }'));
    const { images } = await project.sheet();
    const { past } = images.find(({ id }) => id === 'plain')!;
    expect(past).toHaveLength(3);
    const stored = (await project.project.plan()).requests.filter(
      ({ status }) => status === 'stored',
    );
    expect(stored).toEqual([]);
    for (const { key } of past) {
      const reply = await offer(project, 'plain', key);
      expect(await reply.json()).toMatchObject({ proposal: { diagnostics: [] } });
    }
    expect(api().ledger).toHaveLength(3);
  });

  test('says why a picture cannot be brought back', async () => {
    await using project = await withHistory();
    const [past] = (await hero(project)).past;
    await project.project.write('a.images.yaml', changed.replace('Flat, no', 'Round, no'));
    // The preset would wrap the whole old prompt.
    const reply = await offer(project, 'hero', past!.key);
    expect(reply.status).toBe(422);
    expect(await reply.json()).toMatchObject({
      message: expect.stringMatching(
        /cannot be brought back .*: prompt is different today, because of a preset/,
      ),
    });
    expect((await offer(project, 'icon-a', past!.key)).status).toBe(422);
    expect((await offer(project, 'hero', 'f'.repeat(64))).status).toBe(422);
    expect((await offer(project, 'hero', '../../x')).status).toBe(400);
  });
});

describe('notes', () => {
  const notesFile = 'a.images.notes.yaml';

  test('are written beside the manifest, shown, and removed', async () => {
    await using project = await withHistory();
    const { key } = (await hero(project)).past[0]!;
    const note = { star: true, comment: 'The light is better' };
    expect((await project.post('note', { id: 'hero', key, note })).status).toBe(200);
    expect((await project.project.read(notesFile)).toString()).toBe(
      `# Notes on the pictures of a.images.yaml, made on its contact sheet.\nhero:\n  ${key}: { star: true, comment: The light is better }\n`,
    );
    expect((await hero(project)).past[0]).toMatchObject({ note });
    const { error } = await project.project.generate({ ids: ['hero'] });
    expect(error).toBeNull();
    await project.post('note', { id: 'hero', key, note: { star: false } });
    expect((await hero(project)).past[0]).toMatchObject({ note: {} });
  });

  test('that came with a clone and are none are a warning, and stop nothing', async () => {
    await using project = await withHistory();
    await project.project.write(notesFile, 'hero: { ../../x: { star: true, run: "rm -rf" } }\n');
    const { diagnostics } = await project.sheet();
    expect(diagnostics).toContainEqual(
      expect.objectContaining({
        severity: 'warning',
        file: notesFile,
        message: expect.stringContaining('key'),
      }),
    );
    expect((await project.project.generate({ ids: ['hero'] })).error).toBeNull();
  });

  test.skipIf(process.platform === 'win32')('are not written through a link', async () => {
    await using project = await withHistory();
    const { key } = (await hero(project)).past[0]!;
    await project.project.write('victim.txt', '');
    await symlink(join(project.project.root, 'victim.txt'), join(project.project.root, notesFile));
    const reply = await project.post('note', { id: 'hero', key, note: { star: true } });
    expect(reply.status).toBe(422);
    expect((await project.project.read('victim.txt')).toString()).toBe('');
  });

  test.each([
    ['no key', { id: 'hero', key: '../x', note: {} }, 400],
    ['a star that is no star', { id: 'hero', key: 'a'.repeat(64), note: { star: 'yes' } }, 400],
    [
      'a long comment',
      { id: 'hero', key: 'a'.repeat(64), note: { comment: 'x'.repeat(2001) } },
      400,
    ],
    ['no such image', { id: '../hero', key: 'a'.repeat(64), note: { star: true } }, 422],
  ])('refused: %s', async (_, body, status) => {
    await using project = await servedSheet({ 'a.images.yaml': manifest });
    expect((await project.post('note', body)).status).toBe(status);
    await expect(project.project.read(notesFile)).rejects.toThrow('ENOENT');
  });
});
