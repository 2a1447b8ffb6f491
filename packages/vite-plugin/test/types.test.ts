import { execFile } from 'node:child_process';
import { mkdir, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { viteProject } from './support/vite-project.ts';

const packageDir = fileURLToPath(new URL('..', import.meta.url));
const viteDir = dirname(fileURLToPath(import.meta.resolve('vite/package.json')));

const files = {
  'site.images.yaml': `
images:
  hero:
    prompt: |
      A keeper */ export default nothing; /*
      @deprecated reading
    alt: A keeper
    formats: [webp, jpeg]
  team/ada:
    prompt: A portrait
    alt: Ada
    size: auto
`,
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      module: 'esnext',
      moduleResolution: 'bundler',
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      types: ['vite/client'],
      // Reads the plugin from its sources, and of core only types.ts.
      paths: {
        'vite-plugin-tintype/picture': [join(packageDir, 'src/picture-html.ts')],
        '@tintype/core': [join(packageDir, '../core/src/types.ts')],
      },
      allowImportingTsExtensions: true,
      lib: ['es2023', 'dom', 'esnext.disposable'],
    },
    files: ['right.ts', 'wrong.ts', 'tintype-env.d.ts'],
  }),
};

/** Files that import pictures. */
const sources = {
  'right.ts': `
    import hero, { width, alt } from 'virtual:tintype/hero';
    import ada from 'virtual:tintype/team/ada';
    import inlined from 'virtual:tintype/hero?inline';
    import type { Picture } from 'vite-plugin-tintype/picture';
    import logo from './logo.png';
    import team from 'virtual:tintype/team/*';
    import images from 'virtual:tintype';
    import teamNow from 'virtual:tintype/team/*?eager';
    import imagesNow from 'virtual:tintype?eager';
    export const now: readonly [Picture, 1024] = [teamNow['team/ada'], imagesNow.hero.img.w];
    export const w: 1024 = hero.img.w;
    export const named: 1024 = width;
    export const unknown: number = ada.img.w;
    export const webp: string = hero.sources.webp;
    export const picture: Picture = hero;
    export const rest: readonly string[] = [alt, inlined.img.src, logo];
    export const lazy: Promise<{ readonly alt: string }> = team['team/ada']();
    export const all: Promise<{ readonly alt: string }> = images['hero']();
  `,
  'wrong.ts': `
    import hero from 'virtual:tintype/hero';
    import 'virtual:tintype/hero';
    import herro from 'virtual:tintype/herro';
    import now from 'virtual:tintype/team/*?eager';
    import other from 'virtual:tintype/team/adda';
    hero.sources.png;
    other.img;
    export const narrow: 640 = hero.img.w;
    void herro;
    void now['team/adda'];
  `,
};
/** The errors of tsc, which runs once for all files because it takes longest. */
let problems: readonly string[];
beforeAll(async () => {
  await using project = await viteProject({ ...files, ...sources });
  await project.write('index.html', '');
  await project.build({}, { missing: 'standin' });
  await mkdir(join(project.root, 'node_modules'));
  await symlink(viteDir, join(project.root, 'node_modules/vite'));
  const tsc = fileURLToPath(import.meta.resolve('typescript/package.json')).replace(
    'package.json',
    'bin/tsc',
  );
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, '--pretty', 'false'], {
    cwd: project.root,
  }).catch((error: { stdout: string }) => error);
  problems = stdout.split('\n').filter((line) => /^(right|wrong|tintype-env)/.test(line));
});

test('an image is typed exactly: its size, its formats, its names', () => {
  expect(problems.filter((line) => !line.startsWith('wrong'))).toEqual([]);
});

test('a wrong id, a format that an image does not have and a wrong size are type errors', () => {
  const wrong = problems.filter((line) => line.startsWith('wrong'));
  expect(wrong.map((line) => line.replace(/: error/, '').split(':')[0])).toEqual([
    'wrong.ts(4,23) TS2307',
    'wrong.ts(7,18) TS2339',
    'wrong.ts(8,11) TS2339',
    'wrong.ts(9,18) TS2322',
    'wrong.ts(11,14) TS2551',
  ]);
});

test('the types are written again only when they change', async () => {
  const page = `<script type="module">import 'virtual:tintype/hero';</script>`;
  await using project = await viteProject({ ...files, 'index.html': page });
  const types = join(project.root, 'tintype-env.d.ts');
  await project.build({}, { missing: 'standin' });
  const before = (await stat(types)).mtimeMs;
  await project.build({}, { missing: 'standin' });
  expect((await stat(types)).mtimeMs).toBe(before);
  await project.write('more.images.yaml', 'images: { logo: { prompt: A logo, alt: Logo } }');
  await project.build({}, { missing: 'standin' });
  expect(await project.read('tintype-env.d.ts')).toContain("'virtual:tintype/logo'");

  const text = await project.read('tintype-env.d.ts');
  await project.write(
    'site.images.yaml',
    `\n# lines that move what follows\n${files['site.images.yaml']}`,
  );
  await project.build({}, { missing: 'standin' });
  expect(await project.read('tintype-env.d.ts')).toBe(text);
});

test('comments tell linters and formatters to ignore the types', async () => {
  await using project = await viteProject({ ...files, 'index.html': '' });
  await project.build({}, { missing: 'standin' });
  const text = await project.read('tintype-env.d.ts');
  expect(text).toMatch(/^\/\* eslint-disable \*\/\n/);
  for (const part of ['lint', 'format']) expect(text).toContain(`\n// biome-ignore-all ${part}: `);
  const declarations = text
    .split('\n')
    .flatMap((line, at, lines) => (line.startsWith('declare module') ? [lines[at - 1]] : []));
  expect(declarations.length).toBeGreaterThan(4);
  expect(new Set(declarations)).toEqual(new Set(['// prettier-ignore']));
});

test('a build that imports no picture writes them once, and then does not open the project', async () => {
  await using project = await viteProject({ ...files, 'index.html': '' });
  await project.build({}, {});
  expect(await project.read('tintype-env.d.ts')).toContain("'virtual:tintype/hero'");
  await project.write('site.images.yaml', 'images: { hero: { promt: A mistake } }');
  await project.build({}, {});
  await rm(join(project.root, 'tintype-env.d.ts'));
  await expect(project.build({}, {})).rejects.toThrow('promt');
});
