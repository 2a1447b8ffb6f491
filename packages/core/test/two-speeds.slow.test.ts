import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { cacheLayout } from '../src/cache/cache-layout.ts';
import { openCacheIndex } from '../src/cache/cache-index.ts';
import { sha256 } from '../src/hash.ts';
import { encodeProject, mergeShards, openImages, pruneProject } from '../src/index.ts';
import { fileStore } from '../src/store/file-store.ts';
import { filesBelow, hashesBelow } from './support/files.ts';
import { type Run, type TestProject, testProject } from './support/project.ts';
import { testRemote } from './support/test-remote.ts';

/** Longer than one step of a file system's clock. Before that, a run is not remembered. */
const settlingMs = 2100;

const manifest = `
defaults: { size: 1024x1024, formats: [avif, webp], placeholder: none }
images:
  hero: { prompt: A lighthouse, alt: A lighthouse, widths: [64] }
  icon: { prompt: A bell, alt: A bell, formats: { avif: { effort: 4 }, webp: {} } }
  late: { prompt: Not bought, alt: Not bought, provider: offline, formats: [webp] }
`;
const key = '0123456789abcdef-of-a-team-0123456789abcdef';
const quickly = { options: { effort: 3 } };
const inCi = { CI: 'true', TINTYPE_CACHE_KEY: key };

let picture: Buffer;
/** What a run with effort 3 delivers, and one with a cache that has all thorough files. */
const expected = { quick: new Map<string, string>(), thorough: new Map<string, string>() };
const sizes = { quick: 0, thorough: 0 };
const heroFiles = ['hero.avif', 'hero-64w.avif'];

beforeAll(async () => {
  picture = await drawing();
  await using project = await projectOf();
  expected.quick = new Map((await build(project, quickly)).files);
  sizes.quick = await bytesOf(project, heroFiles);
  await encode(project);
  expected.thorough = new Map((await build(project)).files);
  sizes.thorough = await bytesOf(project, heroFiles);
});

test('a thorough file is smaller than a quick one', () => {
  // Other formats have one speed, and so has a file with an effort of its own.
  const differing = [...expected.quick].filter(
    ([name, sum]) => expected.thorough.get(name) !== sum,
  );
  expect(differing.map(([name]) => name)).toEqual([
    'hero-64w.avif',
    'hero.avif',
    'tintype.assets.json',
  ]);
  expect(sizes.thorough).toBeLessThan(sizes.quick);
});

