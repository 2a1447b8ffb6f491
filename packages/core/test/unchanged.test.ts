import {
  appendFile,
  mkdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { openImages, planProject } from '../src/index.ts';
import { sha256 } from '../src/hash.ts';
import { cacheLayout } from '../src/cache/cache-layout.ts';
import { shownRows } from '../src/plan/shown-rows.ts';
import { generateUnchanged } from '../src/operations/generate-unchanged.ts';
import { knownOutputs } from '../src/unchanged/unchanged-outputs.ts';
import { type UnchangedPlan, unchangedPlan } from '../src/unchanged/unchanged-plan.ts';
import { readPlan } from '../src/operations/read-plan.ts';
import { fileStore } from '../src/store/file-store.ts';
import { layout } from '../src/store/layout.ts';
import type { Key } from '../src/types.ts';
import { filesBelow } from './support/files.ts';
import { picture } from './support/pictures.ts';
import { type Run, type TestProject, testProject } from './support/project.ts';

/** Longer than one step of a file system's clock. */
const settlingMs = 2100;

const manifest = `
defaults: { size: 1024x1024, placeholder: none }
images:
  hero: { prompt: A lighthouse, alt: A lighthouse, number_of_images: 2, input_images: [art/ref.png] }
  night: { prompt: The same at night, alt: Night, input_images: [tintype:hero@1] }
  "icon-{{ name }}": { each: icons.csv, prompt: "An icon of a {{ name }}", decorative: true }
`;

const plain = `
defaults: { size: 1024x1024, placeholder: none }
images:
  a: { prompt: a, alt: a }
  b: { prompt: b, alt: b }
`;

const projects: Readonly<Record<string, { files: Record<string, string>; run?: Run }>> = {
  'candidates, an input picture, an image of an image, rows of a data file': {
    files: { 'site.images.yaml': manifest, 'icons.csv': 'name\nhome\ncart\n' },
  },
  'some of its images': {
    files: { 'site.images.yaml': manifest, 'icons.csv': 'name\nhome\ncart\n' },
    run: { ids: ['night'] },
  },
  'a warning, defaults and prices of the config': {
    files: {
      'a.images.yaml': 'images:\n  old: { prompt: x, alt: x, model: dying, number_of_images: 2 }\n',
      'deep/b.images.yml': 'images:\n  b: { prompt: y, alt: y }\n',
      'tintype.config.json': JSON.stringify({
        defaults: { quality: 'low' },
        models: { dying: { shutdownDate: '2026-12-01' } },
      }),
    },
  },
  'nothing but stand-ins': {
    files: { 'a.images.yaml': 'images:\n  a: { prompt: x, alt: x, provider: offline }\n' },
  },
  'one of its shards': {
    files: { 'a.images.yaml': plain },
    run: { shard: { index: 2, count: 3 } },
  },
  'missing pictures, drawn': {
    files: { 'a.images.yaml': 'images:\n  a: { prompt: x, alt: x }\n' },
    run: { options: { missing: 'standin' } },
  },
};

describe('the plan of a snapshot equals a new plan', () => {
  const snapshots = new Map<string, TestProject>();

  beforeAll(async () => {
    for (const [name, { files, run = {} }] of Object.entries(projects)) {
      snapshots.set(name, await storedProject(files, run));
    }
    await setTimeout(settlingMs);
  });

  test.each(Object.entries(projects))('%s', async (name, { run = {} }) => {
    const project = snapshots.get(name)!;
    const context = await project.context(run);
    const images = await openImages(context, run.ids);
    const found = await unchangedPlan(context, run.ids ?? []);
    const { texts: _, ...made } = await readPlan(context, fileStore(context.config.storeDir), {
      ids: run.ids ?? [],
      mayFetch: false,
      mayBuy: true,
      shard: run.shard ?? null,
    });
    expect(images.fingerprint).not.toBeNull();
    expect(found?.fingerprint).toBe(images.fingerprint);
    expect(found?.whole()).toEqual(made);
    expect(found?.totals).toEqual(made.plan.totals);
    const rows = shownRows(made.plan.requests);
    expect(found?.rows()).toEqual(rows);
    expect(await planProject(context, run.ids)).toEqual({ ...made.plan, rows });
  });
});

type Change = (project: TestProject, run: Run) => Promise<Run | void>;

const changes: Readonly<Record<string, Change>> = {
  'a manifest is edited, to the same size': (project) =>
    project.write('site.images.yaml', manifest.replace('A lighthouse,', 'a lighthouse,')),
  'a manifest is renamed': ({ root }) =>
    rename(join(root, 'site.images.yaml'), join(root, 'page.images.yaml')),
  'a manifest is there that was not': (project) =>
    project.write('deep/new.images.yml', 'images:\n  n: { prompt: n, alt: n }\n'),
  'a row of a data file': (project) => project.write('icons.csv', 'name\nhome\ncard\n'),
  'an input picture': async (project) =>
    project.write('art/ref.png', await picture('png', { width: 9 })),
  'an input picture, with its size and time as before': async ({ root }) => {
    const path = join(root, 'art/ref.png');
    const [bytes, { atime, mtime }] = [await readFile(path), await stat(path)];
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(path, bytes);
    await utimes(path, atime, mtime);
  },
  'an input picture that is gone': ({ root }) => rm(join(root, 'art/ref.png')),
  'a record is touched': async (project) => utimes(await recordOf(project), 1, 1),
  'a record is edited': async (project) => appendFile(await recordOf(project), ' '),
  'a record is gone': async (project) => rm(await recordOf(project)),
  'a record is there that was not': async (project) => {
    const { storeDir } = (await project.context()).config;
    const path = layout.record(storeDir, 'f'.repeat(64) as Key);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, '{}');
  },
  'an attempt is open': async (project) => {
    const { storeDir } = (await project.context()).config;
    await mkdir(layout.attemptsDir(storeDir), { recursive: true });
    await writeFile(layout.attempt(storeDir, 'f'.repeat(64) as Key), '{}');
  },
  'a refusal is remembered': async (project) => {
    const { cacheDir } = (await project.context()).config;
    await mkdir(join(cacheDir, 'v2/refusals'), { recursive: true });
    await writeFile(join(cacheDir, 'v2/refusals', `${'f'.repeat(64)}.txt`), 'no');
  },
  'the config': (project) => project.write('tintype.config.json', '{ "defaults": { "take": 2 } }'),
  'a flag': async () => ({ options: { effort: 5 } }),
  'the day': async () => ({ clock: { now: () => new Date('2026-11-24T00:00:01Z') } }),
  'the images that are asked for': async () => ({ ids: ['hero'] }),
  'what is done about missing ones': async () => ({ options: { missing: 'fail' } }),
  'the snapshot is damaged': async (project) => {
    const plans = join((await project.context()).config.cacheDir, 'v2/plans');
    for (const name of (await filesBelow(plans)).keys()) await writeFile(join(plans, name), '{"');
  },
  'the snapshot is cut short': async (project) => {
    const plans = join((await project.context()).config.cacheDir, 'v2/plans');
    for (const [name] of await filesBelow(plans)) {
      const path = join(plans, name);
      await truncate(path, (await stat(path)).size - 1);
    }
  },
};

