import { spawnSync } from 'node:child_process';
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { sha256 } from '../hash.ts';
import type { AssetMap, DeliveredImage } from '../types.ts';
import type { IsKnown } from './output-folder.ts';
import { journalToken } from './output-name.ts';
import { findForeignFiles } from './find-foreign-files.ts';
import { readPreviousOutputs } from './previous-outputs.ts';
import { writeOutputs, type OutputWriter } from './write-outputs.ts';

const assetMapFile = 'tintype.assets.json';
const damagedJournal = '.tintype-writing-0123456789ab.json';

let dir: string;
let written: string[];
let removed: string[];

beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'tintype-')), 'public', 'images');
});

test('a first run writes every file, and the asset map', async () => {
  const assetMap = await run([image('hero', 'a', 'b'), image('team/ada', 'c')]);
  expect(await tree()).toEqual({
    'hero.webp': 'a',
    'hero-8w.webp': 'b',
    'team/ada.webp': 'c',
    [assetMapFile]: `${JSON.stringify(assetMap, null, 2)}\n`,
  });
  expect(written.toSorted()).toEqual([
    'hero-8w.webp',
    'hero.webp',
    'team/ada.webp',
    'tintype.assets.json',
  ]);
  expect(removed).toEqual([]);
});

test('a second run writes nothing, reads nothing to encode, and changes no mtime', async () => {
  await run([image('hero', 'a', 'b'), image('team/ada', 'c')]);
  const before = await mtimes();
  await run([
    image('hero', 'a', 'b', () => expect.unreachable()),
    image('team/ada', 'c', undefined, () => expect.unreachable()),
  ]);
  expect(await mtimes()).toEqual(before);
  expect([written, removed]).toEqual([[], []]);
});

test('only what changed is written', async () => {
  await run([image('hero', 'a', 'b')]);
  const before = await mtimes();
  await run([image('hero', 'a', 'B')]);
  expect(written).toEqual(['hero-8w.webp', assetMapFile]);
  expect((await mtimes())['hero.webp']).toBe(before['hero.webp']);
});

test('a file of ours that was changed or removed is written again', async () => {
  await run([image('hero', 'a', 'b')]);
  await writeFile(join(dir, 'hero.webp'), 'X');
  await rm(join(dir, 'hero-8w.webp'));
  await run([image('hero', 'a', 'b')]);
  expect(await tree()).toMatchObject({ 'hero.webp': 'a', 'hero-8w.webp': 'b' });
  expect(written).toEqual(['hero.webp', 'hero-8w.webp']);
});

test('a file with a known signature is not read, and any other is corrected', async () => {
  await run([image('hero', 'a', 'b')]);
  for (const name of ['hero.webp', 'hero-8w.webp']) await writeFile(join(dir, name), 'X');
  const outputs = await start(['hero.webp', 'hero-8w.webp'], (name, sum) => {
    return name === 'hero.webp' && sum === sha256('a');
  });
  await outputs.write(image('hero', 'a', 'b'));
  await outputs.finish(['hero']);
  expect(await tree()).toMatchObject({ 'hero.webp': 'X', 'hero-8w.webp': 'b' });
});

test('files that no image needs any more are removed, with the folders they leave empty', async () => {
  await run([image('hero', 'a', 'b'), image('team/ada', 'c'), image('deep/er/est', 'd')]);
  await writeFile(join(dir, 'team', 'notes.txt'), 'mine');
  await run([image('hero', 'a')]);
  expect(Object.keys(await tree())).toEqual(['hero.webp', 'team/notes.txt', assetMapFile]);
  expect(await readdir(dir)).toEqual(['hero.webp', 'team', assetMapFile]);
  expect(removed.toSorted()).toEqual(['deep/er/est.webp', 'hero-8w.webp', 'team/ada.webp']);
});

test('a stale file that was changed meanwhile is foreign', async () => {
  await run([image('hero', 'a'), image('logo', 'b')]);
  await writeFile(join(dir, 'logo.webp'), 'retouched by hand');
  await run([image('hero', 'a')]);
  expect(await tree()).toMatchObject({ 'logo.webp': 'retouched by hand' });
  expect(removed).toEqual([]);
});

