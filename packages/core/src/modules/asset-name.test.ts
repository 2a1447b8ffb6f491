import { expect, test } from 'vitest';
import { assetNamer } from './asset-name.ts';

const digest = 'ab'.repeat(32);
const hash = Buffer.from(digest, 'hex').toString('base64url');

test.each([
  ['assets/[name]-[hash].[ext]', `assets/team-ada-640w-${hash.slice(0, 8)}.webp`],
  ['[hash:16][extname]', `${hash.slice(0, 16)}.webp`],
  ['[ext]/[name][extname]', 'webp/team-ada-640w.webp'],
  [
    '[name]/[name]-[hash:4]-[hash]',
    `team-ada-640w/team-ada-640w-${hash.slice(0, 4)}-${hash.slice(0, 8)}`,
  ],
  ['all', 'all'],
])('%s', (pattern, name) => {
  expect(assetNamer(pattern)('team/ada-640w.webp', digest)).toBe(name);
});

test('a function is asked as Rollup asks it', () => {
  const name = assetNamer(({ names }) => `x/${names[0]}`)('hero@2.avif', digest);
  expect(name).toBe('x/hero-2.avif');
});
