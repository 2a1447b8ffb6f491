import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { folderCache } from '../src/cache/folder-cache.ts';
import { sharedCache, type SharedCacheTimes } from '../src/cache/shared-cache.ts';
import { sharedEntries } from '../src/cache/shared-entries.ts';
import type { EntryToFetch } from '../src/cache/variant-cache.ts';
import { sha256 } from '../src/hash.ts';
import {
  type Remote,
  type SharedCacheCounts,
  TintypeError,
  type TimedEvent,
} from '../src/index.ts';
import { secretsIn } from '../src/secrets.ts';
import { filesBelow } from './support/files.ts';
import { type Outcome, type Run, testProject } from './support/project.ts';
import { testRemote, type TestRemote } from './support/test-remote.ts';

const images = ['a', 'b', 'c', 'd', 'e'];
const manifest = `
defaults: { size: 1024x1024, provider: offline, output_format: webp, widths: [16, 32], crop: 64x64 }
images:
${images.map((id) => `  ${id}: { prompt: ${id}, alt: ${id} }`).join('\n')}
`;
/** Each image has three files and a preview. */
const entries = images.length * 4;

const key = 'RECOGNISABLE-0123456789abcdef-0123456789abcdef';

test('a machine fetches what another machine has encoded', async () => {
  const remote = testRemote();
  const first = await build({ remote, mode: 'readwrite' });
  expect(counts(first)).toMatchObject({ fetched: 0, missing: entries, uploaded: entries });
  expect(
    [...remote.files.keys()].every((name) => /^(variant|preview)s\/..\/.{64}$/.test(name)),
  ).toBe(true);

  const second = await build({ remote, mode: 'readwrite' });
  expect(counts(second)).toMatchObject({ fetched: entries, missing: 0, uploaded: 0, refused: 0 });
  expect(second.files).toEqual(first.files);
  expect(second.warnings).toEqual([]);
});

test('missing entries of a picture are encoded, and the rest is fetched', async () => {
  const remote = testRemote();
  const first = await build({ remote, mode: 'readwrite' });
  const gone = [...remote.files.keys()].filter((_, at) => at % 3 === 0);
  for (const name of gone) remote.files.delete(name);
  const second = await build({ remote, mode: 'readwrite' });
  expect(counts(second)).toMatchObject({
    fetched: entries - gone.length,
    missing: gone.length,
    uploaded: gone.length,
  });
  expect(second.files).toEqual(first.files);
  expect(remote.files.size).toBe(entries);
});

test('a run in mode read never writes', async () => {
  const remote = testRemote();
  await build({ remote });
  await build({ remote, mode: 'read' });
  await build({ remote, mode: 'readwrite', env: { TINTYPE_CACHE_MODE: 'read' } });
  expect(remote.requests.filter((request) => !request.startsWith('get '))).toEqual([]);
  // A slow machine asks again for what was missing a second ago.
  expect(new Set(remote.requests).size).toBe(entries);
  expect(remote.files.size).toBe(0);
});

test('a build that finds everything in its own cache sends no request', async () => {
  const remote = testRemote();
  await using project = await testProject({ 'a.images.yaml': manifest });
  const run: Run = {
    env: { TINTYPE_CACHE_KEY: key },
    options: { cache: { remote, mode: 'readwrite' } },
  };
  await project.generate(run);
  const requests = remote.requests.length;
  // The first build uses the snapshot, the second one the index.
  for (const env of [{}, { TINTYPE_MISSING: 'standin' }]) {
    const { error, events } = await project.generate({ ...run, env: { ...run.env, ...env } });
    expect(error).toBeNull();
    expect(events.filter(({ type }) => type === 'shared-cache')).toEqual([]);
  }
  expect(remote.requests).toHaveLength(requests);
});

describe('without TINTYPE_CACHE_KEY in the environment nothing is read or written, and one warning says so', () => {
  test.each([
    ['it is not set', {}, ''],
    ['it is empty', { TINTYPE_CACHE_KEY: ' ' }, ''],
    ['it is in a .env file', {}, `TINTYPE_CACHE_KEY=${key}\n`],
  ])('%s', async (_, env, envFile) => {
    const remote = testRemote();
    await using project = await testProject({ 'a.images.yaml': manifest, '.env': envFile });
    const { error, events } = await project.generate({
      env,
      options: { cache: { remote, mode: 'readwrite' } },
    });
    expect(error).toBeNull();
    expect(remote.requests).toEqual([]);
    const warnings = events.filter((event) => event.type === 'warning');
    expect(warnings.map(({ code }) => code)).toEqual(['cache-key-missing']);
    expect(warnings[0]!.message).toContain('TINTYPE_CACHE_KEY is not set');
  });
});

