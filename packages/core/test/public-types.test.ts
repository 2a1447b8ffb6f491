import { expect, test } from 'vitest';
import { publicTypes } from './support/public-types.ts';

// Where a change is meant: `vitest run packages/core/test/public-types.test.ts -u`, and say it in a changeset.
test.each(['core', 'cli', 'queue', 's3', 'sheet', 'vite-plugin'])(
  '%s promises the types that it did',
  async (name) => {
    await expect(publicTypes(`packages/${name}`)).toMatchFileSnapshot(
      `../../${name}/public-types.txt`,
    );
  },
);
