import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import * as esbuild from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestProject, testProject } from '../../core/test/support/project.ts';
import { tintype as forEsbuild } from '../src/esbuild.ts';
import { bundlers } from './support/bundlers.ts';

const run = promisify(execFile);
const ours = join(import.meta.dirname, '..');

/** How each framework renders the picture on a server. */
const rendered = {
  react: `
    import { createElement } from 'react';
    import { renderToString } from 'react-dom/server';
    import { Picture } from 'tintype-unplugin/react';
    export const html = () => renderToString(createElement(Picture, { of: hero, className: 'wide' }));
  `,
  preact: `
    import { h } from 'preact';
    import { renderToString } from 'preact-render-to-string';
    import { Picture } from 'tintype-unplugin/preact';
    export const html = () => renderToString(h(Picture, { of: hero, class: 'wide' }));
  `,
  vue: `
    import { createSSRApp, h } from 'vue';
    import { renderToString } from 'vue/server-renderer';
    import { Picture } from 'tintype-unplugin/vue';
    export const html = () => renderToString(createSSRApp({ render: () => h(Picture, { of: hero, class: 'wide' }) }));
  `,
  solid: `
    import { createComponent } from 'solid-js';
    import { renderToString } from 'solid-js/web';
    import { Picture } from 'tintype-unplugin/solid';
    export const html = () => renderToString(() => createComponent(Picture, { of: hero, class: 'wide' }));
  `,
  svelte: `
    import { render } from 'svelte/server';
    import { Picture } from 'tintype-unplugin/svelte';
    export const html = () => render(Picture, { props: { of: hero, class: 'wide' } }).body;
  `,
} as const;
const names = Object.keys(rendered);

const packages = [
  'preact',
  'preact-render-to-string',
  'react',
  'react-dom',
  'solid-js',
  'svelte',
  'vue',
];

let project: TestProject;
beforeAll(async () => {
  project = await testProject({
    'site.images.yaml':
      'images: { hero: { prompt: A pier, alt: A pier, formats: [webp, jpeg], placeholder: color } }',
    'main.js': "export * as react from './react.js';",
    'all.js': names.map((name) => `export * as ${name} from './${name}.js';`).join('\n'),
    ...Object.fromEntries(
      Object.entries(rendered).map(([name, code]) => [
        `${name}.js`,
        `import hero from 'virtual:tintype/hero';${code}`,
      ]),
    ),
  });
  for (const name of packages) await link(name, join(ours, 'node_modules', name));
  await link('tintype-unplugin', ours);
});
afterAll(() => project[Symbol.asyncDispose]());

async function link(name: string, target: string): Promise<void> {
  const path = join(project.root, 'node_modules', name);
  await mkdir(dirname(path), { recursive: true });
  await symlink(target, path);
}

const expected = [
  'source srcset=/static/assets/hero-#.webp1024w type=image/webp',
  'img alt=apier class=wide decoding=async height=1024 loading=lazy src=/static/assets/hero-#.jpeg width=1024',
];

test('webpack bundles the component of React', async () => {
  const [, build] = bundlers.find(([name]) => name === 'webpack')!;
  const { errors } = await build(project.root, { missing: 'standin' });
  expect(errors).toEqual([]);
  expect(await tagsIn('dist/main.mjs')).toEqual({ react: expected });
});

test('esbuild bundles the component of each framework, and all render the same picture', async () => {
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
  expect(await tagsIn('dist-all/all.mjs')).toEqual(
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

/** What each framework in a bundle renders, in a Node process that has nothing of Vitest. */
async function tagsIn(file: string): Promise<Record<string, string[]>> {
  const code = `
    const all = await import(${JSON.stringify(pathToFileURL(join(project.root, file)).href)});
    const html = Object.entries(all).map(async ([name, page]) => [name, await page.html()]);
    console.log(JSON.stringify(await Promise.all(html)));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code]);
  const html = JSON.parse(stdout) as (readonly [name: string, html: string])[];
  return Object.fromEntries(html.map(([name, text]) => [name, tagsOf(text)]));
}

/** The tags of a picture, in an order that all frameworks share, without styles and hashes. */
function tagsOf(html: string): string[] {
  return [...html.matchAll(/<(source|img)\b([^>]*)>/g)].map(([, tag, text]) => {
    const attributes = [...text!.matchAll(/([\w-]+)="([^"]*)"/g)]
      .map(([, name, value]) => `${name}=${value!.replaceAll(' ', '')}`.toLowerCase())
      .filter((attribute) => !/^(?:data-hk|style|onload|onerror)=/.test(attribute))
      .map((attribute) => attribute.replaceAll(/-[\w-]{8}\./g, '-#.'));
    return [tag, ...attributes.toSorted()].join(' ');
  });
}