describe('TINTYPE_CACHE_MODE in the environment overrides the config', () => {
  test('off', async () => {
    const remote = testRemote();
    const { warnings } = await build({ remote, env: { TINTYPE_CACHE_MODE: 'off' } });
    expect([remote.requests, warnings]).toEqual([[], []]);
  });

  test('readwrite', async () => {
    const remote = testRemote();
    await build({ remote, mode: 'read', env: { TINTYPE_CACHE_MODE: 'readwrite' } });
    expect(remote.files.size).toBe(entries);
  });
});

describe('a wrong option is a config error', () => {
  test.each<[string, unknown, Record<string, string>]>([
    ['TINTYPE_CACHE_MODE must be', { remote: testRemote() }, { TINTYPE_CACHE_MODE: 'write' }],
    ['at least 32 characters', { remote: testRemote() }, { TINTYPE_CACHE_KEY: 'short' }],
    ['cache.mode must be', { remote: testRemote(), mode: 'write' }, {}],
    ['cache.remote must be', { remote: 's3://team' }, {}],
    ['cache.remote must be', {}, {}],
    ['cache has no option "remot"', { remot: testRemote() }, {}],
    ['cache must be', 's3://team', {}],
  ])('%s', async (message, cache, env) => {
    await using project = await testProject({ 'a.images.yaml': manifest });
    await expect(project.context({ options: { cache } as never, env })).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining(message),
    });
    if (env['TINTYPE_CACHE_KEY'] !== undefined) {
      const error = await project.context({ env }).catch((reason: unknown) => reason);
      expect(String(error)).not.toContain(env['TINTYPE_CACHE_KEY']);
    }
  });

  test('a JSON config cannot name a remote', async () => {
    await using project = await testProject({
      'a.images.yaml': manifest,
      'tintype.config.json': '{ "cache": { "mode": "readwrite" } }',
    });
    await expect(project.context()).rejects.toThrow('in a config that is code');
  });
});

describe('no entry of a poisoned remote is used', () => {
  const poisons: Record<string, (remote: TestRemote, others: Others) => Partial<Remote>> = {
    'every entry is another one': ({ files }) => ({
      get: async (name) => [...files].findLast(([other]) => other !== name)![1],
    }),
    'every entry is cut': ({ files }) => ({
      get: async (name) => files.get(name)!.subarray(0, -1),
    }),
    'every entry is empty': () => ({ get: async () => new Uint8Array() }),
    'every entry has one byte changed': ({ files }) => {
      let at = 0;
      return {
        get: async (name) => {
          const bytes = Uint8Array.from(files.get(name)!);
          bytes[(at += 97) % bytes.length]! ^= 1;
          return bytes;
        },
      };
    },
    'every entry has more bytes': ({ files }) => ({
      get: async (name) => Buffer.concat([files.get(name)!, Buffer.from('\n')]),
    }),
    'every entry is larger than it may be': () => ({
      get: async (_, { maxBytes }) => new Uint8Array(maxBytes + 1),
    }),
    'every entry is so large that the driver ends it': () => ({
      get: async () => {
        throw new TintypeError('remote-damaged', 'the answer is larger than 1 MB');
      },
    }),
    'every entry is signed with another key': (_, { ofOtherKey }) => ({
      get: async (name) => ofOtherKey.files.get(name)!,
    }),
    'every entry is of another project with the same key': ({ files }, { ofOtherProject }) => {
      const others = [...ofOtherProject.files.values()];
      return { get: async (name) => others[[...files.keys()].indexOf(name)]! };
    },
    'every entry is something else': () => ({ get: async () => 'text' as never }),
  };

  test.each(Object.entries(poisons))('%s', async (_, poison) => {
    const { pure, expected, others } = await filledRemotes();
    const remote = testRemote(new Map(pure.files), poison(pure, others));
    const poisoned = await build({ remote });
    expect(poisoned.files).toEqual(expected.files);
    expect(counts(poisoned)).toMatchObject({ fetched: 0, refused: entries });
    expect(poisoned.warnings).toHaveLength(1);
    expect(poisoned.warnings[0]).toMatchObject({
      code: 'cache-entries-refused',
      message: expect.stringContaining(`has ${entries} entries that`),
    });
  });

  test('signed previews of another shape are refused', async () => {
    const { pure, expected } = await filledRemotes();
    const bad = [
      'null',
      '[]',
      '{',
      '{"placeholder":"javascript:1","color":null}',
      '{"color":null}',
    ];
    const remote = testRemote(new Map(pure.files));
    const signing = sharedEntries(remote, key);
    const previews = [...remote.files.keys()].filter((name) => name.startsWith('previews/'));
    for (const [at, name] of previews.entries()) {
      const content = Buffer.from(bad[at % bad.length]!);
      const signal = new AbortController().signal;
      await signing.put({ kind: 'preview', key: name.slice(-64) as never }, content, signal);
    }
    const built = await build({ remote });
    expect(counts(built)).toMatchObject({ refused: previews.length });
    expect(built.files).toEqual(expected.files);
  });
});