test('files that Tintype did not write are never touched', async () => {
  await mkdir(join(dir, 'sub'), { recursive: true });
  await writeFile(join(dir, 'photo.webp'), 'mine');
  await writeFile(join(dir, 'sub', 'photo.webp'), 'mine too');
  const before = await mtimes();
  await run([image('hero', 'a')]);
  await run([]);
  expect(await mtimes()).toMatchObject(before);
  expect(Object.keys(await tree())).toEqual(['photo.webp', 'sub/photo.webp', assetMapFile]);
});

test('an image that was not delivered keeps its files and its place', async () => {
  const before = await run([image('hero', 'a', 'b'), image('logo', 'c')]);
  const after = await run([image('logo', 'C')], ['hero', 'logo']);
  expect(after.images['hero']).toEqual(before.images['hero']);
  expect(await tree()).toMatchObject({ 'hero.webp': 'a', 'hero-8w.webp': 'b', 'logo.webp': 'C' });
  expect(removed).toEqual([]);
});

test('a foreign file at one of our names is found beforehand, and refused', async () => {
  await mkdir(join(dir, 'hero-8w.webp'), { recursive: true });
  await writeFile(join(dir, 'hero.webp'), 'mine');
  await writeFile(join(dir, 'team'), 'a file where a folder is wanted');
  const names = ['hero.webp', 'hero-8w.webp', 'logo.webp', 'team/ada.webp'];
  expect(await foreignAmong(names)).toEqual(['hero.webp', 'hero-8w.webp', 'team/ada.webp']);

  const outputs = await start(names);
  await expect(outputs.write(image('hero', 'ours'))).rejects.toMatchObject({
    code: 'output-not-ours',
  });
  await expect(outputs.write(image('team/ada', 'ours'))).rejects.toMatchObject({
    code: 'output-not-ours',
  });
  await outputs.write(image('logo', 'ours'));
  const assetMap = await outputs.finish(['hero', 'team/ada', 'logo']);
  expect(Object.keys(assetMap.images)).toEqual(['logo']);
  expect(await tree()).toMatchObject({ 'hero.webp': 'mine' });
});

test('files that already have our bytes are taken over when the asset map was lost', async () => {
  await run([image('hero', 'a', 'b')]);
  await writeFile(join(dir, assetMapFile), '<<<<<<< HEAD');
  const before = await mtimes();
  await run([image('hero', 'a', 'b')]);
  expect(written).toEqual([assetMapFile]);
  expect((await mtimes())['hero.webp']).toBe(before['hero.webp']);
});

test('the journal exists while files are written, and is removed at the end', async () => {
  const outputs = await start(['hero.webp', 'logo.webp']);
  await outputs.write(image('hero', 'a'));
  const [journal = '', ...others] = await journals();
  const [head = '', ...files] = (await readFile(join(dir, journal), 'utf8')).split('\n');
  expect(JSON.parse(head)).toMatchObject({
    process: { pid: process.pid },
    names: ['hero.webp', 'logo.webp'],
  });
  expect(files).toEqual([JSON.stringify(['hero.webp', sha256('a')]), '']);
  expect(others).toEqual([]);
  await outputs.finish(['hero']);
  expect(Object.keys(await tree())).toEqual(['hero.webp', assetMapFile]);
});

test('the next run overwrites the files of a killed run', async () => {
  await killedRun(['hero.webp'], image('hero', 'before'));

  expect(await foreignAmong(['hero.webp'])).toEqual([]);
  await run([image('hero', 'after')]);
  expect(await tree()).toMatchObject({ 'hero.webp': 'after' });
  expect(await journals()).toEqual([]);
});

test('files that only a killed run has written are removed if they are not needed', async () => {
  await run([image('hero', 'a')]);
  await killedRun(['hero.webp', 'team/ada.webp'], image('team/ada', 'b'));
  await run([image('hero', 'a')]);
  expect(await readdir(dir)).toEqual(['hero.webp', assetMapFile]);
  expect(removed).toEqual(['team/ada.webp']);
});

test('the journal of a killed run does not make a foreign file ours', async () => {
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'photo.webp'), 'mine');
  await killedRun(['hero.webp', 'photo.webp'], image('hero', 'a'));
  await run([]);
  expect(await tree()).toMatchObject({ 'photo.webp': 'mine' });
  expect(removed).toEqual(['hero.webp']);
});

test('after two killed runs, the files of both are recognised', async () => {
  await killedRun(['a.webp'], image('a', '1'));
  await killedRun(['b.webp'], image('b', '2'));
  await run([]);
  expect(await readdir(dir)).toEqual([assetMapFile]);
});

