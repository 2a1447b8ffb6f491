import { beforeAll, expect, test } from 'vitest';
import { publicTypes } from './support/public-types.ts';

const names = [
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
];
let types: ReadonlyMap<string, string>;
beforeAll(() => {
  types = publicTypes(names);
});

// If you meant a change, run `vitest run packages/core/test/public-types.test.ts -u` and describe it in a changeset.
test.each(names)('the public types of %s are unchanged', async (name) => {
  await expect(types.get(name)).toMatchFileSnapshot(`../../${name}/public-types.txt`);
});
