import { join } from 'node:path';
import type { Plugin } from 'vite';
import { beforeAll, describe, expect, test } from 'vitest';
import { useApi } from '../../core/test/support/api.ts';
import { filesBelow } from '../../core/test/support/files.ts';
import { picture } from '../../core/test/support/pictures.ts';
import { testKey } from '../../core/test/support/project.ts';
import { serve } from './support/serve.ts';
import {
  type Vite,
  type ViteProject,
  viteProject,
  viteVersions,
  viteVersionsOfBothBundlers,
} from './support/vite-project.ts';

const api = useApi();

const files = {
  'site.images.yaml': `
images:
  hero:
    prompt: PROMPT-TO-RECOGNISE a lighthouse
    alt: A lighthouse
    formats: [webp, jpeg]
  icon:
    prompt: PROMPT-TO-RECOGNISE an icon
    alt: An icon
    placeholder: none
`,
  'index.html': '<script type="module" src="/main.js"></script>',
  'main.js': `import hero from 'virtual:tintype/hero'; globalThis.shown = hero;`,
};

async function pictures({ root }: ViteProject, dir = 'dist'): Promise<string[]> {
  const names = [...(await filesBelow(join(root, dir))).keys()];
  return names.filter((name) => /\.(webp|jpeg)$/.test(name)).toSorted();
}

