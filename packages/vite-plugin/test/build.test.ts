import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { billedPrompts, useApi } from '../../core/test/support/api.ts';
import { filesBelow } from '../../core/test/support/files.ts';
import { describePicture } from '../../core/test/support/pictures.ts';
import {
  type Vite,
  type ViteProject,
  viteProject,
  viteVersionsOfBothBundlers,
} from './support/vite-project.ts';

const api = useApi();

const manifest = `
images:
  hero:
    prompt: A lighthouse keeper reading at dawn
    alt: A lighthouse keeper
    widths: [32]
    formats: [webp, jpeg]
  unused:
    prompt: Something that nobody imports
    alt: Nothing
`;

const files = {
  'site.images.yaml': manifest,
  'index.html': '<script type="module" src="/main.js"></script>',
  'main.js': `
    import hero, { alt } from 'virtual:tintype/hero';
    globalThis.shown = { ...hero, named: alt };
  `,
};

/** The pictures in the output folder, without the hashes in their names. */
async function pictures(project: ViteProject, dir = 'dist'): Promise<string[]> {
  const built = [...(await filesBelow(join(project.root, dir))).keys()];
  return built.filter((file) => /\.(webp|jpeg)$/.test(file));
}

function withoutHash(file: string): string {
  return file.replace(/-[\w-]{8}\./, '.');
}

const heroFiles = [
  'assets/hero-32w.jpeg',
  'assets/hero-32w.webp',
  'assets/hero.jpeg',
  'assets/hero.webp',
];

describe.each(viteVersionsOfBothBundlers)('Vite %s', (_, load) => {
  let vite: Vite;
  beforeAll(async () => {
    vite = await load();
  });

  test('an imported picture is built, and no other', async () => {
    await using project = await viteProject(files);
    await project.stock();
    const { code } = await project.build({}, {}, vite);
    const built = await pictures(project);
    expect(built.map(withoutHash).toSorted()).toEqual(heroFiles);
    for (const file of built) expect(code).toContain(`/${file}`);
    const small = built.find((file) => file.includes('-32w-') && file.endsWith('webp'))!;
    const bytes = await readFile(join(project.root, 'dist', small));
    expect(await describePicture(bytes)).toBe('webp 32x24');
  });

  test('a picture that is missing is bought once, whatever the base, and is in the code', async () => {
    const cropped = { ...files, 'site.images.yaml': `defaults: { crop: 64x64 }${manifest}` };
    await using project = await viteProject(cropped, api().baseUrl);
    const first = await project.build({ base: './' }, { missing: 'buy' }, vite);
    expect(billedPrompts(api())).toEqual(['A lighthouse keeper reading at dawn']);
    const built = await pictures(project);
    expect(built).toHaveLength(4);
    for (const file of built) expect(first.code).toContain(file.replace('assets/', ''));
    expect(first.code).toContain('new URL(');
    expect(first.code).not.toContain('__TINTYPE');
    expect(first.code).not.toContain('__VITE_ASSET__');

    await project.build({ base: './' }, { missing: 'buy' }, vite);
    expect(api().ledger).toHaveLength(1);
    expect(await pictures(project)).toEqual(built);
  });

  test('a relative base is relative in the code, and the bundle has no empty files', async () => {
    await using project = await viteProject(files);
    await project.stock();
    const { code, output } = await project.build({ base: './' }, {}, vite);
    expect(code).toMatch(/new URL\("hero-32w-[\w-]{8}\.webp", import\.meta\.url\)/);
    expect((await pictures(project)).map(withoutHash).toSorted()).toEqual(heroFiles);
    expect(output.filter(({ fileName }) => fileName.includes('hero'))).toEqual([]);
  });

  test('renderBuiltUrl decides where files are', async () => {
    await using project = await viteProject(files);
    await project.stock();
    const { code } = await project.build(
      { experimental: { renderBuiltUrl: (file) => `https://cdn.example/${file}` } },
      {},
      vite,
    );
    for (const file of await pictures(project)) {
      expect(code).toContain(`https://cdn.example/${file}`);
    }
  });

  test('with write: false the build returns the bytes', async () => {
    await using project = await viteProject(files);
    await project.stock();
    for (const base of ['/', './']) {
      const { output } = await project.build({ base, build: { write: false } }, {}, vite);
      const assets = output.filter((one) => one.type === 'asset');
      const small = assets.find(({ fileName }) => /hero-32w-.*\.webp$/.test(fileName));
      expect(await describePicture(small?.source as Uint8Array)).toBe('webp 32x24');
    }
    expect(await pictures(project)).toEqual([]);
  });

  test.each(['/', './'])('the manifest names what an entry needs, with base %s', async (base) => {
    await using project = await viteProject(files);
    await project.stock();
    await project.build({ base, build: { manifest: true } }, {}, vite);
    const { 'index.html': entry } = JSON.parse(await project.read('dist/.vite/manifest.json'));
    expect(entry.assets.toSorted()).toEqual((await pictures(project)).toSorted());
  });
});

test.each([
  ['client', 'ssr'],
  ['ssr', 'client'],
])(
  'a picture that only the server shows is among the files of the client: %s first, then %s',
  async (...order) => {
    await using project = await viteProject({
      ...files,
      'server.js': `import { src } from 'virtual:tintype/unused'; console.log(src);`,
    });
    await project.stock();
    const { createBuilder } = await import('vite');
    const builder = await createBuilder(
      project.config({
        builder: {},
        environments: {
          client: { build: { outDir: 'dist/client', assetsInlineLimit: 0 } },
          ssr: {
            build: {
              outDir: 'dist/server',
              assetsInlineLimit: 0,
              rollupOptions: { input: '/server.js' },
            },
          },
        },
      }),
    );
    for (const name of order) await builder.build(builder.environments[name]!);
    const built = await pictures(project, 'dist/client');
    expect(built.map(withoutHash).toSorted()).toEqual([...heroFiles, 'assets/unused.webp']);
    const unused = built.find((file) => file.includes('unused'));
    expect(await project.read('dist/server/server.js')).toContain(`/${unused}`);
    expect(await pictures(project, 'dist/server')).toEqual([]);
  },
);
