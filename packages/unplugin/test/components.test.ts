import { readFile } from 'node:fs/promises';
import * as esbuild from 'esbuild';
import { expect, test } from 'vitest';
import { tintype as forEsbuild } from '../src/esbuild.ts';
import { componentsProject, expected, names, tagsIn } from './support/components.ts';

test('esbuild bundles the component of each framework, and all render the same picture', async () => {
  await using project = await componentsProject();
  await esbuild.build({
    absWorkingDir: project.root,
    entryPoints: ['all.js'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: 'dist-all/all.mjs',
    conditions: ['svelte'],
    // React's server imports modules of Node in the way of CommonJS.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    plugins: [forEsbuild({ publicPath: '/static/', missing: 'standin' }), svelte],
  });
  expect(await tagsIn(project, 'dist-all/all.mjs')).toEqual(
    Object.fromEntries(names.map((name) => [name, expected])),
  );
});

/** Not imported by its name, because its types would bring those of browsers to all of our tests. */
interface Compiler {
  readonly compile: (
    code: string,
    options: { readonly generate: 'server' },
  ) => { readonly js: { readonly code: string } };
}

const svelte: esbuild.Plugin = {
  name: 'svelte',
  async setup(build) {
    const { compile } = (await import(import.meta.resolve('svelte/compiler'))) as Compiler;
    build.onLoad({ filter: /\.svelte$/ }, async ({ path }) => ({
      contents: compile(await readFile(path, 'utf8'), { generate: 'server' }).js.code,
    }));
  },
};
