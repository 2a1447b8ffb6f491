import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../src/hash.ts';
import {
  type Attempt,
  folder,
  generate,
  type Options,
  type PlannedRequest,
  pullOriginals,
  pushOriginals,
  type Remote,
  type TimedEvent,
  TintypeError,
  verifyProject,
} from '../src/index.ts';
import { billedPrompts, eventsOf, useApi } from './support/api.ts';
import { isLong } from './support/test-mode.ts';
import { openShared } from './support/open-shared.ts';
import { testProject, type TestProject } from './support/project.ts';
import { watchedRemote } from './support/watched-remote.ts';

const api = useApi();
let bucket: string;
beforeEach(async () => {
  bucket = await mkdtemp(join(tmpdir(), 'tintype-bucket-'));
});
afterEach(() => rm(bucket, { recursive: true }));

const manifest = (...ids: string[]) =>
  `images:\n${ids
    .map(
      (id) =>
        `  ${id}: { prompt: ${id}, quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg }\n`,
    )
    .join('')}`;

const machine = (...ids: string[]) =>
  testProject({ 'a.images.yaml': manifest(...ids) }, api().baseUrl);

const sharing = (
  originals: Remote = folder(bucket),
  more: NonNullable<Options['store']> = {},
): { readonly options: Options } => ({ options: { store: { originals, ...more } } });

/** A clone: git brings the records, and nothing else. */
async function cloneOf(author: TestProject, ...ids: string[]): Promise<TestProject> {
  const clone = await machine(...ids);
  await cp(join(author.root, '.tintype/records'), join(clone.root, '.tintype/records'), {
    recursive: true,
  });
  return clone;
}

const filesIn = async (dir: string): Promise<string[]> =>
  (await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(dir.length + 1))
    .toSorted();

const outputs = async ({ root }: TestProject) =>
  Promise.all(
    (await filesIn(join(root, 'public/images'))).map(async (name) => [
      name,
      sha256(await readFile(join(root, 'public/images', name))),
    ]),
  );

const away = () => {
  throw new TintypeError('remote-unavailable', 'the bucket does not answer');
};

describe('a picture that is bought', () => {
  test('is in the remote before its record is written, and leaves the folder', async () => {
    await using project = await machine('fox');
    const records = join(project.root, '.tintype/records');
    const recordsAt: string[][] = [];
    const remote = watchedRemote(folder(bucket), async (operation, name) => {
      if (operation === 'put' && name.startsWith('originals/'))
        recordsAt.push(await filesIn(records));
    });
    const { result } = await project.generate(sharing(remote));
    expect(result).toMatchObject({ bought: 1, delivered: 1, failed: 0 });
    expect(recordsAt).toEqual([[]]);
    expect(await filesIn(records)).toHaveLength(1);
    expect(await filesIn(join(project.root, '.tintype/originals'))).toEqual([]);
    expect(await filesIn(join(project.root, '.tintype/attempts'))).toEqual([]);
    expect(await filesIn(join(bucket, 'originals'))).toHaveLength(1);
    expect(await filesIn(join(bucket, 'records'))).toHaveLength(1);
  });

  test('stays on this machine while the remote is away, and the next run uploads it', async () => {
    await using project = await machine('fox');
    const remote = watchedRemote(folder(bucket), (operation, name) => {
      if (operation === 'put' && name.startsWith('originals/')) away();
    });
    const { result, events } = await project.generate(sharing(remote));
    expect(result).toMatchObject({ bought: 1, delivered: 1, failed: 0 });
    expect(eventsOf(events, 'warning')).toContainEqual(
      expect.objectContaining({ code: 'not-delivered' }),
    );
    expect(await filesIn(join(project.root, '.tintype/originals'))).toHaveLength(1);
    expect(await filesIn(join(bucket, 'originals'))).toEqual([]);
    // The record must tell other machines that the picture was paid for.
    const note = (await filesIn(join(bucket, 'claims'))).find((name) => name.endsWith('.attempt'));
    expect(await readFile(join(bucket, 'claims', note!), 'utf8')).toContain('"prompt": "fox"');

    await project.write('a.images.yaml', manifest('fox', 'owl'));
    expect((await project.generate(sharing())).result).toMatchObject({ bought: 1, failed: 0 });
    expect(await filesIn(join(bucket, 'originals'))).toHaveLength(2);
    expect(await filesIn(join(project.root, '.tintype/attempts'))).toEqual([]);
    expect(billedPrompts(api())).toEqual(['fox', 'owl']);
  });

  test('is not requested if the remote does not answer', async () => {
    await using project = await machine('fox');
    const remote = watchedRemote(folder(bucket), away);
    const { error } = await project.generate(sharing(remote));
    expect(error).toMatchObject({ code: 'remote-unavailable' });
    expect(api().ledger).toEqual([]);
  });
});

