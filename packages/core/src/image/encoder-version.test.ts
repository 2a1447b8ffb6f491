import sharp from 'sharp';
import { expect, test } from 'vitest';
import { encoderVersion } from './encoder-version.ts';

test('the version that is read from the disk is the version that runs', () => {
  expect(encoderVersion()).toBe(sharp.versions.sharp);
});
