import { mkdir, readFile, symlink } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, launchBrowser, skipped } from './support/browser.ts';
import { type ViteProject, viteProject } from './support/vite-project.ts';

const ours = fileURLToPath(new URL('..', import.meta.url));

/** How each framework makes an element of a component with props, renders it on a server, and takes it over in a page. */
const frameworks = {
  react: {
    element: `import { createElement } from 'react'; import { Picture } from 'vite-plugin-tintype/react'; const element = () => createElement(Picture, { of: hero, className: 'wide', width: 320, style: { border: 0 }, priority: true });`,
    server: `import { renderToString } from 'react-dom/server'; const react = renderToString(element());`,
    client: `import { hydrateRoot } from 'react-dom/client'; hydrateRoot(at, element(), { onRecoverableError: fail });`,
  },
  preact: {
    element: `import { h } from 'preact'; import { Picture } from 'vite-plugin-tintype/preact'; const element = () => h(Picture, { of: hero, class: 'wide', width: 320, style: 'border: 0', priority: true });`,
    server: `import { renderToString } from 'preact-render-to-string'; const preact = renderToString(element());`,
    client: `import { hydrate } from 'preact'; hydrate(element(), at);`,
  },
  vue: {
    element: `import { createSSRApp, h } from 'vue'; import { Picture } from 'vite-plugin-tintype/vue'; const element = () => createSSRApp({ render: () => h(Picture, { of: hero, class: 'wide', width: 320, style: { border: 0 }, priority: true }) });`,
    server: `import { renderToString } from 'vue/server-renderer'; const vue = await renderToString(element());`,
    client: `element().mount(at);`,
  },
  solid: {
    element: `import { createComponent } from 'solid-js'; import { Picture } from 'vite-plugin-tintype/solid'; const element = () => createComponent(Picture, { of: hero, class: 'wide', width: 320, style: 'border: 0', priority: true });`,
    server: `import { renderToString } from 'solid-js/web'; const solid = renderToString(element);`,
    client: `import { render } from 'solid-js/web'; at.replaceChildren(); render(element, at);`,
  },
  svelte: {
    element: `import { Picture } from 'vite-plugin-tintype/svelte'; const props = { of: hero, class: 'wide', width: 320, style: 'border: 0', priority: true };`,
    server: `import { render } from 'svelte/server'; const { body: svelte, head } = render(Picture, { props });`,
    client: `import { hydrate } from 'svelte'; hydrate(Picture, { target: at, props, recover: false });`,
  },
} as const;

const names = Object.keys(frameworks) as (keyof typeof frameworks)[];

const files = {
  'site.images.yaml': `
images:
  hero:
    prompt: A pier
    alt: A pier
    provider: offline
    aspect_ratio: '3:2'
    widths: [320]
    formats: [webp, jpeg]
    placeholder: color
`,
  'index.html':
    '<!doctype html><title>Pier</title><link rel="icon" href="data:,"><body></body><script type="module" src="/client.js"></script>',
  'client.js': `const names = ${JSON.stringify(names)};
    window.problems = [];
    for (const name of names) {
      const { show } = await { ${names.map((name) => `${name}: () => import('./${name}.js')`).join(', ')} }[name]();
      const at = document.getElementById(name) ?? document.body.appendChild(Object.assign(document.createElement('div'), { id: name }));
      show(at, (error) => window.problems.push(name + ': ' + error));
    }
    window.isDone = true;`,
  ...Object.fromEntries(
    names.map((name) => [
      `${name}.js`,
      `import hero from 'virtual:tintype/hero'; ${frameworks[name].element}
       ${frameworks[name].client.replace(/^((?:import .*?;\s*)*)(.*)$/s, '$1 export const show = (at, fail) => { $2 };')}`,
    ]),
  ),
  ...Object.fromEntries(
    names.map((name) => [
      `server-${name}.js`,
      `import hero from 'virtual:tintype/hero'; ${frameworks[name].element} ${frameworks[name].server}
       export default { ${name}${name === 'svelte' ? ', head' : ''} };`,
    ]),
  ),
};

/** The tags of a picture, without what a framework notes in them and in an order that all share. */
function tagsOf(html: string): string[] {
  const [picture = ''] = /<picture.*<\/picture>|<picture.*<img[^>]*>/s.exec(html) ?? [];
  return [...picture.matchAll(/<(source|img)\b([^>]*)>/g)].map(([, tag, text]) => {
    const attributes = [...text!.matchAll(/([\w-]+)="([^"]*)"/g)]
      .map(
        ([, name, value]) =>
          `${name!.toLowerCase()}=${value!
            .replaceAll(/[\s;]+/g, '')
            .replace('rgb(', '')
            .toLowerCase()}`,
      )
      .filter((attribute) => !/^(?:data-hk|style|onload|onerror)=/.test(attribute));
    return [tag, ...attributes.toSorted()].join(' ');
  });
}