/** The short form takes every other request, and the others in the second test. */
test.each([
  ['fails', 1],
  ['is done, and its answer is lost', 2],
] as const)(
  'whichever request to the remote %s, a picture is paid for once and arrives in the remote',
  async (how, first) => {
    for (let at = isLong ? 1 : first, isOver = false; !isOver; at += isLong ? 1 : 2) {
      await using project = await machine('fox');
      const home = await mkdtemp(join(tmpdir(), 'tintype-bucket-'));
      const inner = folder(home);
      let count = 0;
      // The test of the server's conditions has ended before the first claim.
      let isCounting = false;
      const faulty = watchedRemote(inner, async (operation, name) => {
        isCounting ||= name.startsWith('claims/');
        if (!isCounting || ++count !== at) return;
        if (how !== 'fails') {
          // After a lost answer, the name may have been created or removed.
          if (operation === 'put' || operation === 'create') lost = { operation, name };
          else away();
        } else away();
      });
      let lost: { operation: string; name: string } | null = null;
      const losing: Remote = {
        ...faulty,
        put: async (name, bytes) => {
          await faulty.put(name, bytes);
          if (lost?.name === name) away();
        },
        create: async (name, bytes) => {
          const isCreated = await faulty.create(name, bytes);
          if (lost?.name === name) {
            lost = null;
            away();
          }
          return isCreated;
        },
      };
      await project.generate(sharing(losing));
      isOver = count < at;
      const { result, events } = await project.generate(sharing(inner));
      expect([at, result?.failed, result?.delivered]).toEqual([at, 0, 1]);
      const warnings = eventsOf(events, 'warning').filter(
        ({ code }) => code === 'maybe-billed',
      ).length;
      expect([at, api().ledger.length <= 1 + warnings]).toEqual([at, true]);
      await project.generate(sharing(inner));
      expect([at, await filesIn(join(home, 'originals'))]).toEqual([at, [expect.any(String)]]);
      expect([at, await filesIn(join(home, 'records'))]).toEqual([at, [expect.any(String)]]);
      expect([at, await filesIn(join(project.root, '.tintype/attempts'))]).toEqual([at, []]);
      api().reset();
      await rm(home, { recursive: true });
    }
  },
  600_000,
);

