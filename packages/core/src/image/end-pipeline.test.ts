import sharp from 'sharp';
import { expect, test } from 'vitest';
import { bytesOf, headerOf } from './end-pipeline.ts';

const red = () => sharp({ create: { width: 8, height: 6, channels: 3, background: 'red' } });

test('a pipeline returns its result, and holds nothing afterwards', async () => {
  const encoding = red().png();
  const png = await bytesOf(encoding);
  expect(await sharp(png).metadata()).toMatchObject({ format: 'png', width: 8, height: 6 });
  const opening = sharp(png);
  expect(await headerOf(opening)).toMatchObject({ format: 'png', width: 8, height: 6 });
  for (const ended of [encoding, opening]) expect(ended).toMatchObject({ options: null });
});

test('a pipeline that fails rejects as sharp does, and holds nothing afterwards', async () => {
  const failing = sharp(Buffer.from('no picture'));
  await expect(bytesOf(failing)).rejects.toThrow('unsupported image format');
  expect(failing).toMatchObject({ options: null });
});