describe('a remote that fails or is slow makes no build fail', () => {
  const denied = async () => {
    throw new TintypeError('remote-denied', 'memory: refused the credentials (403)');
  };
  const broken = async () => {
    throw new TintypeError('remote-unavailable', 'memory: answered 500');
  };
  const never = async () => new Promise<never>(() => {});

  test.each<[string, Partial<Remote>, readonly string[]]>([
    ['403 to a GET', { get: denied }, ['cache-given-up']],
    ['403 to a PUT', { put: denied }, ['cache-not-written']],
    ['500 to a GET', { get: broken }, ['cache-given-up']],
    ['500 to a PUT', { put: broken }, ['cache-not-written']],
    ['403 to everything', { get: denied, put: denied }, ['cache-given-up']],
    [
      'an error at once',
      {
        get: () => {
          throw new Error('a mistake of the remote');
        },
      },
      ['cache-given-up'],
    ],
    ['no answer to a GET', { get: never }, []],
  ])('%s', async (_, faults, codes) => {
    const { expected } = await filledRemotes();
    const remote = testRemote(new Map(), faults);
    const { files, error, warnings } = await build({ remote, mode: 'readwrite' });
    expect(error).toBeNull();
    expect(files).toEqual(expected.files);
    expect(warnings.map(({ code }) => code)).toEqual(codes);
  });

  test('an occasional failure at any step makes no build fail', async () => {
    const { pure, expected } = await filledRemotes();
    for (let step = 0; step < 8; step++) {
      let requests = 0;
      const remote = testRemote(new Map(pure.files), {
        get: async (name) => (requests++ % 8 === step ? broken() : pure.files.get(name)!),
      });
      const built = await build({ remote });
      expect(built.files).toEqual(expected.files);
      expect(built.warnings).toEqual([]);
      expect(counts(built).fetched).toBeGreaterThan(entries / 2);
    }
  });

  test('a remote that keeps failing is not used any more', async () => {
    const remote = testRemote(new Map(), { get: denied });
    const many = Array.from({ length: 60 }, (_, at) => `  i${at}: { prompt: p${at}, alt: x }`);
    const text = `defaults: { size: 1024x1024, provider: offline, crop: 16x16 }\nimages:\n${many.join('\n')}`;
    const { error, warnings } = await build({ remote, manifest: text });
    expect(error).toBeNull();
    expect(warnings.map(({ code }) => code)).toEqual(['cache-given-up']);
    expect(remote.requests.length).toBeLessThan(60);
  });

  test('a remote that is slower than encoding is not used any more, and no run waits for its late answers', async () => {
    await using machine = await openMachine({ get: never }, { grace: 5, silence: 20 });
    const { cache, remote, given } = machine;
    for (let at = 0; at < 30 && given.length === 0; at++) {
      (await cache.fetch(entriesOf(at), 'in-turn')).end();
    }
    expect(given).toEqual([null]);
    const requests = remote.requests.length;
    (await cache.fetch(entriesOf(99), 'in-turn')).end();
    expect(remote.requests).toHaveLength(requests);
  });

  test('an entry that has not arrived when it is encoded is no longer fetched, but the others are', async () => {
    const answers = new Map<string, (bytes: null) => void>();
    const get = async (name: string) => new Promise<null>((answer) => answers.set(name, answer));
    await using machine = await openMachine({ get }, { grace: 5 });
    const entries = entriesOf(1);
    const fetching = await machine.cache.fetch(entries, 'in-turn');
    await fetching.stop(entries[1]!.key);
    for (const answer of answers.values()) answer(null);
    await setImmediate();
    fetching.end();
    await machine.cache.close();
    expect(machine.closed).toMatchObject([{ missing: 2, slower: 1 }]);
  });
});

