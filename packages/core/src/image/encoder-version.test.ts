import sharp from 'sharp';
import { expect, test } from 'vitest';
import { encoderVersion } from './encoder-version.ts';

test('the version read from disk is the one that runs', () => {
  expect(encoderVersion()).toBe(sharp.versions.sharp);
});
