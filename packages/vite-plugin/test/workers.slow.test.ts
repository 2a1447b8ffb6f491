import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { billedPrompts, useApi } from '../../core/test/support/api.ts';
import { filesBelow } from '../../core/test/support/files.ts';
import { describePicture } from '../../core/test/support/pictures.ts';
import { tintype } from '../src/index.ts';
import { type Vite, type ViteProject, viteProject, viteVersions } from './support/vite-project.ts';

const api = useApi();

const files = {
  'site.images.yaml': `
images:
  tile:
    prompt: A map tile
    alt: A tile
    widths: [32]
    formats: [webp, png]
  marker:
    prompt: A marker
    alt: A marker
`,
  'index.html': '<script type="module" src="/main.js"></script>',
  'main.js': `new Worker(new URL('./draw.js', import.meta.url), { type: 'module' });`,
  'draw.js': `
    import { sources, src } from 'virtual:tintype/tile';
    postMessage([src, sources]);
  `,
};

const both = `import { src, sources } from 'virtual:tintype/tile'; globalThis.shown = [src, sources];`;

const cases = ['es', 'iife'].flatMap((format) => ['/', './'].map((base) => [format, base]));

async function built({ root }: ViteProject): Promise<ReadonlyMap<string, Buffer>> {
  const names = [...(await filesBelow(join(root, 'dist'))).keys()];
  const read = names.map(async (name) => [name, await readFile(join(root, 'dist', name))] as const);
  return new Map(await Promise.all(read));
}

function named(files: ReadonlyMap<string, Buffer>): string[] {
  const code = [...files]
    .filter(([name]) => name.endsWith('.js'))
    .map(([, bytes]) => bytes.toString());
  return [...new Set(code.join('\n').match(/(?:tile|marker)[\w-]*\.(?:webp|png)/g))].toSorted();
}

describe.each(viteVersions)('Vite %s', (_, load) => {
  let vite: Vite;
  beforeAll(async () => {
    vite = await load();
  });

  test.each(cases)('a worker can load its pictures: format %s, base %s', async (format, base) => {
    await using project = await viteProject(files);
    await project.stock();
    const worker = {
      format: format as 'es' | 'iife',
      plugins: () => [tintype({ cacheDir: '.cache' })],
      rollupOptions: {},
    };
    const check = async (count: number) => {
      const output = await built(project);
      const pictures = [...output].filter(([name]) => /\.(webp|png)$/.test(name));
      expect(pictures).toHaveLength(count);
      for (const [name, bytes] of pictures) {
        expect(await describePicture(bytes)).toBe(
          `${name.endsWith('webp') ? 'webp' : 'png'} ${name.includes('32w') ? '32x24' : '64x48'}`,
        );
      }
      expect(named(output)).toEqual(pictures.map(([name]) => name.split('/').at(-1)!).toSorted());
    };
    await project.build({ base, worker }, {}, vite);
    await check(4);

    // The page shows it, too.
    await project.write('main.js', `${both} ${files['main.js']}`);
    await project.build({ base, worker }, {}, vite);
    await check(4);
    const output = { assetFileNames: 'media/[name][extname]' };
    await project.build(
      {
        base,
        worker: { ...worker, rollupOptions: { output } },
        build: { rollupOptions: { output } },
      },
      {},
      vite,
    );
    await check(4);
    expect(project.log.filter((line) => line.startsWith('warn'))).toEqual([]);
  });

  test('missing pictures of a worker are bought once, and with write: false the build returns the bytes', async () => {
    await using project = await viteProject(files, api().baseUrl);
    await project.write('main.js', `${both} ${files['main.js']}`);
    const worker = {
      format: 'es' as const,
      plugins: () => [tintype({ cacheDir: '.cache', missing: 'buy' })],
    };
    const { output } = await project.build(
      { worker, build: { write: false } },
      { missing: 'buy' },
      vite,
    );
    expect(billedPrompts(api())).toEqual(['A map tile']);
    const webp = output.filter(({ fileName }) => /tile.*\.webp$/.test(fileName));
    expect(webp).toHaveLength(2);
    for (const asset of webp) expect('source' in asset && asset.source.length).toBeGreaterThan(100);
  });
});
