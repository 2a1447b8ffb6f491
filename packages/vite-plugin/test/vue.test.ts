import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import vue from '@vitejs/plugin-vue';
import type { InlineConfig } from 'vite';
import { expect, test } from 'vitest';
import { serve } from './support/serve.ts';
import { buildFailure, type ViteProject, viteProject } from './support/vite-project.ts';

const files = {
  'site.images.yaml': `
images:
  quay:
    prompt: A quay
    alt: A quay at night
    widths: [32]
    formats: [webp, jpeg]
  crew/li:
    prompt: Li
    alt: Li
`,
  'index.html': '<div id="page"></div><script type="module" src="/main.js"></script>',
  'main.js': `import { createApp } from 'vue'; import Page from './page.vue'; createApp(Page).mount('#page');`,
  'server.js': `
    import { createSSRApp } from 'vue';
    import { renderToString } from 'vue/server-renderer';
    import Page from './page.vue';
    export const html = await renderToString(createSSRApp(Page));
  `,
  'page.vue': `
<script setup>
import Card from './card.vue';
const large = 900;
</script>
<template>
  <img src="tintype:quay" class="wide" loading="eager" width="32">
  <picture><source type="image/webp" srcset="tintype:quay"><img src="tintype:crew/li" alt="Mine" :width="large"></picture>
  <svg><image xlink:href="tintype:quay" /></svg>
  <Card image="tintype:crew/li" />
  <p v-if="large < 9">none</p><img v-else src="tintype:quay" id="else">
  <p title="say tintype:quay">Say tintype:quay</p>
</template>`,
  'card.vue': `
<script>export default { props: ['image'], data: () => ({ title: 'A card' }) }</script>
<template><b :data-image="image">{{ title }}</b><img v-for="n in 2" src="tintype:crew/li" :key="n"></template>`,
};

const packageDir = fileURLToPath(new URL('..', import.meta.url));

const config = (): InlineConfig => ({
  plugins: [vue()],
  resolve: { alias: { 'vite-plugin-tintype/picture': join(packageDir, 'src/picture-html.ts') } },
});

/** A project with Vue and a stored picture for each image. */
async function vueProject(more: Readonly<Record<string, string>> = {}): Promise<ViteProject> {
  const project = await viteProject({ ...files, ...more });
  await project.stock();
  await mkdir(join(project.root, 'node_modules'));
  const vueDir = dirname(fileURLToPath(import.meta.resolve('vue/package.json')));
  await symlink(vueDir, join(project.root, 'node_modules/vue'));
  return project;
}

function expectPictures(html: string, url: (file: string) => string): void {
  const quay = url('quay\\.jpeg');
  expect(html).toMatch(
    new RegExp(
      `<img width="32" srcset="${url('quay-32w\\.jpeg')} 32w, ${quay} 64w" height="24" alt="A quay at night" loading="eager" decoding="async"[^>]* src="${quay}" class="wide"`,
    ),
  );
  expect(html).toMatch(
    new RegExp(
      `<source type="image/webp" srcset="${url('quay-32w\\.webp')} 32w, ${url('quay\\.webp')} 64w">`,
    ),
  );
  expect(html).toMatch(
    new RegExp(`<img width="900" alt="Mine"[^>]* src="${url('crew-?/?li\\.webp')}">`),
  );
  expect(html).toMatch(new RegExp(`<image xlink:href="${quay}">`));
  expect(html).toMatch(new RegExp(`<b data-image="${url('crew-?/?li\\.webp')}">A card</b>`));
  expect(html.match(/alt="Li"/g)).toHaveLength(2);
  expect(html).toMatch(/<img [^>]*alt="A quay at night"[^>]* src="[^"]+" id="else"/);
  expect(html).toContain('<p title="say tintype:quay">Say tintype:quay</p>');
}

const warnings = ({ log }: ViteProject) => log.filter((line) => line.startsWith('warn'));

test('references in the templates of Vue are resolved, for servers and for browsers', async () => {
  await using project = await vueProject();
  await project.build({ ...config(), build: { ssr: 'server.js', assetsInlineLimit: 0 } });
  const built: unknown = await import(pathToFileURL(join(project.root, 'dist/server.js')).href);
  const { html } = built as { readonly html: string };
  expectPictures(html, (file) => `/assets/${file.replace('\\.', '-[\\w-]{8}\\.')}`);

  const { code } = await project.build({ ...config(), build: { assetsInlineLimit: 0 } });
  expect(code).not.toMatch(/src: "(?:tintype:[^"]*)?"/);
  for (const [, src = ''] of html.matchAll(/src="([^"]+)"/g)) expect(code).toContain(`"${src}"`);
  expect(warnings(project)).toEqual([]);
});

test('?still is the first frame of a picture that moves', async () => {
  await using project = await vueProject({
    'moving.images.yaml': `
images:
  badge: { prompt: A badge, alt: A badge, provider: offline, model: gpt-image-2.6-flare, output_format: gif, size: 320x256, frame_count: 2 }
`,
    'page.vue': `
<template>
  <picture><source media="(prefers-reduced-motion: reduce)" srcset="tintype:badge?still"><img src="tintype:badge"></picture>
  <img src="tintype:badge?still" id="still">
</template>`,
  });
  await using served = await serve(project, config());
  const { html } = await served.load('/server.js');
  const still = String.raw`/@tintype/badge\.still\.webp\?v=\w+`;
  expect(html).toMatch(
    new RegExp(
      String.raw`<source media="\(prefers-reduced-motion: reduce\)" srcset="${still} 320w"><img [^>]*src="/@tintype/badge\.gif\?v=\w+"`,
    ),
  );
  expect(html).toMatch(new RegExp(`<img [^>]*src="${still}" id="still">`));
});

test('in dev, too', async () => {
  await using project = await vueProject();
  await using served = await serve(project, config());
  const { html } = await served.load('/server.js');
  expectPictures(html as string, (file) => `/@tintype/${file}\\?[^" ]+`);
});

test('an id that no image has is an error that names the template', async () => {
  await using project = await vueProject({
    'card.vue': '<template><img src="tintype:crew/lee"></template>',
  });
  const failure = await buildFailure(project.build(config()));
  expect(failure.message).toContain('there is no image "crew/lee"');
  expect(failure.id).toContain('card.vue');
});
