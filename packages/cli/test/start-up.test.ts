import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { packagesLoadedBy } from '../../core/test/support/loaded-packages.ts';

const program = fileURLToPath(new URL('../src/program.ts', import.meta.url));

test('the list of commands loads neither core nor leven, which core loads', async () => {
  const script = `await import(${JSON.stringify(program)});`;
  expect(await packagesLoadedBy(script)).toEqual(['commander', 'picocolors']);
});
