import { existsSync } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Picture } from '@tintype/core/types';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useApi } from '../../core/test/support/api.ts';
import { testKey, type TestProject, testProject } from '../../core/test/support/project.ts';
import { stock } from '../../core/test/support/stock.ts';
import { tintype as forRollup } from '../src/rollup.ts';
import { small } from './support/small-project.ts';
import { bundlers, esbuildInMemory, esbuildSaying } from './support/bundlers.ts';

const api = useApi();

const files = {
  'site.images.yaml': `
defaults: { size: 1024x1024, widths: [32], formats: [webp, jpeg] }
images:
  hero:
    prompt: A lighthouse keeper
    alt: A keeper
    sources:
      - { media: '(max-width: 600px)', crop: '1:2' }
  team/ada:
    prompt: A portrait of Ada
    alt: Ada
  team/bo:
    prompt: A portrait of Bo
    alt: Bo
  tag:
    prompt: A tag
    alt: A tag
    model: gpt-image-2.6-flare
    output_format: svg
    formats: [svg, webp]
`,
  'main.js': `
    import hero, { src, width } from 'virtual:tintype/hero';
    import inlined from 'virtual:tintype/team/ada?inline';
    import team from 'virtual:tintype/team/*';
    import markup from 'virtual:tintype/tag?raw';
    export { hero, src, width, inlined, markup };
    export const names = Object.keys(team);
    export const loadTeam = () => Promise.all(Object.values(team).map((load) => load()));
  `,
  'plain.js': 'export default 1;',
};

/** A project with all its pictures in the store. Tests share it, and each has an output folder and a cache of its own. */
let stored: TestProject;
beforeAll(async () => {
  stored = await testProject(files);
  await stock(stored.root);
});
afterAll(() => stored[Symbol.asyncDispose]());

describe.each(bundlers)('%s', (name, build) => {
  const cacheDir = `.cache-${name}`;

  test('a bundle has the pictures, their files are beside it, and a second build encodes nothing', async () => {
    await rm(join(stored.root, 'dist'), { recursive: true, force: true });
    const first = await build(stored.root, { cacheDir });
    expect(first.errors).toEqual([]);
    expect(first.warnings).toEqual([]);

    const page = (await first.load()) as unknown as Page;
    expect(page.hero).toMatchObject({ alt: 'A keeper', img: { w: 64, h: 48 } });
    expect(Object.keys(page.hero.sources)).toEqual(['webp', 'jpeg']);
    expect(page.src).toBe(page.hero.img.src);
    expect(page.hero.sources.webp).toMatch(
      /^\/static\/assets\/hero-32w-[\w-]{8}\.webp 32w, \/static\/assets\/hero-[\w-]{8}\.webp 64w$/,
    );
    expect(page.hero.art).toHaveLength(1);
    expect(page.hero.art![0]!.media).toBe('(max-width: 600px)');
    expect(page.inlined.img.src).toMatch(/^data:image\/jpeg;base64,/);
    expect(page.markup).toMatch(/^<svg xmlns=/);
    expect(page.names).toEqual(['team/ada', 'team/bo']);
    const team = (await page.loadTeam()).map((module) => module.default);
    expect(team.map(({ alt }) => alt)).toEqual(['Ada', 'Bo']);

    const shown = [page.hero, page.hero.art![0]!.picture, ...team].flatMap(urlsOf);
    const emitted = await readdir(join(stored.root, 'dist/assets'));
    expect(emitted.toSorted()).toEqual(
      [...new Set(shown)].map((url) => url.replace('/static/assets/', '')).toSorted(),
    );
    for (const file of emitted) {
      const bytes = await readFile(join(stored.root, 'dist/assets', file));
      expect(bytes.subarray(0, 2).toString('hex')).toBe(file.endsWith('.webp') ? '5249' : 'ffd8');
    }

    const types = await readFile(join(stored.root, 'tintype-env.d.ts'), 'utf8');
    expect(types).toContain(
      "import('tintype-unplugin/picture').ExactPicture<'webp' | 'jpeg', 64, 48>",
    );

    const before = await cacheOf(stored.root, cacheDir);
    expect(before.length).toBeGreaterThan(5);
    const second = await build(stored.root, { cacheDir });
    expect(second.errors).toEqual([]);
    expect(((await second.load()) as unknown as Page).src).toBe(page.src);
    expect(await cacheOf(stored.root, cacheDir)).toEqual(before);
    expect(api().requests).toEqual([]);
  });

  test('a missing picture fails the build with its price, and is not requested, whatever the settings say', async () => {
    await using project = await testProject(files);
    await project.write('.env', `OPENAI_API_KEY=${testKey}\nOPENAI_BASE_URL=${api().baseUrl}\n`);
    const { errors } = await build(project.root, { missing: 'buy', cacheDir: '.cache' });
    const text = errors.join('\n');
    for (const id of ['hero', 'team/ada', 'team/bo', 'tag']) expect(text).toContain(`  ${id}  `);
    expect(text).toContain('$');
    expect(text).toContain('site.images.yaml:4');
    expect(text).toContain('npx tintype');
    expect(text).not.toContain('"buy"');
    expect(existsSync(join(project.root, 'dist/assets'))).toBe(false);
    expect(api().requests).toEqual([]);
    expect(api().ledger).toEqual([]);
  });

  test('standin: the bundle has drawings, and a warning names them', async () => {
    await using project = await testProject(small);
    const { errors, warnings, load } = await build(project.root, { missing: 'standin' });
    expect(errors).toEqual([]);
    expect(warnings.join('\n')).toMatch(
      /hero is a stand-in: a drawing in the place of pictures that are not stored/,
    );
    const page = (await load()) as unknown as Page;
    for (const url of urlsOf(page.hero)) {
      expect(existsSync(join(project.root, url.replace('/static/', 'dist/')))).toBe(true);
    }
  });

  test('a build says what a thorough encode of its quick files would save, without a warning', async () => {
    await using project = await testProject({
      ...small,
      'site.images.yaml': small['site.images.yaml'].replace('webp', 'avif'),
    });
    await stock(project.root);
    const { errors, warnings, said } = await build(project.root, {});
    expect({ errors, warnings }).toEqual({ errors: [], warnings: [] });
    // What esbuild says beside warnings depends on its option, which has a test of its own.
    expect(said.join('\n')).toMatch(
      name === 'esbuild' ? /^$/ : /tintype encode --thorough would save about \d+ B/,
    );
  });

  test('an unknown image is reported with what was meant and the line that imports it', async () => {
    await using project = await testProject({
      ...files,
      'main.js': "\nexport { default } from 'virtual:tintype/hreo';",
    });
    const { errors } = await build(project.root, { missing: 'standin' });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain('there is no image "hreo"; did you mean "hero"?');
  });

  test('a mistake in a manifest is reported with its place', async () => {
    await using project = await testProject({
      ...files,
      'site.images.yaml': 'images:\n  hero: { promt: A keeper, alt: x }\n',
    });
    const { errors } = await build(project.root, {});
    expect(errors.join('\n')).toContain('site.images.yaml:2:');
    expect(errors.join('\n')).toContain('promt');
  });
});

