import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { moderationBlocked } from '@tintype/emulators/openai';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { folder, mergeShards, type Provider, pushOriginals, type Shard } from '../src/index.ts';
import { canonicalJson, sha256 } from '../src/hash.ts';
import { fileStore } from '../src/store/file-store.ts';
import { billedPrompts, eventsOf, useApi } from './support/api.ts';
import { filesBelow, hashesBelow } from './support/files.ts';
import { picture } from './support/pictures.ts';
import { type Outcome, type Run, testProject, type TestProject } from './support/project.ts';

const api = useApi();

const fields = 'quality: low, size: 1408x480, decorative: true, output_format: jpeg';

function projectOf(images: readonly string[]): Promise<TestProject> {
  const text = `defaults: { ${fields} }\nimages:\n${images.map((image) => `  ${image}\n`).join('')}`;
  return testProject({ 'a.images.yaml': text }, api().baseUrl);
}

const shardsOf = (count: number): Shard[] =>
  Array.from({ length: count }, (_, at) => ({ index: at + 1, count }));

/** Merges shards into a project, and resolves to the result or the error, with all events. */
async function merge(into: TestProject, shards: readonly TestProject[], run: Run = {}) {
  const events: Outcome['events'][number][] = [];
  const context = await into.context(run, (event) => events.push(event));
  const folders = shards.map(({ root }) => root);
  return mergeShards(context, folders).then(
    (result) => ({ result, events, error: null }),
    (error: unknown) => ({ result: null, events, error }),
  );
}

/** Runs the shards of one project at once, each in a folder of its own. Disposing of the result removes the folders. */
async function runShards(images: readonly string[], count: number, run: Run = {}) {
  const machines = await Promise.all(shardsOf(count).map(() => projectOf(images)));
  const runs = await Promise.all(
    shardsOf(count).map((shard, at) => machines[at]!.generate({ ...run, shard })),
  );
  return {
    machines,
    runs,
    [Symbol.asyncDispose]: async () => {
      for (const machine of machines) await machine[Symbol.asyncDispose]();
    },
  };
}

const mixed = [
  'hero: { prompt: hero }',
  'night: { prompt: night, input_images: [tintype:hero] }',
  'options: { prompt: options, number_of_images: 3, pick: 2 }',
  '"icon-{{ n }}": { prompt: "icon {{ n }}", each: [{ n: a }, { n: b }, { n: c }] }',
  'twin: { prompt: icon a }',
  'cat: { prompt: cat, widths: [640] }',
];
const mixedPrompts = 'cat,hero,icon a,icon b,icon c,night,options,options,options'.split(',');

