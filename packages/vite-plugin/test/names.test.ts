import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { filesBelow } from '../../core/test/support/files.ts';
import { picture } from '../../core/test/support/pictures.ts';
import {
  buildFailure,
  type Vite,
  type ViteProject,
  viteProject,
  viteVersions,
} from './support/vite-project.ts';

const files = {
  'site.images.yaml': `
images:
  harbour:
    prompt: A harbour
    alt: A harbour
    formats: [png, webp]
  crew/ada:
    prompt: Ada at the helm
    alt: Ada
  crew-ada:
    prompt: Somebody else
    alt: Not Ada
`,
  'index.html': '<script type="module" src="/main.js"></script>',
  'main.js': `import harbour from 'virtual:tintype/harbour'; globalThis.shown = harbour;`,
};

/** Builds with asset names without a hash. */
const hashless = {
  assetsInlineLimit: 0,
  emptyOutDir: false,
  rollupOptions: { output: { assetFileNames: 'media/[name][extname]' } },
};

const bases = ['/', './'];

async function pictures({ root }: ViteProject): Promise<string[]> {
  const names = [...(await filesBelow(join(root, 'dist'))).keys()];
  return names.filter((name) => /\.(webp|png)$/.test(name)).toSorted();
}

describe.each(viteVersions)('Vite %s, names without a hash', (_, load) => {
  let vite: Vite;
  beforeAll(async () => {
    vite = await load();
  });

  test.each(bases)('a file of the site with the same name is kept, base %s', async (base) => {
    const own = await picture('webp', { color: '#102030' });
    await using project = await viteProject({
      ...files,
      'harbour.webp': own,
      'main.js': `
        import own from './harbour.webp';
        import harbour from 'virtual:tintype/harbour';
        globalThis.shown = [own, harbour];
      `,
    });
    await project.stock();
    for (const write of [true, false]) {
      const built = await project.build({ base, build: { ...hashless, write } }, {}, vite).then(
        ({ code, output }) => ({ code, output }),
        (error: Error) => error.message,
      );
      if (typeof built === 'string') {
        expect(built).toContain('harbour.webp would be written to media/harbour.webp');
        expect(built).toContain('[hash]');
      } else {
        // Vite gave its own file another name.
        expect(built.code).toContain('harbour2.webp');
        if (!write) continue;
        const bytes = await readFile(join(project.root, 'dist/media/harbour2.webp'));
        expect(bytes.equals(own)).toBe(true);
      }
    }
  });

  test.each(bases)('two images with one name are an error, base %s', async (base) => {
    await using project = await viteProject({
      ...files,
      'main.js': `
        import { src as one } from 'virtual:tintype/crew/ada';
        import { src as other } from 'virtual:tintype/crew-ada';
        globalThis.shown = [one, other];
      `,
    });
    await project.stock(['crew/ada', 'harbour']);
    await project.stock(['crew-ada'], '#224466');
    const failure = await buildFailure(project.build({ base, build: hashless }, {}, vite));
    expect(failure.message).toMatch(
      /crew\/ada\.webp and crew-ada\.webp|crew-ada\.webp and crew\/ada\.webp/,
    );
    expect(failure.message).toContain('media/crew-ada.webp');
    const output = { assetFileNames: 'media/[name]-[hash][extname]' };
    await project.build({ base, build: { ...hashless, rollupOptions: { output } } }, {}, vite);
    expect(await pictures(project)).toHaveLength(2);
  });
});

test('a file of an earlier build with the name is replaced, even if its size is the same', async () => {
  await using project = await viteProject(files);
  await project.stock();
  await project.build({ build: hashless });
  const [png] = await pictures(project);
  const path = join(project.root, 'dist', png!);
  const first = await readFile(path);
  const stale = Buffer.from(first);
  stale[stale.length - 20]! ^= 0xff;
  await project.write(`dist/${png}`, stale);
  await project.build({ build: hashless });
  expect((await readFile(path)).equals(first)).toBe(true);
});

test('a file of the site in the output folder or in public is never replaced', async () => {
  const own = await picture('png', { color: '#405060' });
  for (const place of ['dist/media/harbour.png', 'public/media/harbour.png']) {
    await using project = await viteProject({ ...files, [place]: own });
    await project.stock();
    const failure = await buildFailure(project.build({ build: hashless }));
    expect(failure.message).toContain('media/harbour.png');
    expect((await readFile(join(project.root, place))).equals(own)).toBe(true);
  }
});

test('two images with one name in a client and a server are an error, too', async () => {
  await using project = await viteProject({
    ...files,
    'main.js': `import { src } from 'virtual:tintype/crew/ada'; globalThis.shown = src;`,
    'server.js': `import { src } from 'virtual:tintype/crew-ada'; console.log(src);`,
  });
  await project.stock(['crew/ada', 'harbour']);
  await project.stock(['crew-ada'], '#224466');
  const { createBuilder } = await import('vite');
  const { rollupOptions, assetsInlineLimit } = hashless;
  const builder = await createBuilder(
    project.config({
      builder: {},
      environments: {
        client: { build: { assetsInlineLimit, rollupOptions } },
        ssr: {
          build: {
            assetsInlineLimit,
            outDir: 'dist/server',
            rollupOptions: { ...rollupOptions, input: '/server.js' },
          },
        },
      },
    }),
  );
  const failure = await buildFailure(builder.buildApp());
  expect(failure.message).toContain('would both be written to media/crew-ada.webp');
});