test('two runs at the same time do not touch each other’s files, and both are in the asset map', async () => {
  await run([image('hero', 'a')]);
  const order = ['hero', 'ada', 'bob'];
  const first = await start(['ada.webp']);
  await first.write(image('ada', '1'));
  const second = await start(['bob.webp']);
  await second.write(image('bob', '2'));
  await second.finish(order);
  expect(removed).toEqual([]);
  expect(await journals()).toHaveLength(1);
  await first.finish(order);
  expect(Object.keys((await assetMap()).images)).toEqual(order);
  expect(await readdir(dir)).toEqual(['ada.webp', 'bob.webp', 'hero.webp', assetMapFile]);
});

test('the files of a killed run are ours, even if another run finished meanwhile', async () => {
  const ended = await start(['bob.webp']);
  await ended.write(image('bob', '2'));
  await killedRun(['ada.webp'], image('ada', '1'));
  await ended.finish(['ada', 'bob']);
  expect(await readdir(dir)).toEqual(['bob.webp', assetMapFile]);

  const beside = await start(['bob.webp']);
  await beside.write(image('bob', '3'));
  const killed = await start(['ada.webp']);
  await killed.write(image('ada', '1'));
  await beside.finish(['ada', 'bob']);
  await endProcesses();
  expect(await foreignAmong(['ada.webp'])).toEqual([]);
});

test('runs that end at the same time lose no entries of each other', async () => {
  const order = Array.from({ length: 5 }, (_, at) => `image-${at}`);
  const writers = await Promise.all(
    order.map(async (name) => {
      const outputs = await start([`${name}.webp`]);
      await outputs.write(image(name, name));
      return outputs;
    }),
  );
  await Promise.all(writers.map((outputs) => outputs.finish(order)));
  expect(Object.keys((await assetMap()).images)).toEqual(order);
  expect(await readdir(dir)).toEqual([...order.map((name) => `${name}.webp`).sort(), assetMapFile]);
});

test('a run on another machine, which cannot be checked, counts as ended after a day', async () => {
  await killedRun(['hero.webp'], image('hero', 'a'), { realm: 'another machine' });
  await run([]);
  expect(await journals()).toHaveLength(1);
  expect(await tree()).toMatchObject({ 'hero.webp': 'a' });
  const [journal = ''] = await journals();
  const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000);
  await utimes(join(dir, journal), yesterday, yesterday);
  await run([]);
  expect(await readdir(dir)).toEqual([assetMapFile]);
});

test('temporary files of a killed process are removed, and others stay', async () => {
  await killedRun(['hero.webp'], image('hero', 'a'));
  const token = journalToken((await journals())[0]!);
  // A link has the times of the cached file, which may be old or new.
  const killed = join(dir, `.hero.webp.${token}.tintype-tmp`);
  const underWay = join(dir, '.hero.webp.ba9876543210.tintype-tmp');
  await writeFile(killed, 'half');
  await writeFile(underWay, 'half');
  await utimes(underWay, new Date(0), new Date(0));
  await run([image('hero', 'a')]);
  expect((await readdir(dir)).filter((name) => name.endsWith('-tmp'))).toEqual([
    '.hero.webp.ba9876543210.tintype-tmp',
  ]);
});

test('temporary files that are older than the process are removed, even those of other processes', async () => {
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, '.tintype.assets.json.0123456789ab.tintype-tmp'), 'half');
  const now = performance.timeOrigin + performance.now();
  vi.spyOn(performance, 'timeOrigin', 'get').mockReturnValue(now + 1000);
  onTestFinished(() => void vi.restoreAllMocks());
  await run([image('hero', 'a')]);
  expect(await readdir(dir)).toEqual(['hero.webp', assetMapFile]);
});

test('a damaged journal makes no file ours, and is removed', async () => {
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, damagedJournal), '{"names": ["../../x.webp", "photo.webp", 7');
  await writeFile(join(dir, 'photo.webp'), 'mine');
  await run([]);
  expect(await readdir(dir)).toEqual(['photo.webp', assetMapFile]);
});