describe('a clone with records only', () => {
  test('makes the same files from what it fetches, without a key, and then needs no network', async () => {
    await using author = await machine('fox', 'owl');
    await author.generate(sharing());
    await using clone = await cloneOf(author, 'fox', 'owl');
    const remote = watchedRemote(folder(bucket));
    const frozen = { ...sharing(remote), env: { OPENAI_API_KEY: '' } };
    frozen.options = { ...frozen.options, missing: 'fail' };
    expect((await clone.generate(frozen)).result).toMatchObject({ bought: 0, delivered: 2 });
    expect(await outputs(clone)).toEqual(await outputs(author));
    expect(remote.requests.map((it) => it.slice(0, 14))).toEqual([
      'get originals/',
      'get originals/',
    ]);

    // The next runs read the snapshot, then the cache, then copies of originals.
    for (const forget of ['', 'public/images', '.cache/tintype/v2']) {
      if (forget !== '') await rm(join(clone.root, forget), { recursive: true, force: true });
      const offline = watchedRemote(folder(bucket), away);
      const again = { ...frozen, options: { ...frozen.options, ...sharing(offline).options } };
      expect((await clone.generate(again)).result).toMatchObject({ delivered: 2, failed: 0 });
      expect(offline.requests).toEqual([]);
    }
    expect(billedPrompts(api())).toEqual(['fox', 'owl']);
  });

  test.each([
    ['other bytes', (bytes: Buffer) => bytes.fill(1, 100, 101), 'original-damaged'],
    ['fewer bytes', (bytes: Buffer) => bytes.subarray(0, 100), 'original-damaged'],
    ['nothing', () => null, 'original-missing'],
  ] as const)('does not use %s, and buys nothing', async (_, damage, code) => {
    await using author = await machine('fox');
    await author.generate(sharing());
    const [name] = await filesIn(join(bucket, 'originals'));
    const path = join(bucket, 'originals', name!);
    const changed = damage(await readFile(path));
    await (changed === null ? rm(path) : writeFile(path, changed));
    await using clone = await cloneOf(author, 'fox');
    const { events } = await clone.generate(sharing());
    expect(eventsOf(events, 'failed')).toMatchObject([{ id: 'fox', code }]);
    expect(await outputs(clone)).toEqual(expect.not.arrayContaining([['fox.jpg']]));
    expect(billedPrompts(api())).toEqual(['fox']);
    const verified = await verifyProject(await clone.context(sharing()), { isRemote: true });
    expect(verified.findings).toMatchObject([{ code, severity: 'error' }]);
    expect((await verifyProject(await clone.context(sharing()))).findings).toEqual([]);

    // The author's cache has a copy of the picture, which does not count as the author's store.
    const pulled = await pullOriginals(await author.context(sharing()), []);
    expect(pulled).toMatchObject({ pictures: 1, failed: 0 });
  });

  test('does not read more bytes than the record says', async () => {
    await using author = await machine('fox');
    await author.generate(sharing());
    const [name] = await filesIn(join(bucket, 'originals'));
    await writeFile(join(bucket, 'originals', name!), Buffer.alloc(5_000_000));
    await using clone = await cloneOf(author, 'fox');
    const { events } = await clone.generate(sharing());
    expect(eventsOf(events, 'failed')).toMatchObject([{ id: 'fox', code: 'remote-damaged' }]);
    expect(billedPrompts(api())).toEqual(['fox']);
  });
});