describe.each(viteVersions)('Vite %s', (_, load) => {
  let vite: Vite;
  beforeAll(async () => {
    vite = await load();
  });

  test('a small picture is inlined by Vite’s rules, and ?inline and ?no-inline override them', async () => {
    await using project = await viteProject({
      ...files,
      'main.js': `
        import icon from 'virtual:tintype/icon';
        import kept from 'virtual:tintype/icon?no-inline';
        import hero from 'virtual:tintype/hero?inline';
        globalThis.shown = { icon, kept, hero };
      `,
    });
    await project.stock();
    const { code } = await project.build({}, {}, vite);
    expect(code.match(/data:image\/webp;base64,[^"]{40}/g)).not.toEqual(null);
    expect(code).toContain('src": "data:image/jpeg;base64,'.slice(7));
    expect((await pictures(project)).map((name) => name.split('-')[0])).toEqual(['assets/icon']);

    await project.build({ build: { assetsInlineLimit: () => false } }, {}, vite);
    await project.write('main.js', `import icon from 'virtual:tintype/icon'; console.log(icon);`);
    const calls: string[] = [];
    await project.build(
      {
        build: {
          assetsInlineLimit: (file, content) => {
            calls.push(`${file} ${content.length > 0}`);
            return false;
          },
        },
      },
      {},
      vite,
    );
    expect(calls).toEqual(['icon.webp true']);
    expect(await pictures(project)).toHaveLength(1);
  });

  test('a page in one file contains every picture, and the fallback of an image with several files', async () => {
    await using project = await viteProject({
      ...files,
      'index.html': `<link rel="stylesheet" href="/page.css"><img src="tintype:hero">${files['index.html']}`,
      'page.css': 'body { background: url("tintype:hero") }',
      'main.js': `import hero from 'virtual:tintype/hero'; globalThis.shown = hero;`,
    });
    await project.stock();
    const { code, output } = await project.build(
      { build: { assetsInlineLimit: () => true } },
      {},
      vite,
    );
    expect(await pictures(project)).toEqual([]);
    const css = output.find(({ fileName }) => fileName.endsWith('.css'));
    expect(String(css?.type === 'asset' && css.source)).toContain('url("data:image/jpeg;base64,');
    expect(code).toContain('"data:image/jpeg;base64,');
    expect(await project.read('dist/index.html')).toContain('<img src="data:image/jpeg;base64,');
  });

  test('a library contains its pictures', async () => {
    await using project = await viteProject(files);
    await project.stock();
    const lib = { entry: 'main.js', formats: ['es' as const], fileName: 'lib' };
    const { code } = await project.build({ build: { lib } }, {}, vite);
    expect(code).toContain('data:image/jpeg;base64,');
    expect(await pictures(project)).toEqual([]);
  });

  test('assetsDir and assetFileNames name the files', async () => {
    await using project = await viteProject(files);
    await project.stock();
    await project.build({ build: { assetsDir: 'static/media' } }, {}, vite);
    expect((await pictures(project))[0]).toMatch(/^static\/media\/hero-[\w-]{8}\.(webp|jpeg)$/);
    for (const assetFileNames of [
      'img/[name].[hash:12][extname]',
      ({ names }: { names: string[] }) => `img/${names[0]!.length}.[hash:12].[ext]`,
    ]) {
      const output = { assetFileNames };
      await project.build({ build: { rollupOptions: { output } } }, {}, vite);
      expect((await pictures(project))[0]).toMatch(/^img\/(hero|9)\.[\w-]{12}\.(webp|jpeg)$/);
    }
  });

  test('a server build has no pictures, unless ssrEmitAssets is set', async () => {
    await using project = await viteProject(files);
    await project.stock();
    const first = await project.build({ build: { ssr: 'main.js' } }, {}, vite);
    expect(await pictures(project)).toEqual([]);
    const ssr = await project.build({ build: { ssr: 'main.js', ssrEmitAssets: true } }, {}, vite);
    expect(ssr.code).toBe(first.code);
    const emitted = await pictures(project);
    expect(emitted).toHaveLength(2);
    await project.build({}, {}, vite);
    expect(await pictures(project)).toEqual(emitted);
  });

  test('an unused import emits nothing, and an index emits only pictures that are loaded lazily', async () => {
    await using project = await viteProject({
      ...files,
      'main.js': `
        import hero from 'virtual:tintype/hero';
        import images from 'virtual:tintype';
        images.icon().then(({ src }) => { globalThis.src = src; });
      `,
    });
    await project.stock();
    const { output } = await project.build({ build: { minify: true } }, {}, vite);
    const chunks = output.filter((one) => one.type === 'chunk' && one.isDynamicEntry);
    expect(chunks.filter((one) => 'code' in one && one.code.includes('An icon'))).toHaveLength(1);
    await project.write('main.js', `import hero from 'virtual:tintype/hero'; console.log(1);`);
    await project.build({}, {}, vite);
    expect(await pictures(project)).toEqual([]);
  });

  test('a watcher builds again after a change of a manifest', async () => {
    await using project = await viteProject(files);
    await project.stock();
    const watcher = await vite.build(
      project.config({ build: { watch: {}, assetsInlineLimit: 0 } }),
    );
    if (!('on' in watcher)) throw new Error('no watcher');
    const ends: (() => void)[] = [];
    watcher.on('event', (event) => {
      if (event.code === 'BUNDLE_END') void event.result.close();
      if (event.code === 'END') ends.shift()?.();
    });
    const end = () => new Promise<void>((resolve) => ends.push(resolve));
    try {
      await end();
      expect(await pictures(project)).toHaveLength(2);
      const next = end();
      await project.write(
        'site.images.yaml',
        files['site.images.yaml'].replace('[webp, jpeg]', '[jpeg]'),
      );
      await next;
      expect((await project.read((await jsFile(project))!)).includes('"webp"')).toBe(false);
      const third = end();
      await project.write('main.js', `${files['main.js']}\nconsole.log(2);`);
      await third;
      expect(await project.read((await jsFile(project))!)).toContain('console.log(2)');
      expect((await pictures(project)).filter((name) => name.endsWith('jpeg'))).toHaveLength(1);
    } finally {
      await watcher.close();
    }
  });

  test('a watcher builds again after a change of a row in a data file, and of an input image', async () => {
    const rows = (alt: string) => `id,alt\nada,${alt}\n`;
    await using project = await viteProject({
      'site.images.yaml': `
images:
  'team-{{ id }}':
    each: team.csv
    prompt: A portrait
    alt: '{{ alt }}'
    input_images: [face.png]
`,
      'team.csv': rows('before'),
      'face.png': await picture('png', { color: '#a03020' }),
      'index.html': files['index.html'],
      'main.js': `import ada from 'virtual:tintype/team-ada'; globalThis.shown = ada;`,
    });
    await project.stock();
    const watcher = await vite.build(
      project.config({ build: { watch: {} } }, { missing: 'standin' }),
    );
    if (!('on' in watcher)) throw new Error('no watcher');
    const ends: (() => void)[] = [];
    watcher.on('event', (event) => {
      if (event.code === 'BUNDLE_END') void event.result.close();
      if (event.code === 'END') ends.shift()?.();
    });
    const end = () => new Promise<void>((resolve) => ends.push(resolve));
    const built = async () => project.read((await jsFile(project))!);
    try {
      await end();
      expect(await built()).toContain('"before"');
      const second = end();
      await project.write('team.csv', rows('after'));
      await second;
      expect(await built()).toContain('"after"');
      expect(await built()).toContain('"generated": true');
      const third = end();
      await project.write('face.png', await picture('png', { color: '#2030a0' }));
      await third;
      expect(await built()).toContain('"generated": false');
    } finally {
      await watcher.close();
    }
  });

  test('no plugin of ours has transformIndexHtml, because SvelteKit does not run it', async () => {
    await using project = await viteProject(files);
    const htmlPlugins = async (name: string) => {
      const found: string[] = [];
      const look = {
        name,
        configResolved: (config: { readonly plugins: readonly Plugin[] }) => {
          const own = config.plugins.filter((plugin) => plugin.name.startsWith('tintype:'));
          found.push(...own.filter((one) => one.transformIndexHtml).map((one) => one.name));
        },
      };
      await vite.resolveConfig(project.config({ plugins: [look] }), 'build');
      return found;
    };
    expect(await htmlPlugins('vite-plugin-sveltekit-setup')).toEqual([]);
    expect(await htmlPlugins('another')).toEqual(['tintype:find-in-html', 'tintype:expand-html']);
  });

  test('our hooks are not called for other modules', async () => {
    await using project = await viteProject({
      ...files,
      'main.js': `import './a.js'; import './style.css'; import hero from 'virtual:tintype/hero'; globalThis.shown = hero;`,
      'a.js': `import './b.ts'; globalThis.a = 'virtual:tintype';`,
      'b.ts': 'globalThis.b = 1 as number;',
      'style.css': 'main { color: red }',
    });
    await project.stock();
    const seen: string[] = [];
    const watch = {
      name: 'watch-tintype',
      enforce: 'pre' as const,
      config: (config: { readonly plugins?: unknown }) => {
        const own = ([config.plugins].flat(Infinity) as Plugin[]).filter((one) =>
          one.name.startsWith('tintype:'),
        );
        for (const plugin of own) note(plugin, seen);
      },
    };
    await project.build({ plugins: [watch] }, {}, vite);
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.filter((call) => !call.includes('virtual:tintype/hero'))).toEqual([]);
  });
});

describe.each(viteVersionsOfBothBundlers)('Vite %s', (_, load) => {
  test('a build that buys contains no prompt and no key, even in source maps, and dev answers contain none', async () => {
    const vite = await load();
    await using project = await viteProject(
      { ...files, 'site.images.yaml': `defaults: { crop: 64x64 }${files['site.images.yaml']}` },
      api().baseUrl,
    );
    await project.write('index.html', `<img src="tintype:icon">${files['index.html']}`);
    const { output } = await project.build(
      { build: { sourcemap: true, manifest: true, assetsInlineLimit: 0 } },
      { missing: 'buy' },
      vite,
    );
    expect(api().ledger).toHaveLength(2);
    expect(output.some(({ fileName }) => fileName.endsWith('.js.map'))).toBe(true);
    const dist = join(project.root, 'dist');
    const texts = [...(await filesBelow(dist)).keys()].map((name) => project.read(`dist/${name}`));

    await using served = await serve(project, {}, {}, vite);
    const paths = ['/', '/main.js', '/@id/__x00__virtual:tintype/hero', '/@tintype/hero.webp'];
    const answers = paths.map(async (path) => (await served.fetch(path)).text());
    for (const text of await Promise.all([...texts, ...answers])) {
      expect(text).not.toContain('PROMPT-TO-RECOGNISE');
      expect(text).not.toContain(testKey);
    }
    expect(project.log.join('\n')).not.toContain(testKey);
  });
});

/** Notes the ids with which the hooks for modules are called. */
function note(plugin: Plugin, seen: string[]): void {
  const hooks = plugin as unknown as Record<
    string,
    { handler: (this: unknown, ...args: unknown[]) => unknown } | undefined
  >;
  for (const [hook, idAt] of [
    ['resolveId', 0],
    ['load', 0],
    ['transform', 1],
  ] as const) {
    const own = hooks[hook];
    if (own === undefined) continue;
    const { handler } = own;
    own.handler = function (...args) {
      seen.push(`${plugin.name} ${hook} ${String(args[idAt])}`);
      return handler.apply(this, args);
    };
  }
}

test('a warning about files that the command line wrote into public comes once, and only if there are such files', async () => {
  await using project = await viteProject(files);
  await project.stock();
  const warnings = () => project.log.filter((line) => line.includes('Vite ships public/images'));
  await project.build();
  expect(warnings()).toEqual([]);
  await project.write('public/images/tintype.assets.json', '{}');
  await project.build({}, { outDir: 'elsewhere' });
  await project.build({ publicDir: false });
  await project.build({ build: { copyPublicDir: false } });
  expect(warnings()).toEqual([]);
  const { createBuilder } = await import('vite');
  const builder = await createBuilder(
    project.config({
      builder: {},
      environments: { ssr: { build: { rollupOptions: { input: '/main.js' }, outDir: 'server' } } },
    }),
  );
  await builder.buildApp();
  expect(warnings()).toHaveLength(1);
});

async function jsFile({ root }: ViteProject): Promise<string | undefined> {
  const names = [...(await filesBelow(join(root, 'dist'))).keys()];
  const file = names.find((name) => name.endsWith('.js'));
  return file && `dist/${file}`;
}