test('no name makes a run write or remove something outside', async () => {
  const outside = join(dir, '..', 'outside.webp');
  await mkdir(dir, { recursive: true });
  await writeFile(outside, 'mine');
  await writeFile(join(dir, damagedJournal), '{"names": ["../outside.webp"]}');
  const outputs = await start(['../outside.webp']);
  await expect(outputs.write(image('../outside', 'ours'))).rejects.toMatchObject({
    code: 'output-not-ours',
  });
  await outputs.finish([]);
  expect(await readFile(outside, 'utf8')).toBe('mine');
});

test('no link makes a run write or remove something outside', async () => {
  const outside = join(dir, '..', 'outside');
  await mkdir(outside, { recursive: true });
  await run([image('team/ada', 'a')]);
  await rm(join(dir, 'team'), { recursive: true });
  await writeFile(join(outside, 'ada.webp'), 'a');
  await symlink(outside, join(dir, 'team'));

  expect(await foreignAmong(['team/ada.webp', 'team/bob.webp'])).toEqual([
    'team/ada.webp',
    'team/bob.webp',
  ]);
  const outputs = await start(['team/bob.webp']);
  await expect(outputs.write(image('team/bob', 'b'))).rejects.toMatchObject({
    code: 'output-not-ours',
  });
  await outputs.finish([]);
  expect(await readdir(outside)).toEqual(['ada.webp']);
  expect(removed).toEqual([]);
});

test('an output folder that is itself a link is fine', async () => {
  const real = join(dir, '..', '..', 'elsewhere');
  await mkdir(real, { recursive: true });
  await mkdir(join(dir, '..'));
  await symlink(real, dir);
  await run([image('team/ada', 'a')]);
  expect(await readFile(join(real, 'team', 'ada.webp'), 'utf8')).toBe('a');
});

test('a link in the place of one of our files is refused, and its target is unchanged', async () => {
  await run([image('hero', 'a')]);
  const target = join(dir, '..', 'target.webp');
  await writeFile(target, 'mine');
  await rm(join(dir, 'hero.webp'));
  await symlink(target, join(dir, 'hero.webp'));
  const outputs = await start(['hero.webp']);
  await expect(outputs.write(image('hero', 'b'))).rejects.toMatchObject({
    code: 'output-not-ours',
  });
  await outputs.finish([]);
  expect((await lstat(join(dir, 'hero.webp'))).isSymbolicLink()).toBe(true);
  expect(await readFile(target, 'utf8')).toBe('mine');
});

test('a file that cannot be written fails its image, and no half-written file is left', async () => {
  const outputs = await start(['hero.webp', 'logo.webp']);
  const unreadable = image('hero', 'a', undefined, () => {
    throw new Error('the original is gone');
  });
  await expect(outputs.write(unreadable)).rejects.toThrow('the original is gone');
  await outputs.write(image('logo', 'b'));
  const assetMap = await outputs.finish(['hero', 'logo']);
  expect(Object.keys(assetMap.images)).toEqual(['logo']);
  expect(await readdir(dir)).toEqual(['logo.webp', assetMapFile]);
});

test('an image that fails half-way leaves none of its files behind', async () => {
  const half = image('hero', 'a', 'b');
  const [full, small] = half.encoded;
  const broken = { ...small!, linkTo: () => Promise.reject(new Error('no memory left')) };
  const outputs = await start(['hero.webp', 'hero-8w.webp']);
  await expect(outputs.write({ ...half, encoded: [full!, broken] })).rejects.toThrow('no memory');
  await outputs.finish(['hero']);
  expect(await readdir(dir)).toEqual([assetMapFile]);
  expect(removed).toEqual(['hero.webp']);
});

test('if the output folder cannot be made, the error names the file', async () => {
  await mkdir(join(dir, '..'), { recursive: true });
  await writeFile(dir, 'a file where the folder should be');
  expect(await foreignAmong(['hero.webp'])).toEqual(['hero.webp']);
  const outputs = await start([]);
  await expect(outputs.finish([])).rejects.toMatchObject({
    code: 'output-not-writable',
    message: expect.stringContaining(assetMapFile),
  });
});

test('many images may be written at once', async () => {
  const images = Array.from({ length: 40 }, (_, at) =>
    image(`many/image-${at}`, `${at}`, `w${at}`),
  );
  const outputs = await start(images.flatMap((one) => one.encoded.map(({ spec }) => spec.file)));
  await Promise.all(images.map((one) => outputs.write(one)));
  await outputs.finish(images.map(({ name }) => name));
  expect(Object.keys(await tree())).toHaveLength(81);
  expect(written).toHaveLength(81);
});