test('esbuild with logLevel "info" says what a thorough encode would save, where it writes itself', async () => {
  await using project = await testProject({
    ...small,
    'site.images.yaml': small['site.images.yaml'].replace('webp', 'avif'),
  });
  await stock(project.root);
  const { said } = await esbuildSaying('info', project.root, {});
  expect(said.join('')).toMatch(
    /^\[tintype\] tintype encode --thorough would save about \d+ B \(an estimate\)\n$/,
  );
});

interface Page {
  readonly hero: Picture;
  readonly src: string;
  readonly inlined: Picture;
  readonly markup: string;
  readonly names: readonly string[];
  readonly loadTeam: () => Promise<readonly { readonly default: Picture }[]>;
}

/** All URLs of a picture, without its `art`. */
function urlsOf({ sources, img }: Picture): string[] {
  const listed = Object.values(sources).flatMap((srcset) =>
    srcset.split(', ').map((one) => one.split(' ')[0]!),
  );
  return [...listed, img.src];
}

/** The encoded files in a cache, with the times when they were written. */
async function cacheOf(root: string, folder: string): Promise<string[]> {
  const names = await readdir(join(root, folder), { recursive: true });
  const pictures = names.filter((name) => /[\da-f]{64}$/.test(name)).toSorted();
  return Promise.all(
    pictures.map(async (name) => `${name} ${(await stat(join(root, folder, name))).mtimeMs}`),
  );
}

test('esbuild without a public path makes URLs relative to the page, and keeps files in memory if it writes none', async () => {
  const result = await esbuildInMemory(stored.root, { cacheDir: '.cache-memory' });
  const [code, ...pictures] = result.toSorted((a, b) => a.path.length - b.path.length);
  expect(code!.text).not.toContain('\0');
  expect(code!.text).toMatch(/"\.\/assets\/team-bo-32w-[\w-]{8}\.webp 32w, /);
  expect(pictures.map(({ path }) => path.replace(/.*\./, '')).toSorted()).toEqual([
    'jpeg',
    'jpeg',
    'webp',
    'webp',
  ]);
  for (const { contents } of pictures) expect(contents.length).toBeGreaterThan(100);
});

test('assetFileNames without a hash is refused', () => {
  expect(() => forRollup({ assetFileNames: '[name].[ext]' })).toThrow('must contain [hash]');
});