describe.skipIf(!hasBrowser)(`components in Chromium${skipped}`, () => {
  let browser: Browser;
  let project: ViteProject;
  let server: Server;
  const rendered: Record<string, string> = {};
  beforeAll(async () => {
    browser = await launchBrowser();
    project = await viteProject(files);
    const { svelte } = await import('@sveltejs/vite-plugin-svelte');
    for (const name of [
      'react',
      'react-dom',
      'preact',
      'preact-render-to-string',
      'vue',
      'solid-js',
      'svelte',
      'vite-plugin-tintype',
    ]) {
      const target = name === 'vite-plugin-tintype' ? ours : join(ours, 'node_modules', name);
      await mkdir(dirname(join(project.root, 'node_modules', name)), { recursive: true });
      await symlink(target, join(project.root, 'node_modules', name));
    }
    const plugins = [svelte({ configFile: false })];
    const resolve = { conditions: ['tintype-source', 'browser', 'module'], dedupe: ['svelte'] };
    await project.build({ plugins, resolve, build: { target: 'esnext', minify: false } });
    for (const name of names) {
      const { output } = await project.build({
        plugins,
        ssr: {
          noExternal: ['vite-plugin-tintype', '@tintype/components', 'svelte'],
          resolve: { conditions: ['tintype-source', 'node', 'module'] },
        },
        build: { ssr: `server-${name}.js`, outDir: `dist-${name}`, minify: false },
      });
      const file = output.find(({ type }) => type === 'chunk')!.fileName;
      const { default: found } = (await import(
        pathToFileURL(join(project.root, `dist-${name}`, file)).href
      )) as { default: Record<string, string> };
      Object.assign(rendered, found);
    }
    const page = await project.read('dist/index.html');
    const body = names.map((name) => `<div id="${name}">${rendered[name]}</div>`).join('');
    server = createServer((request, response) => {
      const path = request.url === '/' ? 'index.html' : request.url!.slice(1);
      if (request.url === '/')
        return response
          .setHeader('content-type', 'text/html')
          .end(page.replace('<body>', `<body>${body}`));
      readFile(join(project.root, 'dist', path)).then(
        (bytes) =>
          response
            .setHeader(
              'content-type',
              path.endsWith('.js') ? 'text/javascript' : `image/${path.split('.').at(-1)}`,
            )
            .end(bytes),
        () => response.writeHead(404).end(),
      );
      return undefined;
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await project?.[Symbol.asyncDispose]();
  });

  test('every framework renders the same picture on a server, and the page takes it over without a word', async () => {
    const page = await browser.newPage();
    const said: string[] = [];
    // What React and Vue say about their own builds.
    const usual = /React DevTools|__VUE_OPTIONS_API__/;
    page.on('console', (message) => {
      if (!usual.test(message.text())) said.push(message.text());
    });
    page.on('pageerror', (error) => said.push(String(error)));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction('window.isDone');
    const shown = await page.evaluate<Record<string, string>>(
      `Object.fromEntries(${JSON.stringify(names)}.map((name) => [name, document.getElementById(name).innerHTML]))`,
    );
    const backgrounds = await page.evaluate<string[]>(
      `[...document.images].map((img) => getComputedStyle(img).backgroundColor + ' ' + getComputedStyle(img).borderTopWidth)`,
    );
    expect(said).toEqual([]);
    expect(await page.evaluate('window.problems')).toEqual([]);
    const expected = tagsOf(rendered['react']!);
    expect(expected).toHaveLength(2);
    expect(expected[1]).toMatch(
      /alt=apier.*class=wide.*fetchpriority=high height=213 loading=eager.*width=320/,
    );
    for (const name of names) {
      expect({ [name]: tagsOf(rendered[name]!) }).toEqual({ [name]: expected });
      expect({ [name]: tagsOf(shown[name]!) }).toEqual({ [name]: expected });
    }
    expect(new Set(backgrounds).size).toBe(1);
    expect(backgrounds[0]).toMatch(/^rgb\(.* 0px$/);
    await page.close();
  });

  test('a picture with priority is preloaded in the head where the framework has a way', () => {
    const preload =
      /<link rel="preload" as="image" type="image\/webp" fetchpriority="high" imagesrcset="\/assets\/hero-320w-[^"]* 320w, [^"]* 1536w"/;
    expect(rendered['head']).toMatch(preload);
    const [link = ''] = /<link[^>]*>/.exec(rendered['react']!) ?? [];
    for (const part of [
      'rel="preload"',
      'as="image"',
      'type="image/webp"',
      'fetchPriority="high"',
      'imageSrcSet="/assets/hero-320w-',
    ]) {
      expect(link).toContain(part);
    }
  });
});
