import { lstat, mkdir, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../src/hash.ts';
import { filesBelow } from './support/files.ts';
import { type TestProject, testProject } from './support/project.ts';

const manifest = (...ids: readonly string[]) => `
defaults: { size: 1024x1024, placeholder: none, provider: offline, output_format: jpeg }
images:
${ids.map((id) => `  ${id}: { prompt: ${id}, alt: ${id}, crop: 64x64 }`).join('\n')}
`;

const outDir = 'public/images';
const mine = 'a photograph';
const ended = { pid: spawnSync(process.execPath, ['-e', '0']).pid, born: '', realm: '' };

/** A clone may contain these files, to make Tintype treat a foreign file as its own. */
const plantedJournals: readonly (readonly [what: string, text: string])[] = [
  ['names it', JSON.stringify({ process: ended, names: ['photo.jpeg'] })],
  ['of no process names it', JSON.stringify({ process: null, names: ['photo.jpeg'] })],
  ['names it with another hash', journal(['photo.jpeg', sha256('other')])],
  ['names it with no hash', journal(['photo.jpeg', '*'])],
  ['names it with a number', journal(['photo.jpeg', 7])],
  ['is of a later version', `{"version":9,"files":{"photo.jpeg":true}}`],
];

function journal(written: readonly unknown[]): string {
  const head = { process: ended, names: ['photo.jpeg'] };
  return `${JSON.stringify(head)}\n${JSON.stringify(written)}\n`;
}

describe.each(plantedJournals)('a journal that %s', (_, text) => {
  test('does not make Tintype replace a foreign file', async () => {
    await using project = await withPhoto('photo');
    await project.write(`${outDir}/.tintype-writing-0123456789ab.json`, text);
    expect((await project.generate()).error).toMatchObject({ code: 'output-not-ours' });
    expect(String(await project.read(`${outDir}/photo.jpeg`))).toBe(mine);
  });

  test('does not make Tintype remove a foreign file', async () => {
    await using project = await withPhoto('hero');
    await project.write(`${outDir}/.tintype-writing-0123456789ab.json`, text);
    expect((await project.generate()).result).toMatchObject({ delivered: 1, removed: 0 });
    expect(String(await project.read(`${outDir}/photo.jpeg`))).toBe(mine);
  });
});

describe('an asset map that lists a foreign file', () => {
  test.each([
    ['with its size and another hash', mine.length],
    ['with another size and hash', 7],
  ])('%s has it neither replaced nor removed', async (_, bytes) => {
    for (const id of ['photo', 'hero']) {
      await using project = await withPhoto(id);
      await project.write(`${outDir}/tintype.assets.json`, assetMap('photo.jpeg', bytes));
      const { events, error } = await project.generate();
      const hasFailed = error !== null || events.some(({ type }) => type === 'failed');
      expect(hasFailed).toBe(id === 'photo');
      expect(String(await project.read(`${outDir}/photo.jpeg`))).toBe(mine);
    }
  });

  test.each(['../../notes.txt', '/etc/hosts', 'C:/x', 'a/../../notes.txt', '.env', 'a\0b', 'a\\b'])(
    'under the name %j does not make Tintype remove anything outside',
    async (file) => {
      await using project = await testProject({
        'site.images.yaml': manifest('hero'),
        'notes.txt': mine,
        [`${outDir}/.env`]: mine,
        [`${outDir}/tintype.assets.json`]: assetMap(file, mine.length, sha256(mine)),
      });
      expect((await project.generate()).result).toMatchObject({ delivered: 1, removed: 0 });
      expect(String(await project.read('notes.txt'))).toBe(mine);
      expect(String(await project.read(`${outDir}/.env`))).toBe(mine);
    },
  );
});

describe('a folder of a clone that is a link', () => {
  test.each([outDir, 'public'])('at %s is not written through', async (name) => {
    await using outside = await testProject({});
    await using project = await testProject({ 'site.images.yaml': manifest('hero') });
    await mkdir(join(project.root, name, '..'), { recursive: true });
    await symlink(outside.root, join(project.root, name));
    expect((await project.generate()).error).toMatchObject({ code: 'output-not-ours' });
    expect(await readdir(outside.root)).toEqual(['package.json']);
  });

  test('to another place in the project is fine', async () => {
    await using project = await testProject({
      'site.images.yaml': manifest('hero'),
      'static/x': '',
    });
    await symlink(join(project.root, 'static'), join(project.root, 'public'));
    expect((await project.generate()).result).toMatchObject({ delivered: 1 });
    expect(await readdir(join(project.root, 'static/images'))).toContain('hero.jpeg');
  });
});

test('an asset map or a journal that is a link, a folder or huge does not stop a run', async () => {
  const plants = [
    (path: string) => symlink('/dev/zero', path),
    (path: string) => symlink('../../package.json', path),
    (path: string) => mkdir(path),
    (path: string) => writeFile(path, '').then(() => truncate(path, 8 * 1024 ** 3)),
  ];
  for (const plant of plants) {
    await using project = await testProject({ 'site.images.yaml': manifest('hero') });
    await mkdir(join(project.root, outDir), { recursive: true });
    await plant(join(project.root, outDir, '.tintype-writing-0123456789ab.json'));
    expect((await project.generate()).result).toMatchObject({ delivered: 1 });
    expect(String(await project.read('package.json'))).toBe('{}');
  }
});

describe('a damaged asset map', () => {
  const damages: readonly (readonly [string, (text: string) => string])[] = [
    ['cut short', (text) => text.slice(0, 200)],
    ['empty', () => ''],
    ['with merge markers', (text) => `<<<<<<< HEAD\n${text}=======\n${text}>>>>>>> branch\n`],
    ['of a later version', (text) => text.replace('"version": 1', '"version": 2')],
  ];

  test.each(damages)('%s is written again, with every file as it is', async (_, damage) => {
    for (const hasCache of [true, false]) {
      await using project = await testProject({ 'site.images.yaml': manifest('hero', 'logo') });
      expect((await project.generate()).error).toBeNull();
      const mtimes = async () => {
        const { 'tintype.assets.json': _, ...files } = Object.fromEntries(
          await filesBelow(join(project.root, outDir)),
        );
        return files;
      };
      const before = await mtimes();
      await project.write(
        `${outDir}/tintype.assets.json`,
        damage(String(await project.read(`${outDir}/tintype.assets.json`))),
      );
      if (!hasCache) await rm(join(project.root, 'node_modules'), { recursive: true });
      expect((await project.generate()).result).toMatchObject({ delivered: 2, written: 1 });
      expect(await mtimes()).toEqual(before);
    }
  });

  test('does not stop Tintype from replacing its files after a change of the manifest', async () => {
    await using project = await testProject({ 'site.images.yaml': manifest('hero') });
    expect((await project.generate()).error).toBeNull();
    await project.write(`${outDir}/tintype.assets.json`, '<<<<<<< HEAD');
    await project.write(
      'site.images.yaml',
      manifest('hero').replace('prompt: hero', 'prompt: other'),
    );
    expect((await project.generate()).result).toMatchObject({ delivered: 1, written: 2 });
  });

  test('does not let Tintype replace a foreign file', async () => {
    await using project = await withPhoto('photo');
    await project.write(`${outDir}/tintype.assets.json`, '<<<<<<< HEAD');
    expect((await project.generate()).error).toMatchObject({ code: 'output-not-ours' });
    expect((await lstat(join(project.root, outDir, 'photo.jpeg'))).size).toBe(mine.length);
  });
});

function withPhoto(id: string): Promise<TestProject> {
  return testProject({ 'site.images.yaml': manifest(id), [`${outDir}/photo.jpeg`]: mine });
}

function assetMap(file: string, bytes: number, hash = sha256('other')): string {
  const size = { width: 16, height: 16 };
  const photo = {
    alt: '',
    ...size,
    src: 'photo.jpeg',
    sizes: null,
    sources: {},
    placeholder: null,
    color: null,
    files: [{ file, format: 'jpeg', ...size, bytes, sha256: hash }],
    ai: { generated: false, provider: 'x', model: 'x', original: null, digitalSourceType: 'x' },
  };
  return JSON.stringify({ version: 1, images: { photo } });
}
