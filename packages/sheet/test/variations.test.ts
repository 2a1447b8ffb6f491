import { symlink, writeFile, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Variation } from '@tintype/core';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { useApi } from '../../core/test/support/api.ts';
import type { EditProposal } from '../src/sheet.ts';
import { servedSheet } from './support/served-sheet.ts';

const api = useApi();

const manifest = `# The front page
defaults: { crop: 64x64 }
presets:
  house: { prompt: "{{ prompt }}. Flat, no text." }
images:
  hero: # what one sees first
    preset: house
    prompt: A lighthouse
    quality: low
    number_of_images: 2
    pick: 2
    alt: A lighthouse
    widths: [32] # of phones

  # small
  icon: { prompt: An icon, decorative: true }
`;

const night: Variation = {
  id: 'hero-night',
  prompt: 'The same at night: lamp lit',
  alt: 'The lighthouse at night',
  region: null,
};

test('a variation is a new image below its source, which works from its picture and costs one picture', async () => {
  await using project = await servedSheet({ 'a.images.yaml': manifest }, api().baseUrl);
  await project.project.generate({ ids: ['hero'] });
  const proposed = await project.post('propose-variation', { id: 'hero', variation: night });
  expect((await proposed.json()) as EditProposal).toMatchObject({
    diagnostics: [],
    price: { pictures: 1 },
    buysMore: { images: ['hero-night'] },
  });
  expect((await project.project.read('a.images.yaml')).toString()).toBe(manifest);
  const { revision } = await project.form('hero');
  expect((await project.post('vary', { id: 'hero', variation: night, revision })).status).toBe(200);
  expect((await project.project.read('a.images.yaml')).toString()).toBe(
    manifest.replace(
      '# of phones\n',
      `# of phones
  hero-night:
    preset: house
    prompt: "The same at night: lamp lit"
    input_images: [tintype:hero]
    quality: low
    widths: [32]
    alt: The lighthouse at night
`,
    ),
  );
  const { images, live } = await project.sheet();
  expect(images.find(({ id }) => id === 'hero-night')).toMatchObject({
    madeFrom: ['hero'],
    status: 'missing',
  });
  expect(live?.undo).toBe('"hero-night"');
  expect(api().ledger).toHaveLength(2);
  await project.post('undo', {});
  expect((await project.project.read('a.images.yaml')).toString()).toBe(manifest);
});

test('a region becomes a mask beside the manifest, and undo removes both', async () => {
  await using project = await servedSheet({ 'site/a.images.yaml': manifest }, api().baseUrl);
  await project.project.generate({ ids: ['hero'] });
  const variation = { ...night, region: { left: 25, top: 50, width: 50, height: 25 } };
  const proposed = (await (
    await project.post('propose-variation', { id: 'hero', variation })
  ).json()) as EditProposal;
  expect(proposed.diagnostics).toEqual([]);
  expect(proposed.files.map(({ file }) => file)).toEqual([
    'site/a.images.yaml',
    'site/hero-night.mask.png',
  ]);
  const { revision } = await project.form('hero');
  expect((await project.post('vary', { id: 'hero', variation, revision })).status).toBe(200);
  const { data, info } = await sharp(await project.project.read('site/hero-night.mask.png'))
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width: 1024, height: 1024, channels: 4 });
  const alphaAt = (x: number, y: number) => data[(y * 1024 + x) * 4 + 3];
  expect([
    alphaAt(255, 600),
    alphaAt(256, 600),
    alphaAt(767, 767),
    alphaAt(768, 767),
    alphaAt(500, 511),
  ]).toEqual([255, 0, 0, 255, 255]);
  expect((await project.project.generate({ ids: ['hero-night'] })).result).toMatchObject({
    failed: 0,
    bought: 1,
  });
  expect((await project.post('undo', {})).status).toBe(200);
  await expect(project.project.read('site/hero-night.mask.png')).rejects.toThrow('ENOENT');
  expect((await project.project.read('site/a.images.yaml')).toString()).toBe(manifest);
});

test.each<[string, Partial<Variation>, number]>([
  ['an id that leads elsewhere', { id: '../../x' }, 422],
  ['an id that is taken', { id: 'icon' }, 422],
  ['no instruction', { prompt: ' ' }, 400],
  ['a region outside the picture', { region: { left: 60, top: 0, width: 50, height: 10 } }, 400],
  [
    'a region of a picture that is not bought',
    { region: { left: 0, top: 0, width: 50, height: 10 } },
    422,
  ],
])('refused, and nothing is written: %s', async (_, wrong, status) => {
  await using project = await servedSheet({ 'a.images.yaml': manifest }, api().baseUrl);
  const variation = { ...night, ...wrong };
  const { revision } = await project.form('hero');
  expect((await project.post('vary', { id: 'hero', variation, revision })).status).toBe(status);
  expect((await project.project.read('a.images.yaml')).toString()).toBe(manifest);
});

test('braces in an instruction are text', async () => {
  await using project = await servedSheet({ 'a.images.yaml': manifest }, api().baseUrl);
  const { revision } = await project.form('icon');
  const variation = { ...night, id: 'icon-2', prompt: 'With {{ braces }}', alt: '' };
  expect((await project.post('vary', { id: 'icon', variation, revision })).status).toBe(200);
  const image = (await project.sheet()).images.find(({ id }) => id === 'icon-2');
  expect(image).toMatchObject({ prompt: 'With {{ braces }}', alt: '' });
});

test.skipIf(process.platform === 'win32')(
  'a mask is not written over a file or through a link',
  async () => {
    const outside = await mkdtemp(join(tmpdir(), 'tintype-outside-'));
    await using project = await servedSheet({ 'a.images.yaml': manifest }, api().baseUrl);
    await project.project.generate({ ids: ['hero'] });
    const variation = { ...night, region: { left: 0, top: 0, width: 50, height: 50 } };
    const file = join(project.project.root, 'hero-night.mask.png');
    const { revision } = await project.form('hero');
    await writeFile(join(outside, 'victim'), 'x');
    await symlink(join(outside, 'victim'), file);
    expect((await project.post('vary', { id: 'hero', variation, revision })).status).toBe(422);
    expect((await project.project.read('a.images.yaml')).toString()).toBe(manifest);
  },
);
