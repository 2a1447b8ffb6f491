/** Answers of a provider in formats that nobody requested, from the purchase to the asset map. */
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { Provider } from '../src/index.ts';
import { eventsOf } from './support/api.ts';
import { testProject } from './support/project.ts';

function answering(bytes: Buffer): Provider {
  return {
    apiKeyName: null,
    inputs: null,
    originalFormat: null,
    refuse: () => null,
    generate: async () => ({ bytes, usage: null, requestId: null, warnings: [], limit: null }),
  };
}

async function bought(bytes: Buffer, fields: string) {
  const project = await testProject({
    'a.images.yaml': `images: { hat: { prompt: A hat, decorative: true, provider: mine, model: any, size: auto, ${fields} } }`,
  });
  const options = { providers: { mine: answering(bytes) }, allowUnpriced: true };
  return { project, ...(await project.generate({ options })) };
}

/** A picture with a rotation in its metadata: 60 x 40 pixels in the file, seen as 40 x 60, its left half red. */
function onItsSide(): Promise<Buffer> {
  const red = { create: { width: 60, height: 20, channels: 3, background: '#d00' } } as const;
  return sharp({ create: { width: 60, height: 40, channels: 3, background: '#00d' } })
    .composite([{ input: red, left: 0, top: 20 }])
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 95 })
    .toBuffer();
}

test('an answer with several frames is delivered as its first one where a format does not move, with a warning', async () => {
  const frame = (background: string) =>
    sharp({ create: { width: 32, height: 32, channels: 3, background } })
      .png()
      .toBuffer();
  const frames = await Promise.all([frame('#d00'), frame('#00d')]);
  const animation = await sharp(frames, { join: { animated: true } })
    .webp()
    .toBuffer();
  expect(await sharp(animation).metadata()).toMatchObject({ pages: 2 });
  const { project, result, events } = await bought(animation, 'formats: [png], placeholder: none');
  await using _ = project;
  expect(result).toMatchObject({ bought: 1, delivered: 1 });
  expect(eventsOf(events, 'warning').map(({ message }) => message)).toContainEqual(
    expect.stringContaining(
      'it has 2 frames: its webp and gif files move, all others show the first frame',
    ),
  );
  const { data } = await sharp(await project.read('public/images/hat.png'))
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(data[0]).toBeGreaterThan(180);
});

test('the asset map gives an answer with a rotation the size that is seen, and its crop is upright', async () => {
  const { project, result } = await bought(
    await onItsSide(),
    'formats: [png], placeholder: none, crop: { width: 40, height: 30, position: top }',
  );
  await using _ = project;
  expect(result).toMatchObject({ bought: 1, delivered: 1 });
  expect(result!.assetMap.images['hat']).toMatchObject({ width: 40, height: 30 });
  const { data, info } = await sharp(await project.read('public/images/hat.png'))
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width: 40, height: 30 });
  const pixel = (x: number) => [...data.subarray(x * info.channels, x * info.channels + 3)];
  expect(pixel(5)[0]).toBeGreaterThan(180);
  expect(pixel(35)[2]).toBeGreaterThan(180);
});

test('an answer with a rotation is delivered upright, at full size', async () => {
  const { project, result } = await bought(await onItsSide(), 'formats: [webp], placeholder: none');
  await using _ = project;
  expect(result!.assetMap.images['hat']).toMatchObject({ width: 40, height: 60 });
  const header = await sharp(await project.read('public/images/hat.webp')).metadata();
  expect(header).toMatchObject({ width: 40, height: 60 });
});