describe('a picture that another machine is making', () => {
  test('is postponed once, and then encoded if it is still missing', async () => {
    await using machine = await openMachine();
    const [first, ...files] = entriesOf(1);
    await machine.seal(first!, Buffer.from('the first file'));
    const fetching = await machine.cache.fetch([first!, ...files], 'in-turn');
    expect(await fetching.isMadeElsewhere()).toBe(true);
    fetching.end();
    const again = await machine.cache.fetch(files, 'in-turn');
    expect(await again.isMadeElsewhere()).toBe(false);
    again.end();
    await machine.cache.close();
    expect(machine.closed).toMatchObject([{ fetched: 1, missing: 2 }]);
  });

  test('is noticed, too, if the other machine began after the lookup', async () => {
    await using machine = await openMachine({}, { missing: 0 });
    const [first, ...files] = entriesOf(1);
    const fetching = await machine.cache.fetch([first!, ...files], 'in-turn');
    await machine.seal(first!, Buffer.from('the first file'));
    expect(await fetching.isMadeElsewhere()).toBe(true);
    fetching.end();
    expect(machine.cache.find(first!.key)).not.toBeNull();
  });

  test('is not postponed if something waits for it, or if no machine has begun it', async () => {
    await using machine = await openMachine({}, { missing: 0 });
    const untouched = await machine.cache.fetch(entriesOf(1), 'in-turn');
    expect(await untouched.isMadeElsewhere()).toBe(false);
    untouched.end();
    const entries = entriesOf(2);
    await machine.seal(entries[0]!, Buffer.from('the first file'));
    const fetching = await machine.cache.fetch(entries, 'waited-for');
    expect(await fetching.isMadeElsewhere()).toBe(false);
    fetching.end();
  });
});

test('two machines that begin at the same moment make the same files', async () => {
  const { expected } = await filledRemotes();
  const remote = testRemote();
  const both = await Promise.all([0, 1].map(async () => build({ remote, mode: 'readwrite' })));
  expect(both.map(({ files }) => files)).toEqual([expected.files, expected.files]);
  expect(remote.files.size).toBe(entries);
});

test('an interrupted run does not wait for its uploads', async () => {
  const interrupt = new AbortController();
  const remote = testRemote(new Map(), {
    put: async () => {
      interrupt.abort();
      return new Promise<never>(() => {});
    },
  });
  const { error } = await build({ remote, mode: 'readwrite', signal: interrupt.signal });
  expect(error).toMatchObject({ code: 'interrupted' });
});

describe('TINTYPE_CACHE_KEY', () => {
  test('is a secret by its name', () => {
    expect(secretsIn({ TINTYPE_CACHE_KEY: key })).toEqual([key]);
  });

  test('is in no event, no file, no error, and not in the remote', async () => {
    const base64 = Buffer.from(key).toString('base64').slice(0, 30);
    const echo = async () => {
      throw new Error(`500: ${key} ${Buffer.from(key).toString('base64')}`);
    };
    for (const faults of [{}, { get: echo }, { put: echo }, { label: `s3://${key}` }]) {
      const remote = testRemote(new Map(), faults);
      await using project = await testProject({ 'a.images.yaml': manifest });
      const outcome = await project.generate({
        env: { TINTYPE_CACHE_KEY: key },
        options: { cache: { remote, mode: 'readwrite' } },
      });
      const files = [...(await filesBelow(project.root)).keys()];
      const texts = await Promise.all(
        files.map(async (file) => readFile(join(project.root, file), 'latin1')),
      );
      const inRemote = [...remote.files].map(
        ([name, bytes]) => name + Buffer.from(bytes).toString('latin1'),
      );
      const all = [JSON.stringify(outcome), ...texts, ...inRemote, ...remote.requests].join('\n');
      expect(outcome.error).toBeNull();
      expect(all).not.toContain(key);
      expect(all).not.toContain(base64);
    }
  });
});

