import { expect, test } from 'vitest';
import { assetName } from './asset-name.ts';

const digest = 'ab'.repeat(32);
const hash = Buffer.from(digest, 'hex').toString('base64url');

test.each([
  ['assets/[name]-[hash].[ext]', `assets/team-ada-640w-${hash.slice(0, 8)}.webp`],
  ['[hash:16][extname]', `${hash.slice(0, 16)}.webp`],
  ['[ext]/[name][extname]', 'webp/team-ada-640w.webp'],
])('%s', (pattern, name) => {
  expect(assetName('team/ada-640w.webp', digest, pattern)).toBe(name);
});

test('a function is asked as Rollup asks it', () => {
  const name = assetName('hero@2.avif', digest, ({ names }) => `x/${names[0]}`);
  expect(name).toBe('x/hero-2.avif');
});