describe('the plan of a snapshot is not used after a change:', () => {
  const unchanged = new Map<string, TestProject>();
  const files = { 'site.images.yaml': manifest, 'icons.csv': 'name\nhome\ncart\n' };

  beforeAll(async () => {
    for (const name of ['nothing', 'too soon', ...Object.keys(changes)]) {
      unchanged.set(name, await storedProject(files, {}));
    }
    await setTimeout(settlingMs);
  });

  test.each(Object.entries(changes))('%s', async (name, change) => {
    const project = unchanged.get(name)!;
    const context = await project.context();
    await openImages(context);
    expect(await planOf(project)).not.toBeNull();
    const run = (await change(project, {})) ?? {};
    expect(await planOf(project, run)).toBeNull();
  });

  test('but is used after a change to a file that it does not depend on', async () => {
    const project = unchanged.get('nothing')!;
    await openImages(await project.context());
    await project.write('src/main.ts', '');
    await project.write('node_modules/x/x.images.yaml', '');
    expect(await planOf(project)).not.toBeNull();
  });

  test('and is not remembered if a change is too recent to be distinguished from the next', async () => {
    const project = unchanged.get('too soon')!;
    await utimes(await recordOf(project), 1, 1);
    const { fingerprint } = await openImages(await project.context());
    expect(fingerprint).toBeNull();
  });
});

/** The plan that a run of the project would find in its snapshot. */
async function planOf(project: TestProject, run: Run = {}): Promise<UnchangedPlan | null> {
  const context = await project.context(run);
  return unchangedPlan(context, run.ids ?? []);
}

