import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generate, loadProject, systemClock } from '@tintype/core';
import { billedPrompts, useApi } from '../../core/test/support/api.ts';
import { filesBelow } from '../../core/test/support/files.ts';
import { serve } from './support/serve.ts';
import { buildFailure, viteProject } from './support/vite-project.ts';

const api = useApi();

const app = (title: string) =>
  `images: { banner: { prompt: The banner of ${title}, alt: '${title}' } }`;

const files = {
  'packages/brand/brand.images.yaml': 'images: { emblem: { prompt: An emblem, alt: An emblem } }',
  'apps/shop/package.json': '{ "type": "module" }',
  'apps/shop/shop.images.yaml': app('Shop'),
  'apps/shop/index.html': '<script type="module" src="/main.js"></script>',
  'apps/shop/main.js': `
    import emblem from 'virtual:tintype/emblem';
    import banner from 'virtual:tintype/banner';
    globalThis.shown = [emblem, banner];
  `,
  'apps/blog/package.json': '{ "type": "module" }',
  'apps/blog/blog.images.yaml': app('Blog'),
};

test('apps of a monorepo share pictures and a store, and the same id can be a different image in each', async () => {
  await using project = await viteProject(
    {
      ...files,
      'apps/blog/index.html': files['apps/shop/index.html'],
      'apps/blog/main.js': files['apps/shop/main.js'],
    },
    api().baseUrl,
  );
  for (const [name, title] of [
    ['shop', 'Shop'],
    ['blog', 'Blog'],
  ] as const) {
    const root = join(project.root, 'apps', name);
    const manifests = ['packages/brand/*.images.yaml', `apps/${name}/**/*.images.yaml`];
    const { code } = await project.build({ root }, { root: '../..', manifests, missing: 'buy' });
    expect(code).toContain(title);
    expect(code).toContain('An emblem');
  }
  expect(billedPrompts(api()).toSorted()).toEqual([
    'An emblem',
    'The banner of Blog',
    'The banner of Shop',
  ]);
});

test('apps with roots of their own share a store that their configs name: what the command line bought for one, the plugin finds for another', async () => {
  const config = `export default { store: { dir: '../../.tintype' } }`;
  const image = 'images: { emblem: { prompt: An emblem, alt: An emblem } }';
  await using project = await viteProject({
    'apps/shop/package.json': '{ "type": "module" }',
    'apps/shop/tintype.config.js': config,
    'apps/shop/shop.images.yaml': image,
    'apps/blog/package.json': '{ "type": "module" }',
    'apps/blog/tintype.config.js': config,
    'apps/blog/blog.images.yaml': image,
    'apps/blog/index.html': '<img src="tintype:emblem">',
  });
  const env = { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: api().baseUrl };
  const cwd = join(project.root, 'apps/shop');
  const loaded = await loadProject({ cwd, env, overrides: { missing: 'buy' } });
  const { signal } = new AbortController();
  await generate({ ...systemClock, ...loaded, report: () => {}, signal });
  expect(billedPrompts(api())).toEqual(['An emblem']);
  expect((await filesBelow(join(project.root, '.tintype/records'))).size).toBe(1);
  await project.build({ root: join(project.root, 'apps/blog') }, { missing: 'fail' });
  expect(billedPrompts(api())).toHaveLength(1);
});

test('if manifests of apps with a common id are read together, the error says how to separate them', async () => {
  await using project = await viteProject(files);
  const root = join(project.root, 'apps/shop');
  const failure = await buildFailure(project.build({ root }, { root: '../..' }));
  expect(failure.message).toMatch(
    /^apps\/shop\/shop\.images\.yaml:1:\d+ {2}duplicate-id {2}"banner" is the id of another image, at apps\/blog\/blog\.images\.yaml:1; .*set manifests to the files that belong together/,
  );
});

test('in dev the root is the same', async () => {
  await using project = await viteProject(files);
  const manifests = ['packages/brand/*.images.yaml', 'apps/shop/*.images.yaml'];
  const root = join(project.root, 'apps/shop');
  await using served = await serve(project, { root }, { root: '../..', manifests });
  expect(await served.load('virtual:tintype/emblem')).toMatchObject({ alt: 'An emblem' });
  expect(await served.load('virtual:tintype/banner')).toMatchObject({ alt: 'Shop' });
});