describe('a run takes the thorough files that its cache has', () => {
  test('and quick ones where it has none, under the keys of effort 3', async () => {
    await using project = await projectOf();
    await build(project, quickly);
    const before = await filesBelow(cacheLayout.filesDir(await cacheDirOf(project)));
    const { result, files } = await build(project);
    expect(files).toEqual(expected.quick);
    expect(result.quickBytes).toBe(await bytesOf(project, heroFiles));
    expect(await filesBelow(cacheLayout.filesDir(await cacheDirOf(project)))).toEqual(before);
  });

  test('in a run, a build and the outputs of an unchanged run', async () => {
    await using project = await projectOf();
    await setTimeout(settlingMs);
    await build(project);
    await build(project);
    expect((await build(project)).result).toMatchObject({ written: 0 });

    const { improved, ...rest } = await encode(project);
    expect(rest).toEqual({
      images: 3,
      files: 7,
      bytes: expect.any(Number),
      thorough: 2,
      missing: 0,
      failed: 0,
    });
    expect(improved.files).toBe(2);
    expect(improved.after).toBeLessThan(improved.before);

    const { result, files } = await build(project);
    expect(files).toEqual(expected.thorough);
    expect(result.quickBytes).toBe(0);
    const images = await openImages(await project.context());
    const hero = images.images.get('hero')!;
    const found = images.findDelivered(hero, await images.obtain(hero.planned));
    expect(found!.encoded.map(({ isQuick }) => isQuick)).toEqual([false, false, false, false]);
    await images.close();
  });

  test('and the same cache and command give the same bytes on another machine', async () => {
    await using one = await projectOf();
    await build(one);
    await encode(one, ['hero']);
    await using other = await projectOf();
    for (const project of [one, other]) {
      await rm(join(project.root, 'public'), { recursive: true, force: true });
    }
    await cp(await cacheDirOf(one), await cacheDirOf(other), { recursive: true });
    const [files, others] = [(await build(one)).files, (await build(other)).files];
    expect(files).toEqual(expected.thorough);
    expect(others).toEqual(files);
  });

  test('and a damaged one is made again, thoroughly', async () => {
    await using project = await projectOf();
    await encode(project);
    const sum = expected.thorough.get('hero.avif')!;
    const path = cacheLayout.file(await cacheDirOf(project), sum as never);
    await writeFile(path, Buffer.alloc((await readFile(path)).length));
    expect((await build(project)).files).toEqual(expected.thorough);
    expect(sha256(await readFile(path))).toBe(sum);
  });

  test('also one that only a snapshot remembers', async () => {
    await using project = await projectOf();
    await encode(project);
    await setTimeout(settlingMs);
    const deliver = async () => {
      const images = await openImages(await project.context());
      const hero = images.images.get('hero')!;
      const original = await images.obtain(hero.planned);
      const found = images.findDelivered(hero, original);
      const read = await Promise.all(found!.encoded.map(async (file) => sha256(await file.read())));
      await images.close();
      return read;
    };
    const first = await deliver();
    await rm(cacheLayout.index(await cacheDirOf(project)));
    await rm(cacheLayout.filesDir(await cacheDirOf(project)), { recursive: true });
    expect(await deliver()).toEqual(first);
  });

  test('and quick ones again where the entries are gone', async () => {
    await using project = await projectOf();
    await encode(project);
    const index = openCacheIndex(await cacheDirOf(project));
    const gone = [...index.all()].filter(
      ([, { entry }]) => 'sha256' in entry && entry.sha256 === expected.thorough.get('hero.avif'),
    );
    await index.add(gone.map(([name]) => [name, null]));
    const { files } = await build(project);
    expect(files.get('hero.avif')).toBe(expected.quick.get('hero.avif'));
    expect(files.get('hero-64w.avif')).toBe(expected.thorough.get('hero-64w.avif'));
  });

  test('prune keeps both', async () => {
    await using project = await projectOf();
    await build(project);
    await encode(project);
    const before = await filesBelow(cacheLayout.filesDir(await cacheDirOf(project)));
    await pruneProject(await project.context(), { isDryRun: false, olderThanDays: null });
    expect(await filesBelow(cacheLayout.filesDir(await cacheDirOf(project)))).toEqual(before);
  });

  test('merge takes those of a shard', async () => {
    await using project = await projectOf();
    await using shard = await projectOf();
    await encode(shard);
    await mergeShards(await project.context(), [shard.root]);
    expect(await hashesBelow(join(project.root, 'public/images'))).toEqual(expected.thorough);
  });
});

describe('tintype encode', () => {
  test('buys nothing, leaves out what is missing, and writes no output', async () => {
    await using project = await projectOf({
      'site.images.yaml': manifest.replace(', provider: offline', ''),
    });
    expect(await encode(project)).toMatchObject({ images: 2, missing: 1, failed: 0 });
    expect((await filesBelow(join(project.root, 'public'))).size).toBe(0);
  });

  test('encodes quickly without --thorough', async () => {
    await using project = await projectOf();
    const { thorough } = await encodeProject(await project.context(), {
      ids: [],
      isThorough: false,
    });
    expect(thorough).toBeNull();
    expect((await build(project)).files).toEqual(expected.quick);
  });

  test('refuses --thorough where the config has one effort', async () => {
    await using project = await projectOf();
    const context = await project.context(quickly);
    await expect(encodeProject(context, { ids: [], isThorough: true })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('sets effort to 3'),
    });
  });

  test('keeps what it encoded before Ctrl-C, and later runs take it', async () => {
    await using project = await projectOf();
    await setTimeout(settlingMs);
    await build(project);
    await build(project);
    const stopping = new AbortController();
    const context = await project.context({ signal: stopping.signal }, (event) => {
      if (event.type === 'delivered' && event.id === 'hero') stopping.abort();
    });
    await expect(encodeProject(context, { ids: [], isThorough: true })).rejects.toMatchObject({
      code: 'interrupted',
    });
    expect((await build(project)).files).toEqual(expected.thorough);
  });
});

