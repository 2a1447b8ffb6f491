import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { packagesLoadedBy } from '../../core/test/support/loaded-packages.ts';

const entry = fileURLToPath(new URL('../src/rollup.ts', import.meta.url));

test('a build that imports no picture loads no parser and no encoder', async () => {
  const script = `
    const { tintype } = await import(${JSON.stringify(entry)});
    const { rollup } = await import(${JSON.stringify(import.meta.resolve('rollup'))});
    const files = { name: 'files', resolveId: (id) => id, load: () => 'export default 1;' };
    const bundle = await rollup({ input: 'main.js', plugins: [tintype(), files] });
    await bundle.generate({});`;
  const packages = await packagesLoadedBy(script);
  expect(packages).toContain('rollup');
  for (const heavy of ['sharp', 'yaml', 'zod', 'valibot', 'openai']) {
    expect(packages).not.toContain(heavy);
  }
});
