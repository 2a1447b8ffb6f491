import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { copyFile, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { TintypeError } from '../src/index.ts';
import { toPicture } from '../src/picture.ts';
import { eventsOf, useApi } from './support/api.ts';
import { testProject, type TestProject } from './support/project.ts';

const api = useApi();
const module = 'src/pictures.ts';
const options = { provider: 'offline', module } as const;
const manifest = (alt: string) =>
  `defaults: { widths: [64], formats: [webp, jpeg] }
images:
  hero: { prompt: A pier, alt: ${alt}, sources: [{ media: '(max-width: 600px)', crop: '1:1' }] }
  team/ann: { prompt: Ann, alt: Ann }
`;

test('the module has the pictures of the asset map, is kept as they are, and TypeScript accepts it', async () => {
  await using project = await testProject({ 'a.images.yaml': manifest('A pier') });
  const { result, events } = await project.generate({ options });
  expect(eventsOf(events, 'written').map(({ file }) => file)).toContain('../../src/pictures.ts');
  const { images } = result!.assetMap;
  let copies = 0;
  const read = async () => {
    // A module is loaded once, so each time has a file of its own.
    const copy = join(project.root, `copy-${copies++}.ts`);
    await copyFile(join(project.root, module), copy);
    return import(copy);
  };
  const { default: all, hero, hero1x1, teamAnn } = await read();
  expect(hero).toEqual(toPicture(images['hero']!, '/images/'));
  expect(all).toEqual({ hero, 'hero-1x1': hero1x1, 'team/ann': teamAnn });

  const again = await project.generate({ options });
  expect(again.result).toMatchObject({ written: 0 });
  await project.write(module, (await project.read(module)).toString().replace('A pier', 'A quay'));
  expect((await project.generate({ options })).result).toMatchObject({ written: 1 });
  await project.write('a.images.yaml', manifest('A bridge'));
  // A run of one image keeps the others.
  const one = await project.generate({
    options: { ...options, base: 'https://cdn.example/' },
    ids: ['hero'],
  });
  expect(one.error).toBeNull();
  expect((await read()).hero).toMatchObject({
    alt: 'A bridge',
    img: { src: 'https://cdn.example/hero.jpeg' },
  });
  expect((await read()).teamAnn.img.src).toBe('https://cdn.example/team/ann.jpeg');

  typeCheck(project.root);
});

test('a run of nothing new leaves the module alone, and misses it when it is gone', async () => {
  await using project = await testProject({ 'a.images.yaml': manifest('A pier') });
  await project.generate({ options });
  await project.generate({ options });
  const text = await project.read(module);
  await rm(join(project.root, module));
  expect((await project.generate({ options })).result).toMatchObject({ written: 1 });
  expect(await project.read(module)).toEqual(text);
});

describe('a module is refused before anything is spent', () => {
  const bought = 'images:\n  hero: { prompt: A pier, alt: A pier }\n';
  const refusal = async (project: TestProject, path = module) => {
    const { error } = await project.generate({ options: { module: path } });
    expect([...api().requests, ...api().ledger]).toEqual([]);
    return error as TintypeError;
  };

  test('if a file of the project has its path', async () => {
    const own = 'export const mine = 1;\n';
    await using project = await testProject(
      { 'a.images.yaml': bought, [module]: own },
      api().baseUrl,
    );
    expect(await refusal(project)).toMatchObject({ code: 'output-not-ours' });
    expect((await project.read(module)).toString()).toBe(own);
  });

  test('if a link leads out of the project', async () => {
    await using other = await testProject({ 'pictures.ts': '' });
    await using project = await testProject({ 'a.images.yaml': bought }, api().baseUrl);
    await symlink(other.root, join(project.root, 'src'));
    expect(await refusal(project)).toMatchObject({ code: 'output-not-ours' });
    expect((await other.read('pictures.ts')).toString()).toBe('');
  });

  test.each(['../pictures.ts', '/pictures.ts', 'src/pictures.json'])(
    'if its path is %s',
    async (path) => {
      await using project = await testProject({ 'a.images.yaml': bought }, api().baseUrl);
      await expect(refusal(project, path)).rejects.toMatchObject({
        code: 'config',
        message: expect.stringContaining('module'),
      });
    },
  );
});

/** With the types that the package `tintype` has. */
function typeCheck(root: string): void {
  const picture = fileURLToPath(new URL('../src/picture.ts', import.meta.url));
  const compilerOptions = {
    module: 'esnext',
    moduleResolution: 'bundler',
    strict: true,
    noEmit: true,
    types: [],
    paths: { 'tintype/picture': [picture] },
    allowImportingTsExtensions: true,
    lib: ['es2024', 'dom'],
  };
  writeFileSync(join(root, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [module] }));
  const types = fileURLToPath(import.meta.resolve('typescript/package.json'));
  execFileSync(process.execPath, [join(dirname(types), 'bin/tsc'), '-p', root]);
}