/** A whole run: delivers every image, then finishes. */
async function run(
  images: readonly DeliveredImage[],
  order: readonly string[] = images.map(({ name }) => name),
): Promise<AssetMap> {
  const outputs = await start(
    images.flatMap((one) => one.encoded.map((encoded) => encoded.spec.file)),
  );
  await Promise.all(images.map((one) => outputs.write(one)));
  return outputs.finish(order);
}

const ended = { pid: spawnSync(process.execPath, ['-e', '0']).pid, born: '' };

/** A run of a process that died after it had written one image. */
async function killedRun(
  names: readonly string[],
  image: DeliveredImage,
  mark: Readonly<Record<string, unknown>> = ended,
): Promise<void> {
  const before = new Set(await journals());
  await (await start(names)).write(image);
  await endProcesses(
    (await journals()).filter((name) => !before.has(name)),
    mark,
  );
}

/** Makes all journals look as if their processes had died. */
async function endProcesses(
  names?: readonly string[],
  mark: Readonly<Record<string, unknown>> = ended,
): Promise<void> {
  for (const name of names ?? (await journals())) {
    const [head = '', ...files] = (await readFile(join(dir, name), 'utf8')).split('\n');
    const journal = JSON.parse(head) as { process: object };
    const process = { ...journal.process, ...mark };
    const text = [JSON.stringify({ ...journal, process }), ...files].join('\n');
    await writeFile(join(dir, name), text);
  }
}

/** Those names of a run at which it finds something that is not ours. */
async function foreignAmong(names: readonly string[]): Promise<string[]> {
  const { foreign, unknown } = await findForeignFiles(dir, names, () => false);
  return names.filter((name) => foreign.includes(name) || unknown.includes(name));
}

async function journals(): Promise<string[]> {
  const names = await readdir(dir).catch(() => []);
  return names.filter((name) => name.startsWith('.tintype-writing-'));
}

async function assetMap(): Promise<AssetMap> {
  return JSON.parse(await readFile(join(dir, assetMapFile), 'utf8')) as AssetMap;
}

async function start(
  names: readonly string[],
  isKnown: IsKnown = () => false,
): Promise<OutputWriter> {
  written = [];
  removed = [];
  return writeOutputs(dir, {
    previous: await readPreviousOutputs(dir),
    names,
    isKnown,
    onWritten: (file) => written.push(file),
    onRemoved: (file) => removed.push(file),
  });
}

/** An image of one format with a full-size file, and a width of 8 if there is text for it. */
function image(name: string, full: string, small?: string, onRead = () => {}): DeliveredImage {
  const toFile = (file: string, width: number, text: string) => ({
    spec: { file, format: 'webp', compression: 90, width, height: width, crop: null } as const,
    bytes: text.length,
    sha256: sha256(text),
    read: async () => {
      onRead();
      return new TextEncoder().encode(text);
    },
    isQuick: false,
    linkTo: async (path: string) => {
      onRead();
      await writeFile(path, text, { flag: 'wx' });
    },
  });
  return {
    name,
    files: {
      alt: '',
      widths: [8],
      formats: [{ format: 'webp', compression: 90 }],
      crop: null,
      placeholder: 'none',
      sizes: null,
    },
    hasAlpha: false,
    width: 16,
    height: 16,
    encoded: [
      toFile(`${name}.webp`, 16, full),
      ...(small === undefined ? [] : [toFile(`${name}-8w.webp`, 8, small)]),
    ],
    placeholder: null,
    color: null,
    ai: {
      generated: false,
      provider: 'offline',
      model: 'offline',
      original: null,
      digitalSourceType: 'http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia',
    },
  };
}

/** Every file below the output folder, with its content. */
async function tree(): Promise<Record<string, string>> {
  const names = await filesBelow();
  return Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [name, await readFile(join(dir, name), 'utf8')] as const),
    ),
  );
}

async function mtimes(): Promise<Record<string, number>> {
  const names = await filesBelow();
  return Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [name, (await stat(join(dir, name))).mtimeMs] as const),
    ),
  );
}

async function filesBelow(): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true });
  const files = [];
  for (const name of entries) {
    if ((await stat(join(dir, name))).isFile()) files.push(name.replaceAll('\\', '/'));
  }
  return files.toSorted();
}