/** A project whose pictures are all in the store, as if they had been bought. */
async function storedProject(files: Record<string, string>, run: Run): Promise<TestProject> {
  const project = await testProject({ ...files, 'art/ref.png': await picture() });
  if (run.options?.missing === 'standin') return project;
  const { config } = await project.context();
  const store = fileStore(config.storeDir);
  // An image with an input has no key until the input is stored.
  for (let round = 0; round < 2; round++) {
    const { requests } = await project.plan();
    for (const { key, request, stored, isFree } of requests) {
      if (key === null || request === null || stored !== null || isFree) continue;
      await store.put({
        key,
        request,
        bytes: await picture(),
        info: { format: 'png', width: 64, height: 48, hasAlpha: false },
        rejected: null,
        usage: null,
        costUsd: null,
        requestId: null,
        createdAt: new Date('2026-11-22T00:00:00Z'),
      });
    }
  }
  return project;
}

async function recordOf(project: TestProject): Promise<string> {
  const { storeDir } = (await project.context()).config;
  const { requests } = await project.plan();
  return layout.record(storeDir, requests[0]!.key!);
}

describe('a run in which nothing has changed', () => {
  const runs = new Map<string, TestProject>();
  const outputs: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
    touched: (path) => utimes(path, 1, 1),
    'written again with the same bytes': async (path) => writeFile(path, await readFile(path)),
    'rewritten in place by another tool': (path) => writeFile(path, 'something else'),
    'rewritten to the same size and time': async (path) => {
      const [bytes, { atime, mtime }] = [await readFile(path), await stat(path)];
      bytes[bytes.length >> 1]! ^= 1;
      await writeFile(path, bytes);
      await utimes(path, atime, mtime);
    },
    gone: (path) => rm(path),
    'a link': async (path) => {
      await rename(path, `${path}.bak`);
      await symlink(`${path}.bak`, path);
    },
  };

  beforeAll(async () => {
    for (const name of ['nothing', 'one of them changed', ...Object.keys(outputs)]) {
      // Files with equal bytes are hard links, so a change of one would look like a change of both.
      const manifest = plain.replace(
        'alt: b',
        name === 'one of them changed' ? 'alt: b, crop: 32x16' : 'alt: b',
      );
      const project = await storedProject({ 'a.images.yaml': manifest }, {});
      await project.generate();
      runs.set(name, project);
    }
    await setTimeout(settlingMs);
    for (const project of runs.values()) await project.generate();
  });

  test('reports the same events and returns the same result', async () => {
    const project = runs.get('nothing')!;
    const before = await filesBelow(project.root);
    const { events, result } = await project.generate();
    expect(await generateUnchanged(await project.context(), [])).not.toBeNull();
    expect(events.map(({ type }) => type)).toEqual(['planned', 'done']);
    expect(events[0]).toMatchObject({
      images: 2,
      stored: 2,
      missing: 0,
      deliveries: 2,
      costUsd: 0,
    });
    expect(events[1]).toMatchObject({ delivered: 2, written: 0, removed: 0, bought: 0, failed: 0 });
    expect(Object.keys(result!.assetMap.images)).toEqual(['a', 'b']);
    expect(await project.plan()).toMatchObject(result!.plan);
    expect(await filesBelow(project.root)).toEqual(before);
  });

  test('recognises outputs that it does not have to hash again', async () => {
    const project = runs.get('one of them changed')!;
    const outDir = join(project.root, 'public/images');
    await writeFile(join(outDir, 'a.webp'), await readFile(join(outDir, 'a.webp')));
    const isKnown = knownOutputs(await project.context(), []);
    const { result } = await project.generate();
    const known = Object.values(result!.assetMap.images)
      .flatMap(({ files }) => files)
      .filter(({ file, sha256 }) => isKnown(file, sha256, lstatSync(join(outDir, file))))
      .map(({ file }) => file);
    expect(known).toContain('b.webp');
    expect(known).not.toContain('a.webp');
    expect(isKnown('b.webp', sha256('other'), lstatSync(join(outDir, 'b.webp')))).toBe(false);
  });

  test.each(Object.entries(outputs))(
    'is processed again if an output is %s',
    async (name, change) => {
      const project = runs.get(name)!;
      const path = join(project.root, 'public/images/a.webp');
      const right = await readFile(path);
      await change(path);
      expect(await generateUnchanged(await project.context(), [])).toBeNull();
      const { result, error } = await project.generate();
      if (name === 'a link') return expect(error).toMatchObject({ code: 'output-not-ours' });
      expect(result).toMatchObject({ delivered: 2, failed: 0 });
      expect(await readFile(path)).toEqual(right);
      const cached = result!.assetMap.images['a']!.files[0]!.sha256;
      const { cacheDir } = (await project.context()).config;
      expect(sha256(await readFile(cacheLayout.file(cacheDir, cached)))).toBe(cached);
    },
  );
});
