import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { billedPrompts, useApi } from '../../core/test/support/api.ts';
import { hasBrowser, launchBrowser, skipped } from './support/browser.ts';
import { serve } from './support/serve.ts';
import { type ViteProject, viteProject } from './support/vite-project.ts';

const api = useApi();

const files = {
  'site.images.yaml': `
defaults: { quality: low, formats: [webp, jpeg], placeholder: color }
images:
  hero:
    prompt: A pier
    alt: A pier
    aspect_ratio: '3:2'
    widths: [480, 900]
    sizes: 100vw
    sources:
      - { media: '(max-width: 600px)', crop: '3:4', widths: [390], sizes: 50vw }
      - { media: '(prefers-color-scheme: dark)', image: night }
  night: { prompt: A pier at night, alt: A pier at night, widths: [256] }
`,
  'index.html': `<!doctype html><title>Pier</title>
    <style>img { display: block; max-width: 100%; height: auto }</style>
    <img src="tintype:hero" loading="eager"><p>below</p>
    <style>.by-night { display: none }</style><img class="by-night" src="tintype:night">
    <script type="module" src="/main.js"></script>`,
  'main.js': `
    import hero from 'virtual:tintype/hero';
    import all from 'virtual:tintype';
    import { pictureHtml } from 'vite-plugin-tintype/picture';
    document.body.insertAdjacentHTML('beforeend', pictureHtml(hero));
    document.body.dataset.all = Object.keys(all);
  `,
};

const config = {
  resolve: {
    alias: { 'vite-plugin-tintype/picture': `${import.meta.dirname}/../src/picture-html.ts` },
  },
};

test('a build buys what a page shows under some media query, once, with the rest', async () => {
  await using project = await viteProject(files, api().baseUrl);
  const { output } = await project.build(config, { missing: 'buy' });
  expect(api().ledger).toHaveLength(2);
  const page = output.find(({ fileName }) => fileName === 'index.html');
  const html = page?.type === 'asset' ? String(page.source) : '';
  const [hero = ''] = html.split('below');
  const sources = [...hero.matchAll(/<source[^>]*>/g)].map(([tag]) =>
    tag.replaceAll(/-[\w-]{8}\.(?=webp|jpeg)/g, '.'),
  );
  const phone = 'width="768" height="1024"';
  const dark = 'media="(prefers-color-scheme: dark)"';
  expect(sources).toEqual([
    `<source media="(max-width: 600px)" type="image/webp" srcset="/assets/hero-3x4-390w.webp 390w, /assets/hero-3x4.webp 768w" sizes="50vw" ${phone}>`,
    `<source media="(max-width: 600px)" type="image/jpeg" srcset="/assets/hero-3x4-390w.jpeg 390w, /assets/hero-3x4.jpeg 768w" sizes="50vw" ${phone}>`,
    `<source ${dark} type="image/webp" srcset="/assets/night-256w.webp 256w, /assets/night.webp 1024w" width="1024" height="1024">`,
    `<source ${dark} type="image/jpeg" srcset="/assets/night-256w.jpeg 256w, /assets/night.jpeg 1024w" width="1024" height="1024">`,
    '<source type="image/webp" srcset="/assets/hero-480w.webp 480w, /assets/hero-900w.webp 900w, /assets/hero.webp 1536w" sizes="100vw">',
  ]);
  // Which of them is shown is known only to the browser, so no colour of one of them is behind it.
  expect(hero).not.toContain('background');
});

test('a style sheet shows the image itself, so a build of it buys no image of its sources', async () => {
  await using project = await viteProject(
    {
      'site.images.yaml': files['site.images.yaml'],
      'index.html': '<style>body { background: url(tintype:hero) }</style>',
    },
    api().baseUrl,
  );
  await project.build(config, { missing: 'buy' });
  expect(billedPrompts(api())).toEqual(['A pier']);
});

test('in dev, the page and the module name the same pictures, and the server makes them', async () => {
  await using project = await viteProject(files);
  await using server = await serve(project, config);
  const textOf = async (path: string) => (await server.fetch(path)).text();
  const html = await textOf('/');
  expect(html).toMatch(
    /<source media="\(max-width: 600px\)" type="image\/webp" srcset="\/@tintype\/hero-3x4-390w\.webp\?v=/,
  );
  const [, url] = /srcset="(\/@tintype\/hero-3x4-390w\.webp[^ ]*)/.exec(html)!;
  const file = await server.fetch(url!);
  expect(file.headers.get('content-type')).toBe('image/webp');
  const code = await textOf('/@id/__x00__virtual:tintype/hero');
  expect(code).toContain('art: [{ media: "(max-width: 600px)", picture: art0 }');
});

describe.skipIf(!hasBrowser)(`in Chromium${skipped}`, () => {
  let browser: Browser;
  let project: ViteProject;
  let server: Server;
  beforeAll(async () => {
    browser = await launchBrowser();
    project = await viteProject({
      ...files,
      'site.images.yaml': files['site.images.yaml'].replace(
        'quality: low',
        'quality: low, provider: offline',
      ),
    });
    await project.build(config);
    server = createServer((request, response) => {
      const path = request.url === '/' ? 'index.html' : request.url!.slice(1);
      const type = { html: 'text/html', js: 'text/javascript' }[path.split('.').at(-1)!];
      readFile(join(project.root, 'dist', path)).then(
        (bytes) =>
          response.setHeader('content-type', type ?? `image/${path.split('.').at(-1)}`).end(bytes),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await project?.[Symbol.asyncDispose]();
  });

  async function look(options: BrowserContextOptions) {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const requested: string[] = [];
    page.on('request', (request) => {
      if (/\.(?:webp|jpeg)$/.test(request.url()))
        requested.push(request.url().replace(/^.*\/|-[\w-]{8}\.\w+$/g, ''));
    });
    await page.addInitScript(`
      window.shift = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.shift += entry.value;
      }).observe({ type: 'layout-shift', buffered: true });
    `);
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction(
      'document.images.length === 3 && document.images[0].complete && document.images[0].naturalWidth > 0',
    );
    const facts = await page.evaluate<{
      readonly width: number;
      readonly height: number;
      readonly shift: number;
      readonly all: string;
    }>(
      `({ width: document.images[0].width, height: document.images[0].height, shift: window.shift, all: document.body.dataset.all })`,
    );
    await context.close();
    return { ...facts, requested: [...new Set(requested)] };
  }

  test.each([
    [
      'a phone',
      { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 },
      'hero-3x4-390w',
      3 / 4,
    ],
    ['a laptop', { viewport: { width: 1000, height: 800 } }, 'hero', 3 / 2],
    ['a dark laptop', { viewport: { width: 1000, height: 800 }, colorScheme: 'dark' }, 'night', 1],
  ] as const)(
    '%s loads the picture that is meant for it, and nothing moves',
    async (_, options, file, ratio) => {
      const { width, height, shift, requested, all } = await look(options);
      expect(requested).toEqual([file]);
      expect(width / height).toBeCloseTo(ratio, 1);
      expect(shift).toBe(0);
      expect(all).toBe('hero,night');
    },
  );
});