describe('two machines', () => {
  test('that need a picture at the same time buy it once', async () => {
    const ids = ['a', 'b', 'c', 'd'];
    await using one = await machine(...ids);
    await using two = await machine(...ids.toReversed());
    const runs = await Promise.all([one.generate(sharing()), two.generate(sharing())]);
    expect(runs.map(({ result, error }) => [result?.failed, error])).toEqual([
      [0, null],
      [0, null],
    ]);
    expect(billedPrompts(api())).toEqual(ids);
    const pictures = (project: TestProject) =>
      outputs(project).then((files) => files.filter(([name]) => name!.endsWith('.jpeg')));
    expect(await pictures(one)).toEqual(await pictures(two));
  });

  test('use each other’s pictures: one that has no record takes the picture, and does not pay for another', async () => {
    await using one = await machine('fox');
    await one.generate(sharing());
    await using two = await machine('fox');
    expect((await two.generate(sharing())).result).toMatchObject({ bought: 0, delivered: 1 });
    expect(billedPrompts(api())).toEqual(['fox']);
    expect(await filesIn(join(two.root, '.tintype/records'))).toEqual(
      await filesIn(join(one.root, '.tintype/records')),
    );
  });

  test('share a remote that cannot list its files, as most web servers cannot', async () => {
    const unlisted: Remote = {
      ...folder(bucket),
      list: () => {
        throw new TintypeError('remote-unsupported', 'the server cannot list its files');
      },
    };
    await using one = await machine('fox');
    await using two = await machine('fox');
    await one.generate(sharing(unlisted));
    const { result } = await two.generate(sharing(unlisted));
    expect(result).toMatchObject({ delivered: 1, bought: 0 });
    expect(billedPrompts(api())).toEqual(['fox']);
  });

  test('if one dies after its request, the other reports it, and only another order requests the picture again', async () => {
    await using two = await machine('fox');
    const [{ key, request }] = (await two.plan(sharing())).requests as [PlannedRequest];
    // The machine is gone with everything that it received. Its note is in the bucket.
    const note: Attempt = {
      version: 1,
      key: key!,
      imageId: 'fox',
      manifest: 'a.images.yaml',
      order: 'one',
      process: { pid: 1, born: 'x', realm: 'another machine' },
      request: request!,
      startedAt: '2026-11-23T11:00:00.000Z',
      outcome: null,
      requestId: null,
      usage: null,
    };
    await folder(bucket).create(`claims/${key}/1`, Buffer.from('token'));
    await folder(bucket).put(`claims/${key}/1.beat`, Buffer.from('released'));
    await folder(bucket).put(`claims/${key}/1.attempt`, Buffer.from(JSON.stringify(note)));
    const run = async (order: string) => {
      const events: TimedEvent[] = [];
      const context = await two.context(sharing(), (event) => events.push(event));
      await generate({ ...context, order });
      return events;
    };
    expect(eventsOf(await run('one'), 'failed')).toMatchObject([
      { id: 'fox', code: 'maybe-billed', maybeBilled: true },
    ]);
    expect(api().ledger).toEqual([]);
    const events = await run('two');
    expect(eventsOf(events, 'warning')).toContainEqual(
      expect.objectContaining({ code: 'maybe-billed' }),
    );
    expect(eventsOf(events, 'done')).toMatchObject([{ bought: 1, failed: 0 }]);
    expect(billedPrompts(api())).toEqual(['fox']);
  });

  test('if one dies with a claim, the other takes the claim over', async () => {
    await using two = await machine('fox');
    const [{ key }] = (await two.plan(sharing())).requests as [PlannedRequest];
    const store = openShared(two.root);
    const dead = folder(join(two.root, 'bucket'));
    await dead.create(`claims/${key}/1`, Buffer.from('token'));
    await dead.put(`claims/${key}/1.beat`, Buffer.from('7'));
    const claim = await store.claim(key!, new AbortController().signal);
    expect(await claim!.isOurs()).toBe(true);
    // The machine was only asleep. Its heartbeat comes too late and changes nothing.
    await dead.put(`claims/${key}/1.beat`, Buffer.from('8'));
    expect(await claim!.isOurs()).toBe(true);
    const late = openShared(two.root, 'late');
    expect(await late.claim(key!, AbortSignal.timeout(900))).toBeNull();
    await dead.create(`claims/${key}/3`, Buffer.from('another'));
    expect(await claim!.isOurs()).toBe(false);
    await claim!.release();
  });

  test('that bought the same request separately keep both pictures, and all machines use the first one', async () => {
    await using one = await machine('fox');
    await using two = await machine('fox');
    await one.generate();
    await two.generate();
    await pushOriginals(await one.context(sharing()), []);
    const pushed = await pushOriginals(await two.context(sharing()), []);
    expect(pushed).toMatchObject({ failed: 0 });
    expect(billedPrompts(api())).toEqual(['fox', 'fox']);
    expect((await filesIn(join(bucket, 'records'))).length).toBeGreaterThan(0);
    await using three = await machine('fox');
    expect((await three.generate(sharing())).result).toMatchObject({ bought: 0, delivered: 1 });
    expect(await outputs(three)).toEqual(await outputs(one));
  });
});

test('if a remote cannot keep two machines from buying one picture, a run buys only with --i-am-the-only-buyer', async () => {
  await using project = await machine('fox');
  const inner = folder(bucket);
  const lying: Remote = {
    ...inner,
    create: async (name, bytes) => {
      await inner.put(name, bytes);
      return true;
    },
  };
  const { error } = await project.generate(sharing(lying));
  expect(error).toMatchObject({ code: 'remote-unsupported' });
  expect(String(error)).toContain('--i-am-the-only-buyer');
  expect(api().ledger).toEqual([]);
  const { options } = sharing(lying);
  const only = await project.generate({ options: { ...options, onlyBuyer: true } });
  expect(only.result).toMatchObject({ bought: 1, failed: 0 });
  // A clone buys nothing, so it needs no claim.
  await using clone = await cloneOf(project, 'fox');
  expect((await clone.generate(sharing(lying))).result).toMatchObject({ bought: 0, delivered: 1 });
});