describe('shards of several machines', () => {
  test('buy each picture once, within the budget of one run, and merge into what one run leaves', async () => {
    await using planned = await projectOf(mixed);
    const high = (await planned.plan()).totals.costUsd!.high;
    await using shards = await runShards(mixed, 3, { options: { maxCostUsd: high } });
    expect(shards.runs.map(({ error }) => error)).toEqual([null, null, null]);
    expect(billedPrompts(api())).toEqual(mixedPrompts);
    const costs = shards.runs.map(({ result }) => result!.costUsd!);
    const costUsd = costs.reduce((sum, cost) => sum + cost, 0);
    expect(costUsd).toBeLessThanOrEqual(high);

    await using project = await projectOf(mixed);
    const { result, events } = await merge(project, shards.machines);
    expect(result).toMatchObject({ adopted: 9, bought: 9, failed: 0, delivered: 8 });
    expect(result!.costUsd).toBeCloseTo(costUsd, 6);
    expect(eventsOf(events, 'warning')).toEqual([]);
    expect(eventsOf(events, 'done')).toMatchObject([{ bought: 9, costUsd: result!.costUsd }]);
    // The store has every paid file, unchanged.
    const stores = await Promise.all(
      shards.machines.map(({ root }) => hashesBelow(join(root, '.tintype'))),
    );
    expect(await hashesBelow(join(project.root, '.tintype'))).toEqual(
      new Map(stores.flatMap((store) => [...store]).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    );

    // The merge encodes nothing, because every file was in the cache of a shard.
    for (const { result: part } of shards.runs)
      for (const [name, asset] of Object.entries(part!.assetMap.images))
        expect(result!.assetMap.images[name]).toEqual(asset);

    api().reset();
    const before = await filesBelow(project.root);
    const again = await project.generate();
    expect(again.result).toMatchObject({ bought: 0, written: 0, removed: 0, delivered: 8 });
    expect(api().requests).toEqual([]);
    const outputs = (files: ReadonlyMap<string, number>) =>
      [...files].filter(([name]) => /^(public|\.tintype)\//.test(name));
    expect(outputs(await filesBelow(project.root))).toEqual(outputs(before));
    // A second merge changes nothing.
    expect((await merge(project, shards.machines)).result).toMatchObject({
      adopted: 0,
      written: 0,
    });
  });

  test.each([1, 2, 3, 4, 5, 6, 7])(
    'of %d random projects merge byte for byte into what one run leaves',
    async (count) => {
      const calls = new Map<string, number>();
      const own = ownProvider(calls);
      const run: Run = { options: { providers: { own }, provider: 'own', allowUnpriced: true } };
      const isMerged = async (images: readonly string[]) => {
        await using whole = await projectOf(images);
        expect((await whole.generate(run)).error).toBeNull();
        const expected = await hashesBelow(join(whole.root, 'public'));
        calls.clear();
        await using shards = await runShards(images, count, run);
        expect([...calls.values()].filter((times) => times > 1)).toEqual([]);
        calls.clear();
        await using project = await projectOf(images);
        expect((await merge(project, shards.machines, run)).error).toBeNull();
        expect(await hashesBelow(join(project.root, 'public'))).toEqual(expected);
        const again = await project.generate(run);
        expect(again).toMatchObject({ error: null, result: { bought: 0, written: 0, removed: 0 } });
        expect(calls.size).toBe(0);
      };
      // More would take minutes, because each makes a project on a real disk for each shard.
      await fc.assert(fc.asyncProperty(projects, isMerged), { numRuns: 2, endOnFailure: true });
    },
  );

  test('draw stand-ins and merge them if the project asks for stand-ins', async () => {
    const run: Run = { options: { missing: 'standin' } };
    await using shards = await runShards(mixed, 2, run);
    await using project = await projectOf(mixed);
    expect((await merge(project, shards.machines, run)).result).toMatchObject({ delivered: 8 });
    expect(api().requests).toEqual([]);
  });
});

describe('shards that share their originals through a remote', () => {
  test('merge only records, and fetch pictures from the remote when these are encoded', async () => {
    const bucket = await mkdtemp(join(tmpdir(), 'tintype-bucket-'));
    const run: Run = { options: { store: { originals: folder(bucket) } } };
    await using shards = await runShards(mixed, 3, run);
    expect(shards.runs.map(({ error }) => error)).toEqual([null, null, null]);
    for (const { root } of shards.machines)
      expect(await filesBelow(join(root, '.tintype/originals'))).toEqual(new Map());
    await using project = await projectOf(mixed);
    expect((await merge(project, shards.machines, run)).result).toMatchObject({
      adopted: 9,
      failed: 0,
      delivered: 8,
    });
    expect((await filesBelow(join(project.root, '.tintype/records'))).size).toBe(9);
    expect(billedPrompts(api())).toEqual(mixedPrompts);
    await rm(bucket, { recursive: true });
  });

  test('bring a picture that could not be uploaded, and the next push uploads it', async () => {
    const bucket = await mkdtemp(join(tmpdir(), 'tintype-bucket-'));
    const one = ['one: { prompt: one }'];
    // The shard had no remote.
    await using shards = await runShards(one, 1);
    const run: Run = { options: { store: { originals: folder(bucket) } } };
    await using project = await projectOf(one);
    expect((await merge(project, shards.machines, run)).result).toMatchObject({ delivered: 1 });
    const pushed = await pushOriginals(await project.context(run), []);
    expect(pushed).toMatchObject({ uploaded: 1 });
    expect((await filesBelow(join(bucket, 'originals'))).size).toBe(1);
    await rm(bucket, { recursive: true });
  });
});

describe('what a shard could not do', () => {
  test('is reported, and the pictures of the others are in the store', async () => {
    await using shards = await runShards(mixed, 3);
    const [first, ...others] = shards.machines.toSorted(
      (a, b) => machineSize(shards, b) - machineSize(shards, a),
    );
    const index = shards.machines.indexOf(first!) + 1;
    await using project = await projectOf(mixed);
    const { error, events } = await merge(project, others);
    expect(error).toMatchObject({
      code: 'originals-missing',
      message: expect.stringMatching(/of the shards (is|are) in the store now/) as string,
    });
    expect(eventsOf(events, 'warning')).toMatchObject([
      { code: 'shard-missing', message: expect.stringContaining(`(${index}/3)`) as string },
    ]);
    expect(await filesBelow(join(project.root, 'public'))).toEqual(new Map());
    const ledger = api().ledger.length;
    expect((await merge(project, [first!])).result).toMatchObject({ failed: 0, delivered: 8 });
    expect(api().ledger).toHaveLength(ledger);
  });

  test('a refusal of moderation fails in the merge as it would in one run', async () => {
    api().fail(moderationBlocked(), { prompt: 'cat' });
    await using shards = await runShards(mixed, 2);
    await using project = await projectOf(mixed);
    const { result, events } = await merge(project, shards.machines);
    expect(result).toMatchObject({ failed: 1, delivered: 7 });
    expect(eventsOf(events, 'warning')).toMatchObject([
      { code: 'moderation', message: expect.stringMatching(/^shard \d\/2: cat: /) as string },
    ]);
  });

  test('a picture that was received and not recorded is not lost', async () => {
    await using shards = await runShards(['one: { prompt: one }'], 1);
    const [machine] = shards.machines;
    const store = fileStore(join(machine!.root, '.tintype'));
    const [record] = await store.purchases();
    const bytes = await store.read(record!);
    await rm(join(machine!.root, '.tintype'), { recursive: true });
    await store.receive(record!.key, bytes);
    await using project = await projectOf(['one: { prompt: one }']);
    expect((await merge(project, shards.machines)).error).toMatchObject({
      code: 'originals-missing',
    });
    const ledger = api().ledger.length;
    const { result } = await project.generate();
    expect(result).toMatchObject({ failed: 0, delivered: 1 });
    expect(api().ledger).toHaveLength(ledger);
  });

  test('a request that may have been billed is still reported as one', async () => {
    api().fail({ kind: 'reset-mid-body' }, { prompt: 'one' });
    await using shards = await runShards(['one: { prompt: one }'], 1);
    expect(shards.runs[0]!.result).toMatchObject({ failed: 1 });
    await using project = await projectOf(['one: { prompt: one }']);
    await merge(project, shards.machines);
    expect((await project.plan()).requests).toMatchObject([{ status: 'attempted' }]);
  });

  test('reports of earlier runs, restored with a cache, are not counted', async () => {
    const one = ['one: { prompt: one }'];
    await using shards = await runShards(one, 1);
    const [machine] = shards.machines;
    await machine!.generate({ shard: { index: 2, count: 2 } });
    await machine!.generate({ shard: { index: 1, count: 2 } });
    await using project = await projectOf(one);
    const { result } = await merge(project, shards.machines);
    expect(result!.shards).toMatchObject([{ shard: { index: 1, count: 2 } }]);
    expect(result).toMatchObject({ adopted: 1, bought: 0 });
  });

  test('two purchases of one request are both kept', async () => {
    await using project = await projectOf(['one: { prompt: one }']);
    await project.generate();
    await using shards = await runShards(['one: { prompt: one }'], 1);
    expect((await merge(project, shards.machines)).result).toMatchObject({
      adopted: 1,
      written: 0,
    });
    expect(await fileStore(join(project.root, '.tintype')).purchases()).toHaveLength(2);
  });
});

describe('what comes from another machine is checked', () => {
  const one = ['one: { prompt: one }'];

  test('encoded files are taken as they are, and not made again', async () => {
    await using shards = await runShards(one, 1);
    const cache = join(shards.machines[0]!.root, 'node_modules/.cache/tintype/v2');
    const marked = Buffer.from('what this shard encoded');
    const hash = sha256(marked);
    await mkdir(join(cache, 'files', hash.slice(0, 2)), { recursive: true });
    await writeFile(join(cache, 'files', hash.slice(0, 2), hash), marked);
    const lines = (await readFile(join(cache, 'index'), 'utf8')).split('\n');
    const changed = lines.map((line) => {
      if (line === '') return line;
      const [key, day, ...entry] = JSON.parse(line) as unknown[];
      return JSON.stringify(
        entry.length === 4 ? [key, day, hash, marked.length, 0, 0] : [key, day, ...entry],
      );
    });
    await writeFile(join(cache, 'index'), changed.join('\n'));
    await using project = await projectOf(one);
    expect((await merge(project, shards.machines)).result).toMatchObject({ delivered: 1 });
    expect(await project.read('public/images/one.jpeg')).toEqual(marked);
  });

  test('a folder without a shard is refused', async () => {
    await using project = await projectOf(one);
    await using empty = await projectOf(one);
    const { error } = await merge(project, [empty]);
    expect(error).toMatchObject({
      code: 'usage',
      message: expect.stringContaining('is not the folder of a shard') as string,
    });
  });

  test.each(['.tintype', '.tintype/records', 'node_modules/.cache/tintype/v2/files'])(
    'a link is refused: %s',
    async (place) => {
      await using shards = await runShards(one, 1);
      const { root } = shards.machines[0]!;
      await rename(join(root, place), join(root, 'moved'));
      await symlink(join(root, 'moved'), join(root, place));
      await using project = await projectOf(one);
      expect((await merge(project, shards.machines)).error).toMatchObject({
        code: 'usage',
        message: expect.stringContaining(`${place} is a symbolic link`) as string,
      });
      expect(await filesBelow(join(project.root, '.tintype'))).toEqual(new Map());
    },
  );

  test('an original with other bytes is refused, and a record with another key is not read', async () => {
    await using shards = await runShards(one, 1);
    const { root } = shards.machines[0]!;
    const names = [...(await filesBelow(join(root, '.tintype'))).keys()];
    const original = names.find((name) => name.startsWith('originals/'))!;
    const record = names.find((name) => name.startsWith('records/'))!;
    await cp(join(root, '.tintype', original), join(root, 'kept'));
    await writeFile(join(root, '.tintype', original), 'others');
    await using project = await projectOf(one);
    expect((await merge(project, shards.machines)).error).toMatchObject({
      code: 'original-damaged',
    });
    await rename(join(root, 'kept'), join(root, '.tintype', original));
    const other = `records/aa/${'a'.repeat(64)}.json`;
    await mkdir(join(root, '.tintype/records/aa'), { recursive: true });
    await rename(join(root, '.tintype', record), join(root, '.tintype', other));
    expect((await merge(project, shards.machines)).error).toMatchObject({
      code: 'record-damaged',
      message: expect.stringContaining(other) as string,
    });
    expect(await fileStore(join(project.root, '.tintype')).purchases()).toEqual([]);
  });

  test('a record that was cut is named, after all others are merged, and is not taken for missing', async () => {
    await using shards = await runShards([...one, 'two: { prompt: two }'], 1);
    const { root } = shards.machines[0]!;
    const names = [...(await filesBelow(join(root, '.tintype'))).keys()];
    const record = join(
      root,
      '.tintype',
      names.find((name) => name.startsWith('records/'))!,
    );
    const whole = await readFile(record, 'utf8');
    await writeFile(record, whole.slice(0, 100));
    await using project = await projectOf([...one, 'two: { prompt: two }']);
    expect((await merge(project, shards.machines)).error).toMatchObject({ code: 'record-damaged' });
    const store = fileStore(join(project.root, '.tintype'));
    expect(await store.purchases()).toHaveLength(1);
    await writeFile(record, whole);
    expect((await merge(project, shards.machines)).error).toBeNull();
    expect(await store.purchases()).toHaveLength(2);
  });

  test('an encoded file with other bytes is encoded again, and an invalid report is ignored', async () => {
    await using shards = await runShards(one, 1);
    const { root } = shards.machines[0]!;
    const cache = join(root, 'node_modules/.cache/tintype/v2');
    const expected = await hashesBelow(join(root, 'public'));
    // The site's files may be links to files of the cache.
    await rm(join(root, 'public'), { recursive: true });
    for (const name of (await filesBelow(join(cache, 'files'))).keys())
      await writeFile(join(cache, 'files', name), 'others');
    await writeFile(
      join(cache, 'shards/1-of-1.json'),
      '{"version":1,"shard":{"index":2,"count":1}}',
    );
    await using project = await projectOf(one);
    const { result } = await merge(project, shards.machines);
    expect(result).toMatchObject({ failed: 0, shards: [], bought: 0 });
    expect(await hashesBelow(join(project.root, 'public'))).toEqual(expected);
  });
});

function machineSize(
  { runs, machines }: Awaited<ReturnType<typeof runShards>>,
  machine: TestProject,
) {
  return runs[machines.indexOf(machine)]!.result!.bought;
}

/** A provider that always gives a request the same picture. `calls`: how often each request was made. */
function ownProvider(calls: Map<string, number>): Provider {
  return {
    apiKeyName: null,
    inputs: null,
    originalFormat: 'png',
    refuse: () => null,
    async generate({ request }) {
      const key = sha256(canonicalJson(request));
      calls.set(key, (calls.get(key) ?? 0) + 1);
      const color = `#${key.slice(0, 6)}`;
      const bytes = await picture('png', { width: 44, height: 15, color });
      return { bytes, usage: null, requestId: null, warnings: [], limit: null };
    },
  };
}

/** Random images that may use earlier images, share prompts, and have rows and candidates. */
const projects = fc
  .array(
    fc.record({
      prompt: fc.integer({ min: 0, max: 5 }),
      candidates: fc.integer({ min: 1, max: 2 }),
      rows: fc.boolean(),
      from: fc.array(fc.nat(), { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((images) =>
    images.map(({ prompt, candidates, rows, from }, at) => {
      const inputs = [...new Set(at === 0 ? [] : from.map((n) => `tintype:i${n % at}`))];
      const inputList = inputs.length === 0 ? '' : `, input_images: [${inputs.join(', ')}]`;
      const count = `number_of_images: ${candidates}${inputList}`;
      return rows
        ? `"i${at}{{ n }}": { prompt: "p${prompt} {{ n }}", each: [{ n: "" }, { n: "-b" }], ${count} }`
        : `i${at}: { prompt: p${prompt}, ${count} }`;
    }),
  );
