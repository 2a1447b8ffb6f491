import { join } from 'node:path';
import { readFile, symlink } from 'node:fs/promises';
import type { Plugin } from 'vite';
import { beforeAll, describe, expect, test } from 'vitest';
import { useApi } from '../../core/test/support/api.ts';
import { filesBelow } from '../../core/test/support/files.ts';
import { isQuick } from '../../core/test/support/test-mode.ts';
import { serve } from './support/serve.ts';
import { type Vite, type ViteProject, viteProject, viteVersions } from './support/vite-project.ts';

const api = useApi();

const files = {
  'site.images.yaml': `
images:
  pier:
    prompt: A pier
    alt: A pier
    formats: [webp, jpeg]
  moss:
    prompt: Moss
    decorative: true
`,
  'index.html': `<!doctype html><html><head><link rel="stylesheet" href="/page.css">
<script type="application/ld+json">{"image":"tintype:pier"}</script></head><body>
<noscript><img src="tintype:pier"></noscript>
<svg><image xlink:href="tintype:pier"/></svg>
<p style="background: url(tintype:moss)">"tintype:pier"</p>
<script type="module" src="/main.js"></script></body></html>`,
  'page.css': 'body { background: url("tintype:moss"), url("./own.svg") }',
  'own.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'main.js': 'console.log("Name it tintype:pier in a page")',
};

const late: Plugin = {
  name: 'late',
  transformIndexHtml: {
    order: 'post',
    handler: (html) => html.replace('</body>', '<img class="late" src="tintype:pier"></body>'),
  },
};

const emitting: Plugin = {
  name: 'emitting',
  generateBundle() {
    const source = '<img src="tintype:pier">';
    this.emitFile({ type: 'asset', fileName: 'more.html', source });
  },
};

const warnings = (project: ViteProject) => project.log.filter((line) => line.startsWith('warn'));

async function pictures({ root }: ViteProject): Promise<string[]> {
  const names = [...(await filesBelow(join(root, 'dist'))).keys()];
  return names.filter((name) => /\.(webp|jpeg)$/.test(name)).toSorted();
}