describe('records in the remote', () => {
  const remote = { records: 'remote' } as const;

  test('reach a machine that has nothing, with one request for all of them', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `i${index}`);
    await using one = await machine(...ids);
    await one.generate(sharing(folder(bucket), remote));
    await using two = await machine(...ids);
    const watched = watchedRemote(folder(bucket));
    const { options } = sharing(watched, remote);
    const { result } = await two.generate({ options: { ...options, missing: 'fail' } });
    expect(result).toMatchObject({ bought: 0, delivered: 12, failed: 0 });
    expect(watched.requests.filter((request) => !request.includes('originals/'))).toEqual([
      'get index.json',
    ]);
    expect(await outputs(two)).toEqual(await outputs(one));
    expect(api().ledger).toHaveLength(12);
  });

  test('are found if the index is lost, old or invalid', async () => {
    await using one = await machine('fox', 'owl');
    await one.generate({ ...sharing(folder(bucket), remote), ids: ['fox'] });
    const old = await readFile(join(bucket, 'index.json'));
    await one.generate(sharing(folder(bucket), remote));
    for (const index of [old, Buffer.from('{'), null]) {
      const path = join(bucket, 'index.json');
      await (index === null ? rm(path) : writeFile(path, index));
      await using two = await machine('fox', 'owl');
      const { options } = sharing(folder(bucket), remote);
      const { result } = await two.generate({ options: { ...options, missing: 'fail' } });
      expect(result).toMatchObject({ bought: 0, delivered: 2, failed: 0 });
    }
    expect(billedPrompts(api())).toEqual(['fox', 'owl']);
  });

  test('that lead out of the store, or have another key, are not used', async () => {
    await using one = await machine('fox');
    await one.generate(sharing(folder(bucket), remote));
    const path = join(bucket, 'index.json');
    const { notes } = JSON.parse(await readFile(path, 'utf8')) as { notes: Record<string, string> };
    const [[name, text]] = Object.entries(notes) as [[string, string]];
    const planted = {
      '../outside.json': text,
      'records/../../outside.json': text,
      [name.replace(/^records\/(..)/, 'records/zz')]: text,
      [name.replace(/[0-9a-f]{4}\.json$/, '0000.json')]: text,
      __proto__: text,
    };
    await writeFile(path, JSON.stringify({ version: 1, notes: planted }));
    await rm(join(bucket, 'records'), { recursive: true });
    await using two = await machine('fox');
    const { options } = sharing(folder(bucket), remote);
    const { error } = await two.generate({ options: { ...options, missing: 'fail' } });
    expect(error).toMatchObject({ code: 'originals-missing' });
    expect(await filesIn(join(two.root, '.tintype'))).toEqual([]);
    expect(existsSync(join(two.root, '../outside.json'))).toBe(false);
  });
});

test('push uploads the pictures of a folder to the remote, and removes nothing', async () => {
  await using project = await machine('fox', 'owl');
  await project.generate();
  const before = await filesIn(join(project.root, '.tintype'));
  const pushed = await pushOriginals(await project.context(sharing()), ['owl']);
  expect(pushed).toMatchObject({ uploaded: 1, wasThere: 0, notHere: 0, failed: 0 });
  expect(await pushOriginals(await project.context(sharing()), [])).toMatchObject({
    uploaded: 1,
    wasThere: 1,
  });
  expect(await filesIn(join(project.root, '.tintype'))).toEqual(before);
  await using clone = await cloneOf(project, 'fox', 'owl');
  expect((await clone.generate(sharing())).result).toMatchObject({ bought: 0, delivered: 2 });
});
