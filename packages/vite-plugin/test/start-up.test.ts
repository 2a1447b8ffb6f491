import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { packagesLoadedBy } from '../../core/test/support/loaded-packages.ts';

const index = fileURLToPath(new URL('../src/index.ts', import.meta.url));

test('importing the plugin, as a Vite config does, loads no parser and no encoder', async () => {
  const script = `(await import(${JSON.stringify(index)})).tintype();`;
  expect(await packagesLoadedBy(script)).toEqual(['leven']);
});