describe.each(viteVersions)('Vite %s', (_, load) => {
  let vite: Vite;
  beforeAll(async () => {
    vite = await load();
  });

  test.each(['pre', 'post'] as const)(
    'every reference of a page is resolved, even those that a plugin (%s) adds last',
    async (enforce) => {
      await using project = await viteProject(files);
      await project.stock();
      const plugins = [
        { ...late, enforce },
        { ...emitting, enforce },
      ];
      await project.build({ plugins, build: { assetsInlineLimit: 0 } }, {}, vite);
      for (const page of ['index.html', 'more.html']) {
        const html = await project.read(`dist/${page}`);
        expect(html.replace('"tintype:pier"</p>', '')).not.toContain('tintype:');
        expect(html).toContain('<picture>');
      }
      const html = await project.read('dist/index.html');
      expect(html).toMatch(/<noscript><picture>.*<\/picture><\/noscript>/);
      expect(html).toMatch(/xlink:href="\/assets\/pier-[\w-]+\.jpeg"/);
      expect(html).toMatch(/"image":"\/assets\/pier-[\w-]+\.jpeg"/);
      expect(html).toMatch(/style="background: ?url\("?(?:&quot;)?\/assets\/moss-[\w-]+\.webp/);
      expect(await pictures(project)).toHaveLength(3);
      expect(warnings(project)).toEqual([]);
    },
  );

  test('unresolved references in scripts, styles and data of clients and servers are reported with their files', async () => {
    await using project = await viteProject({
      ...files,
      'index.html': '<script type="module" src="/main.js"></script>',
      'main.js': `globalThis.view = [{ src: 'tintype:pier' }, '<img src="tintype:peer">', "speaks of tintype:pier"];`,
    });
    await project.stock();
    const data: Plugin = {
      name: 'data',
      generateBundle() {
        const source = '{"icons":[{"src":"tintype:moss"}]}';
        this.emitFile({ type: 'asset', fileName: 'site.webmanifest', source });
      },
    };
    for (const ssr of [false, 'main.js']) {
      project.clearLog();
      await project.build({ plugins: [data], build: { ssr, minify: true } }, {}, vite);
      expect(warnings(project)).toHaveLength(1);
      expect(warnings(project)[0]).toMatch(/main\.js: |assets\/index-[\w-]+\.js: /);
      expect(warnings(project)[0]).toMatch(/js: tintype:pier, tintype:peer \(main\.js:1\)\n/);
      expect(warnings(project)[0]).toContain('site.webmanifest: tintype:moss\n');
    }
  });

  test('unresolved references in files that Vite copies from its public folder are reported, too', async () => {
    await using project = await viteProject({
      ...files,
      'public/feed/old.html': '<p>"tintype:pier"</p><img src="tintype:moss">',
      'public/site.webmanifest': '{"icons":[{"src":"tintype:pier"}]}',
      'public/notes.txt': 'src="tintype:pier"',
    });
    await project.stock();
    await project.build({}, {}, vite);
    expect(warnings(project)).toHaveLength(1);
    expect(warnings(project)[0]).toContain('  public/feed/old.html: tintype:moss\n');
    expect(warnings(project)[0]).toContain('  public/site.webmanifest: tintype:pier\n');
    expect(warnings(project)[0]).not.toContain('notes.txt');

    // Links that lead in a circle do not hold the build up. Vite itself refuses to copy them.
    for (const name of ['a', 'b']) await symlink('..', join(project.root, 'public/feed', name));
    await expect(project.build({}, {}, vite)).rejects.toThrow('ELOOP');

    project.clearLog();
    await project.build({ build: { copyPublicDir: false } }, {}, vite);
    expect(warnings(project)).toEqual([]);
  });

  test.each(isQuick ? ['/'] : ['/', './'])(
    'the manifest lists the pictures of styles and pages, with base %s',
    async (base) => {
      for (const isLate of [false, true]) {
        await using project = await viteProject(
          {
            ...files,
            'site.images.yaml': `${isLate ? 'defaults: { crop: 64x64 }' : ''}${files['site.images.yaml']}`,
            'main.js': `import './deep.css';`,
            'deep.css': 'i { background: image-set("tintype:pier") }',
          },
          api().baseUrl,
        );
        if (!isLate) await project.stock();
        const build = { manifest: true, assetsInlineLimit: 0 };
        await project.build({ base, build }, { missing: 'buy' }, vite);
        expect(api().ledger).toHaveLength(isLate ? 2 : 0);
        const manifest = JSON.parse(await project.read('dist/.vite/manifest.json')) as Record<
          string,
          { assets?: string[] }
        >;
        const listed = manifest['index.html']!.assets!;
        expect(listed.filter((name) => /\.(webp|jpeg)$/.test(name)).toSorted()).toEqual(
          await pictures(project),
        );
        expect(listed.some((name) => name.endsWith('.svg'))).toBe(true);
        expect(new Set(listed).size).toBe(listed.length);
      }
    },
  );

  test('in dev, a plugin that keeps compiled style sheets gets them with pictures', async () => {
    await using project = await viteProject({
      ...files,
      'page.css': '@import "./inner.css";',
      'inner.css': 'body { background: url("tintype:moss") }',
    });
    await project.stock();
    let compiled = '';
    const keeping: Plugin = {
      name: 'keeping',
      transform: (code, id) => {
        if (id.endsWith('/page.css')) compiled = code;
      },
    };
    const config = project.config();
    const own = config.plugins!;
    const server = await vite.createServer({ ...config, plugins: [keeping, ...own] });
    try {
      await server.listen();
      await server.ssrLoadModule('/page.css');
      expect(compiled).toMatch(/url\("\/@tintype\/moss\.webp\?v=/);
    } finally {
      await server.close();
    }
  });

  test('in dev, every reference of a page is resolved, too', async () => {
    await using project = await viteProject(files);
    await project.stock();
    await using served = await serve(project, { plugins: [late] }, {}, vite);
    const html = await (await served.fetch('/')).text();
    expect(html.replace('"tintype:pier"</p>', '')).not.toContain('tintype:');
    expect(await readFile(join(project.root, 'index.html'), 'utf8')).toContain('tintype:');
  });

  test('a template that names a picture gives a warning, whatever its compiler does', async () => {
    await using project = await viteProject({
      ...files,
      'index.html': '<script type="module" src="/main.js"></script>',
      'main.js': `import './view.vue';`,
      'view.vue': '<template><img src="tintype:pier"></template>',
    });
    await project.stock();
    const compiler: Plugin = {
      name: 'compiler',
      transform: (_code, id) => (id.endsWith('.vue') ? 'globalThis.view = { src: "" };' : null),
    };
    await project.build({ plugins: [compiler] }, {}, vite);
    expect(warnings(project)).toEqual([
      expect.stringMatching(
        /view\.vue:1: tintype:pier is not resolved in templates.*<Picture :of="picture" \/> of vite-plugin-tintype\/vue;/,
      ),
    ]);
  });
});

test.each([
  ['react', 'vite:react-babel', 'view.jsx', '<img src={\n"tintype:pier"} />', 2],
  ['preact', 'vite:preact-jsx', 'view.tsx', '<img src="tintype:pier" />', 1],
  ['solid', 'solid', 'view.jsx', '<img src="tintype:pier" />', 1],
  ['svelte', 'vite-plugin-svelte', 'view.svelte', '<p>A pier</p>\n<img src="tintype:pier">', 2],
  ['astro', 'astro:build', 'view.astro', '---\n---\n<img src="tintype:pier">', 3],
  ['astro', 'astro:build', 'view.mdx', '# A pier\n\n![A pier](tintype:pier)', 3],
])(
  '%s: a reference that its compiler hides is named with its place and its component, in builds and once in dev',
  async (module, name, file, source, line) => {
    await using project = await viteProject({
      ...files,
      'index.html': '<script type="module" src="/main.js"></script>',
      'main.js': `import './${file}';`,
      [file]: source,
    });
    await project.stock();
    const compiler: Plugin = {
      name,
      enforce: 'pre',
      load: (id) => (id.endsWith(file) ? `globalThis.view = { src: "tintype:pier" };` : null),
    };
    await project.build({ plugins: [compiler] });
    const component = `vite-plugin-tintype/${module};`;
    const [early = '', atEnd = '', ...more] = warnings(project);
    expect(early).toContain(`${file}:${line}: tintype:pier is not resolved`);
    expect(early).toContain(component);
    expect(atEnd).toContain(`js: tintype:pier (${file}:${line})\n`);
    expect(atEnd).toContain(component);
    expect(more).toEqual([]);

    project.clearLog();
    await using served = await serve(project, { plugins: [compiler] });
    await served.fetch(`/${file}?import`);
    await served.load(`/${file}`);
    expect(warnings(project)).toEqual([early]);
  },
);