/** The keys of three files of a picture. */
function entriesOf(picture: number): EntryToFetch[] {
  return [0, 1, 2].map((at) => ({
    kind: 'variant',
    key: sha256(`${picture} ${at}`),
    maxBytes: 100,
  }));
}

/** A shared cache without a build, with times in milliseconds that suit a test. */
async function openMachine(faults: Partial<Remote> = {}, times: Partial<SharedCacheTimes> = {}) {
  const remote = testRemote(new Map(), faults);
  const project = await testProject({});
  const given: unknown[] = [];
  const closed: SharedCacheCounts[] = [];
  const cache = sharedCache(
    folderCache(join(project.root, 'cache'), () => {}),
    {
      remote,
      secret: key,
      mode: 'read',
      signal: new AbortController().signal,
      onSecretMissing: () => {},
      onGivenUp: (error) => given.push(error),
      onClosed: (counts) => closed.push(counts),
    },
    { grace: 300, missing: 1000, silence: 5000, upload: 100, ...times },
  );
  const { signal } = new AbortController();
  return {
    remote,
    cache,
    given,
    closed,
    /** Puts an entry into the remote, as another machine would. */
    seal: async (name: EntryToFetch, content: Uint8Array) =>
      sharedEntries(remote, key).put(name, content, signal),
    [Symbol.asyncDispose]: async () => project[Symbol.asyncDispose](),
  };
}

interface Build {
  readonly remote: TestRemote;
  readonly mode?: 'read' | 'readwrite';
  readonly env?: Record<string, string>;
  readonly manifest?: string;
  readonly signal?: AbortSignal;
}

interface Built extends Outcome {
  /** The bytes of the outputs, by name. */
  readonly files: Readonly<Record<string, string>>;
  readonly warnings: readonly Extract<TimedEvent, { type: 'warning' }>[];
}

/** Builds on a machine with an empty cache. */
async function build({
  remote,
  mode,
  env,
  signal,
  manifest: text = manifest,
}: Build): Promise<Built> {
  await using project = await testProject({ 'a.images.yaml': text });
  const outcome = await project.generate({
    env: { TINTYPE_CACHE_KEY: key, ...env },
    options: { cache: { remote, ...(mode && { mode }) } },
    ...(signal && { signal }),
  });
  const outDir = join(project.root, 'public/images');
  const names = await readdir(outDir).catch(() => []);
  const bytes = await Promise.all(names.map(async (name) => readFile(join(outDir, name), 'hex')));
  return {
    ...outcome,
    files: Object.fromEntries(names.map((name, at) => [name, bytes[at]!])),
    warnings: outcome.events.filter((event) => event.type === 'warning'),
  };
}

function counts({ events }: Outcome) {
  const found = events.filter((event) => event.type === 'shared-cache');
  expect(found).toHaveLength(1);
  return found[0]!;
}

interface Others {
  readonly ofOtherKey: TestRemote;
  readonly ofOtherProject: TestRemote;
}

let filled: Promise<{
  readonly pure: TestRemote;
  readonly expected: Built;
  readonly others: Others;
}>;

/** Remotes that a build has filled, with its result. Made once. */
async function filledRemotes() {
  const fill = async () => {
    const [pure, ofOtherKey, ofOtherProject] = [testRemote(), testRemote(), testRemote()];
    const expected = await build({ remote: pure, mode: 'readwrite' });
    const other = { TINTYPE_CACHE_KEY: `${key}-of-another-team` };
    await build({ remote: ofOtherKey, mode: 'readwrite', env: other });
    const text = manifest.replaceAll('prompt: ', 'prompt: other ');
    await build({ remote: ofOtherProject, mode: 'readwrite', manifest: text });
    return { pure, expected, others: { ofOtherKey, ofOtherProject } };
  };
  filled ??= fill();
  return filled;
}
