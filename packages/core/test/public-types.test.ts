import { expect, test } from 'vitest';
import { publicTypes } from './support/public-types.ts';

// If you meant a change, run `vitest run packages/core/test/public-types.test.ts -u` and describe it in a changeset.
test.each([
  'astro',
  'cli',
  'components',
  'content-credentials',
  'core',
  'nuxt',
  'queue',
  'queue-dashboard',
  's3',
  'sheet',
  'unplugin',
  'vite-plugin',
])('the public types of %s are unchanged', async (name) => {
  await expect(publicTypes(`packages/${name}`)).toMatchFileSnapshot(
    `../../${name}/public-types.txt`,
  );
});