describe('in a CI', () => {
  test('with a shared cache, files are thorough whatever the cache has, and quick machines find theirs', async () => {
    const remote = testRemote();
    await using ci = await projectOf();
    const shared = { cache: { remote, mode: 'readwrite' as const } };
    const first = await build(ci, { options: shared, env: inCi });
    expect(first.files).toEqual(expected.thorough);
    expect(first.result.quickBytes).toBe(0);

    // A quick run sends the same requests as a run with effort 3, and the shared cache has every file.
    const counts = [];
    for (const options of [{}, { effort: 3 }]) {
      await using laptop = await projectOf();
      const before = remote.requests.length;
      const { files, events } = await build(laptop, {
        options: { ...options, cache: { remote } },
        env: { TINTYPE_CACHE_KEY: key },
      });
      expect(files).toEqual(expected.quick);
      counts.push(remote.requests.length - before);
      expect(events.find(({ type }) => type === 'shared-cache')).toMatchObject({ missing: 0 });
    }
    expect(counts[0]).toBe(counts[1]);

    await using next = await projectOf();
    await build(next, quickly);
    const { files, events } = await build(next, { options: { cache: { remote } }, env: inCi });
    expect(files).toEqual(expected.thorough);
    expect(events.find(({ type }) => type === 'shared-cache')).toMatchObject({
      fetched: 2,
      missing: 0,
    });
  });

  test.each<[string, Run]>([
    ['without a shared cache', { env: inCi }],
    ['without its key', { env: { CI: 'true' }, options: { cache: { remote: testRemote() } } }],
    [
      'that draws what is missing',
      {
        env: { ...inCi, TINTYPE_MISSING: 'standin' },
        options: { cache: { remote: testRemote() } },
      },
    ],
  ])('%s, files are quick', async (_, run) => {
    await using project = await projectOf();
    expect((await build(project, run)).files).toEqual(expected.quick);
  });
});

/** A project with the pictures of `hero` and `icon` in its store. */
async function projectOf(
  files: Record<string, string> = { 'site.images.yaml': manifest },
): Promise<TestProject> {
  const project = await testProject(files);
  const store = fileStore(join(project.root, '.tintype'));
  const { requests } = await project.plan({ options: { missing: 'standin' } });
  for (const { id, key: stored, request } of requests) {
    if (id === 'late') continue;
    await store.put({
      key: stored!,
      request: request!,
      bytes: picture,
      info: { format: 'png', width: 256, height: 256, hasAlpha: false },
      rejected: null,
      usage: null,
      costUsd: 0.01,
      requestId: null,
      createdAt: new Date('2026-11-01T00:00:00Z'),
    });
  }
  await rm(await cacheDirOf(project), { recursive: true, force: true });
  return project;
}

async function build(project: TestProject, run: Run = {}) {
  const { result, error, events } = await project.generate(run);
  expect(error).toBeNull();
  return { result: result!, events, files: await hashesBelow(join(project.root, 'public/images')) };
}

async function encode(project: TestProject, ids: readonly string[] = []) {
  return encodeProject(await project.context(), { ids, isThorough: true });
}

async function cacheDirOf(project: TestProject): Promise<string> {
  return (await project.context()).config.cacheDir;
}

async function bytesOf(project: TestProject, files: readonly string[]): Promise<number> {
  const read = await Promise.all(
    files.map((file) => readFile(join(project.root, 'public/images', file))),
  );
  return read.reduce((sum, { length }) => sum + length, 0);
}

/** Enough of edges and of slopes that the efforts differ. */
async function drawing(): Promise<Buffer> {
  const side = 256;
  const pixels = Buffer.alloc(side * side * 3);
  for (let at = 0; at < side * side; at++) {
    const [x, y] = [at % side, Math.floor(at / side)];
    const wave = Math.sin(x / 9) * Math.cos(y / 13) + Math.sin((x * y) / 700);
    pixels[at * 3] = 128 + 60 * wave;
    pixels[at * 3 + 1] = (x + y) / 2;
    pixels[at * 3 + 2] = (x - 128) ** 2 + (y - 128) ** 2 < 4000 ? 220 : 40 + 50 * wave;
  }
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer();
}
