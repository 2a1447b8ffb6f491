/** Batches meet planted files, servers that answer anything, other machines, and processes that die. */
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  cancelBatches,
  collectProject,
  type Context,
  folder,
  mergeShards,
  openBatches,
  type Options,
  pruneProject,
  submitBatches,
  type TimedEvent,
  TintypeError,
  verifyProject,
} from '../src/index.ts';
import { fileStore } from '../src/store/file-store.ts';
import type { Batch, Key } from '../src/types.ts';
import { billedPrompts, eventsOf, useApi } from './support/api.ts';
import { fastClock, testProject, type TestProject } from './support/project.ts';
import { rewritingProxy, type Rewritten } from './support/rewriting-proxy.ts';
import { watchedRemote } from './support/watched-remote.ts';
import { roundUsd } from '../src/usd.ts';

const api = useApi();

const manifest = (...ids: string[]) =>
  `images:\n${ids.map((id) => `  ${id}: { prompt: ${id}, quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg }\n`).join('')}`;
const machine = (...ids: string[]) =>
  testProject({ 'a.images.yaml': manifest(...ids) }, api().baseUrl);
const submit = async (project: TestProject, options: Options = {}) =>
  submitBatches(await project.context({ options }), []);
const collect = async (project: TestProject, options: Options = {}, events: TimedEvent[] = []) =>
  collectProject(await project.context({ options }, (event) => events.push(event)));
const ordered = () => api().batches.all.filter(({ planted }) => !planted);
const notes = ({ root }: TestProject) => readdir(join(root, '.tintype/batches')).catch(() => []);
const openNote = async (project: TestProject): Promise<Batch> =>
  (await openBatches(await project.context()))[0]!;
const plant = (project: TestProject, batch: Batch) =>
  project.write(`.tintype/batches/${batch.name}.json`, JSON.stringify(batch, null, 2));
const findings = async (project: TestProject) =>
  (await verifyProject(await project.context())).findings.map(({ code }) => code);
const costs = async (project: TestProject) =>
  (await fileStore(join(project.root, '.tintype')).purchases()).map(({ costUsd }) => costUsd);
/** Costs, rounded to a millionth of a dollar as in records. */
const billed = () => api().ledger.map(({ costUsd }) => roundUsd(costUsd));

/** A project behind a server that changes answers of the API. */
async function behind(
  rewrite: (call: string, body: Buffer) => Rewritten | null,
  ...ids: string[]
): Promise<TestProject> {
  const proxy = await rewritingProxy(api().baseUrl, rewrite);
  const project = await testProject({ 'a.images.yaml': manifest(...ids) }, proxy.baseUrl);
  return {
    ...project,
    async [Symbol.asyncDispose]() {
      await project[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
    },
  };
}

/** A bucket that two machines share. */
async function bucket(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'tintype-bucket-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

describe('a note that comes with a clone', () => {
  test('removes no file of the account that does not belong to its batch', async () => {
    await using project = await machine('fox');
    await submit(project);
    const { fileId, batchId, ...note } = await openNote(project);
    await rm(join(project.root, '.tintype/batches'), { recursive: true });
    const theirs = ordered()[0]!.inputFileId;
    await plant(project, {
      ...note,
      name: 'ab'.repeat(16),
      batchId: null,
      fileId: theirs,
      lines: named(note.lines, 'ab'.repeat(16)),
    });
    expect(await collect(project)).toMatchObject([{ state: 'unknown' }]);
    expect(api().files.all.map(({ state }) => state)).toEqual(['stored']);
    expect([fileId, batchId]).toEqual([theirs, ordered()[0]!.id]);
  });

  test('reads and cancels no batch that is not its own', async () => {
    await using project = await machine('fox');
    await submit(project);
    const note = await openNote(project);
    const stranger = api().batches.plant({ status: 'in_progress' });
    const twin = 'cd'.repeat(16);
    await plant(project, { ...note, name: twin, lines: named(note.lines, twin) });
    await plant(project, { ...note, batchId: stranger.id });
    const events: TimedEvent[] = [];
    expect(await collect(project, {}, events)).toMatchObject([
      { state: 'unknown' },
      { state: 'unknown' },
    ]);
    expect(await cancelBatches(await project.context(), [])).toEqual([]);
    expect(api().batches.get(stranger.id).status).toBe('in_progress');
    expect(ordered()[0]!.status).toBe('validating');
    expect(await notes(project)).toHaveLength(2);
    expect(events.map((event) => 'message' in event && event.message)).toEqual([
      expect.stringContaining('another batch'),
      expect.stringContaining('another batch'),
    ]);
  });

  test('and is older than its batch does not release what was ordered', async () => {
    await using one = await machine('fox');
    await submit(one);
    await using two = await machine('fox');
    await plant(two, { ...(await openNote(one)), fileId: null, batchId: null });
    expect(await collect(two)).toMatchObject([{ state: 'working' }]);
    await api().batches.finishAll();
    expect(await collect(two)).toMatchObject([{ state: 'collected', recorded: 1 }]);
    await two.generate();
    expect(billedPrompts(api())).toEqual(['fox']);
  });

  test('whose requests belong to another provider breaks neither budget nor plan', async () => {
    await using project = await machine('fox');
    await submit(project);
    const note = await openNote(project);
    const text = JSON.stringify(note).replaceAll('"provider":"openai"', '"provider":"nope"');
    await project.write(`.tintype/batches/${note.name}.json`, text);
    const { error } = await project.generate({ options: { maxCostUsdPerDay: 10 } });
    expect(error).toMatchObject({ code: 'record-damaged' });
  });

  test('is reported as damaged, be it a link, a folder or a huge file', async () => {
    await using project = await machine('fox');
    const path = `.tintype/batches/${'ef'.repeat(16)}.json`;
    await mkdir(join(project.root, '.tintype/batches'), { recursive: true });
    await symlink('/nowhere/at/all', join(project.root, path));
    expect(await findings(project)).toEqual(['batch-damaged']);
    expect((await project.generate()).error).toMatchObject({ code: 'record-damaged' });
    await rm(join(project.root, path));
    await mkdir(join(project.root, path));
    expect(await findings(project)).toEqual(['batch-damaged']);
    await rm(join(project.root, path), { recursive: true });
    await project.write(path, '');
    // A sparse file, larger than a note may be.
    await truncate(join(project.root, path), 300_000_000);
    expect(await findings(project)).toEqual(['batch-damaged']);
    await rm(join(project.root, path));
    await submit(project);
    const { name, ...order } = await openNote(project);
    await plant(project, { name, ...order, reservedUsd: -1 });
    expect(await findings(project)).toEqual(['batch-damaged']);
  });
});

describe('a secret that a server repeats', () => {
  const secret = 'hunter2-of-the-database-and-more';
  const inHex = Buffer.from(secret).toString('hex');
  const env = { DATABASE_PASSWORD: secret };

  test.each([
    [
      'in the reason of a refusal',
      (call: string, body: Buffer): Rewritten | null =>
        /GET .*batches\/batch_/.test(call)
          ? { body: String(body).replace('Reason', `your ${secret} ${inHex}`) }
          : null,
    ],
    [
      'as the id of a file',
      (call: string, body: Buffer) =>
        /POST .*files/.test(call) ? { body: String(body).replace(/file-\w+/, secret) } : null,
    ],
    [
      'as the id of a batch',
      (call: string, body: Buffer) =>
        /POST .*batches/.test(call) ? { body: String(body).replace(/batch_\w+/, secret) } : null,
    ],
    [
      'in an error',
      (call: string) =>
        /GET .*batches/.test(call)
          ? { status: 400, body: JSON.stringify({ error: { message: `no ${secret}` } }) }
          : null,
    ],
    [
      'in the answers',
      (call: string, body: Buffer) =>
        /content/.test(call)
          ? {
              body: String(body)
                .replaceAll('could not be executed', secret)
                .replaceAll(/"request_id":"[^"]+"/g, `"request_id":"${secret}"`)
                .replaceAll(/"b64_json":"[^"]+"/g, `"b64_json":"${secret}"`),
            }
          : null,
    ],
  ])('%s is neither kept nor shown', async (_, rewrite) => {
    const errors = [{ code: 'invalid', message: 'Reason', line: 1, param: null }];
    await using project = await behind(rewrite, 'fox', 'owl');
    const events: TimedEvent[] = [];
    const context = await project.context({ env }, (event) => events.push(event));
    const outcomes: unknown[] = [await submitBatches(context, []).catch(String)];
    const [batch] = ordered();
    if (batch !== undefined) {
      if (/refusal/.test(_)) await api().batches.fail(batch.id, errors);
      else await api().batches.expire(batch.id, { done: 1 });
    }
    outcomes.push(await collectProject(context).catch(String));
    outcomes.push(await cancelBatches(context, []).catch(String));
    const files = await readdir(project.root, { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      files
        .filter((file) => file.isFile())
        .map((file) => readFile(join(file.parentPath, file.name), 'latin1')),
    );
    for (const text of [...texts, JSON.stringify(events), JSON.stringify(outcomes)]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(inHex);
    }
  });
});

describe('answers', () => {
  test('that come twice are recorded once, and answers to requests that were not made are reported', async () => {
    await using project = await behind(
      (call, body) => {
        if (!call.includes('/content')) return null;
        const lines = String(body).trim().split('\n');
        const strange = lines[0]!.replace(/"custom_id":"\w+"/, '"custom_id":"__proto__"');
        return { body: [strange, ...lines, lines[0], ''].join('\n') };
      },
      'fox',
      'owl',
    );
    await submit(project);
    await api().batches.finishAll();
    const events: TimedEvent[] = [];
    expect(await collect(project, {}, events)).toMatchObject([{ state: 'collected', recorded: 2 }]);
    expect(await costs(project)).toEqual(billed());
    expect(await findings(project)).toEqual([]);
    expect(eventsOf(events, 'warning')).toMatchObject([
      { message: expect.stringContaining('does not name') as string },
    ]);
  });

  test('are complete although lines that expired count as failed', async () => {
    await using project = await behind(
      (call, body) =>
        /GET .*batches\/batch_\w+$/.test(call)
          ? { body: String(body).replace('"failed":0', '"failed":2') }
          : null,
      'fox',
      'owl',
      'elk',
    );
    await submit(project);
    await api().batches.expire(ordered()[0]!.id, { done: 1 });
    expect(await collect(project)).toMatchObject([{ state: 'collected', recorded: 1, failed: 2 }]);
  });

  test.each([
    [
      'a status that is not known',
      { status: 'paused', output_file_id: null, request_counts: null },
      'unknown',
    ],
    ['an end without any file', { output_file_id: null, request_counts: null }, 'unknown'],
    ['a failure after pictures were made', { status: 'failed' }, 'collected'],
  ] as const)('%s does not free what was ordered', async (_, changes, state) => {
    await using project = await behind(
      (call, body) =>
        /GET .*batches\/batch_\w+$/.test(call)
          ? { body: JSON.stringify({ ...(JSON.parse(String(body)) as object), ...changes }) }
          : null,
      'fox',
    );
    await submit(project);
    await api().batches.finishAll();
    expect(await collect(project)).toMatchObject([{ state }]);
    await project.generate();
    expect(billedPrompts(api())).toEqual(['fox']);
  });

  test('are not taken for lost because a gateway does not know their address', async () => {
    let isKnown = false;
    await using project = await behind(
      (call) =>
        call.includes('/content') && !isKnown ? { status: 404, body: '<h1>Not found</h1>' } : null,
      'fox',
    );
    await submit(project);
    await api().batches.finishAll();
    expect(await collect(project)).toMatchObject([{ state: 'unknown' }]);
    isKnown = true;
    expect(await collect(project)).toMatchObject([{ state: 'collected', recorded: 1 }]);
  });

  test('may take longer to arrive than the time limit of a request', async () => {
    await using project = await behind(
      (call, body) =>
        call.includes('/content') ? { body, slowly: { pieces: 15, pauseMs: 150 } } : null,
      'fox',
    );
    await submit(project);
    await api().batches.finishAll();
    expect(await collect(project, { timeoutMs: 2000 })).toMatchObject([{ state: 'collected' }]);
  });

  test('are recorded with their price although a process died with the bytes on the disk', async () => {
    await using project = await machine('fox');
    await submit(project);
    await api().batches.finishAll();
    const { lines } = await openNote(project);
    const [answer] = await outputLines();
    const store = fileStore(join(project.root, '.tintype'));
    await store.receive(lines[0]!.key, answer!.bytes);
    // The provider cannot be reached, so this run can only look for bytes on the disk.
    api().fail({ kind: 'reset-before-headers' }, { endpoint: 'batches.retrieve' });
    await project.generate();
    expect(await collect(project)).toMatchObject([{ state: 'collected', recorded: 1 }]);
    expect(await costs(project)).toEqual(billed());
    expect(await findings(project)).toEqual([]);
  });

  test('that two processes collect at once leave one record and nothing else', async () => {
    await using project = await machine('fox', 'owl', 'elk');
    await submit(project);
    await api().batches.finishAll();
    const both = await Promise.all([collect(project), collect(project), project.generate()]);
    expect(
      both
        .slice(0, 2)
        .flat()
        .map((it) => 'state' in it && it.state),
    ).not.toContain('refused');
    expect(await costs(project)).toHaveLength(3);
    expect(await findings(project)).toEqual([]);
    expect(await notes(project)).toEqual([]);
    expect(billedPrompts(api())).toEqual(['elk', 'fox', 'owl']);
  });
});

describe('cancelling', () => {
  test('finds a batch whose id was not noted, and continues after one that has ended', async () => {
    await using project = await machine('fox');
    await submit(project);
    await api().batches.finishAll();
    await project.write('a.images.yaml', manifest('fox', 'owl'));
    const waiting = await openNote(project);
    await rm(join(project.root, `.tintype/batches/${waiting.name}.json`));
    await submitBatches(await project.context(), ['owl']);
    const second = await openNote(project);
    await plant(project, waiting);
    await plant(project, { ...second, batchId: null });
    const cancelled = await cancelBatches(await project.context(), []);
    expect(cancelled).toMatchObject([{ name: second.name, batchId: ordered()[1]!.id }]);
    expect(ordered().map(({ status }) => status)).toEqual(['completed', 'cancelling']);
  });

  test('while another process collects loses nothing', async () => {
    await using project = await machine('fox', 'owl');
    await submit(project);
    await api().batches.work(ordered()[0]!.id, 1);
    await Promise.all([cancelBatches(await project.context(), []), collect(project)]);
    await api().batches.finishAll();
    await collect(project);
    expect(await costs(project)).toEqual(billed());
    expect(billed()).toHaveLength(1);
  });
});

describe('machines that share a remote', () => {
  test('collect what a machine ordered that never comes back', async () => {
    await using shared = await bucket();
    const options = { store: { originals: folder(shared.path) } };
    await using one = await machine('fox', 'owl');
    await using two = await machine('fox', 'owl');
    await submit(one, options);
    await api().batches.finishAll();
    expect(await collect(two, options)).toMatchObject([{ state: 'collected', recorded: 2 }]);
    expect((await two.generate({ options })).result).toMatchObject({ bought: 0, delivered: 2 });
    expect(billedPrompts(api())).toEqual(['fox', 'owl']);
    expect(await readdir(join(shared.path, 'batches'))).toEqual([]);
  });

  test('keep a batch open until each of them can learn how it ended', async () => {
    await using shared = await bucket();
    let isDown = false;
    const remote = watchedRemote(folder(shared.path), (operation, name) => {
      if (isDown && operation === 'put' && name.startsWith('claims/'))
        throw new TintypeError('remote-unavailable', 'the bucket does not answer');
    });
    const options = { store: { originals: remote } };
    await using one = await machine('fox');
    await using two = await machine('fox');
    await submit(one, options);
    await api().batches.expire(ordered()[0]!.id);
    isDown = true;
    expect(await collect(one, options)).toMatchObject([{ state: 'unknown' }]);
    expect(await notes(one)).toHaveLength(1);
    isDown = false;
    expect(await collect(one, options)).toMatchObject([{ state: 'collected', failed: 1 }]);
    expect((await two.generate({ options })).result).toMatchObject({ bought: 1 });
  });

  test.each(['remote', 'git'] as const)(
    'that restore an early copy of the note order nothing again, with records in %s',
    async (where) => {
      await using shared = await bucket();
      const store = {
        originals: folder(shared.path),
        ...(where === 'remote' && { records: 'remote' as const }),
      };
      await using one = await machine('fox');
      await using two = await machine('fox');
      await submit(one, { store });
      const note = await openNote(one);
      await plant(two, { ...note, fileId: null, batchId: null });
      await two.generate({ options: { store } });
      await two.generate({ options: { store } });
      await api().batches.finishAll();
      await two.generate({ options: { store } });
      await one.generate({ options: { store } });
      expect(billedPrompts(api())).toEqual(['fox']);
      expect(await notes(two)).toEqual([]);
    },
  );
});

describe('a run that is interrupted', () => {
  test.each([
    ['/files', 0],
    ['/batches', 1],
  ] as const)('at POST %s leaves %i batches open', async (path, open) => {
    const stop = new AbortController();
    await using project = await behind((call) => {
      if (call.startsWith('POST') && call.endsWith(path)) stop.abort();
      return null;
    }, 'fox');
    await submitBatches(await project.context({ signal: stop.signal }), []).catch(() => {});
    expect(stop.signal.aborted).toBe(true);
    expect([ordered().length, (await notes(project)).length]).toEqual([open, open]);
    await submit(project);
    await api().batches.finishAll();
    await project.generate();
    expect(billedPrompts(api())).toEqual(['fox']);
  });

  test('while it collects is continued by the next one', async () => {
    const stop = new AbortController();
    await using project = await behind(
      (call, body) => {
        if (!call.includes('/content') || stop.signal.aborted) return null;
        setTimeout(() => stop.abort(), 200);
        return { body, slowly: { pieces: 6, pauseMs: 100 } };
      },
      'fox',
      'owl',
      'elk',
    );
    await submit(project);
    await api().batches.finishAll();
    await expect(
      collectProject(await project.context({ signal: stop.signal })),
    ).rejects.toMatchObject({ code: 'interrupted' });
    expect(await collect(project)).toMatchObject([{ state: 'collected', recorded: 3 }]);
    expect(await costs(project)).toEqual(billed());
  });
});

describe('at once,', () => {
  const options = async (path: string | null): Promise<Options> =>
    path === null ? {} : { store: { originals: folder(path) } };

  test.each(['one folder', 'two machines'] as const)(
    'a batch and a direct purchase in %s pay for each picture once',
    async (where) => {
      await using shared = await bucket();
      await using one = await machine('fox', 'owl', 'elk');
      await using two = await machine('elk', 'owl', 'fox');
      const apart = where === 'two machines';
      const run = { options: await options(apart ? shared.path : null) };
      const other = apart ? two : one;
      await Promise.allSettled([
        one.context(run).then((context) => submitBatches(context, [])),
        other.generate(run),
        other.context(run).then((context) => submitBatches(context, [])),
      ]);
      await api().batches.finishAll();
      await one.generate(run);
      await other.generate(run);
      await one.generate(run);
      expect(billedPrompts(api())).toEqual(['elk', 'fox', 'owl']);
    },
  );

  test('two batches of the same pictures do not wait for each other', async () => {
    await using project = await machine('fox', 'owl', 'elk', 'emu', 'gnu', 'yak');
    const store = fileStore(join(project.root, '.tintype'));
    const keys = (await project.plan()).rows.map(({ key }) => key!);
    const never = new AbortController().signal;
    const claims = await Promise.all(keys.map((key) => store.claim(key, never)));
    const began = performance.now();
    const submitting = Promise.allSettled([submit(project), submit(project)]);
    // Each has claimed its name, and begins to claim pictures. Either of them may get each.
    const held = async () =>
      (await readdir(join(project.root, '.tintype/attempts'))).filter((name) =>
        name.endsWith('claim'),
      );
    await expect.poll(async () => (await held()).length).toBeGreaterThan(keys.length + 1);
    for (const claim of claims) {
      await sleep(150);
      await claim!.release();
    }
    await submitting;
    // Each would wait for a minute, and then leave out what the other one holds.
    expect(performance.now() - began).toBeLessThan(50_000);
    expect(ordered()).toHaveLength(1);
    expect((await openNote(project)).lines).toHaveLength(6);
  });
});

test('a line whose answer may have been billed is asked for again in a new order, with a warning', async () => {
  await using project = await behind(
    (call, body) =>
      call.includes('/content')
        ? {
            body: String(body).replace(
              /"status_code":200,"request_id":"(\w+)","body":.*$/m,
              '"status_code":500,"request_id":"$1","body":{"error":{"message":"broken"}}},"error":null}',
            ),
          }
        : null,
    'fox',
  );
  await submit(project);
  await api().batches.finishAll();
  expect(await collect(project)).toMatchObject([{ state: 'collected', recorded: 0, failed: 1 }]);
  expect(await findings(project)).toEqual(['attempt-left']);
  const { events, result } = await project.generate();
  expect(result).toMatchObject({ bought: 1 });
  expect(eventsOf(events, 'warning').map(({ code }) => code)).toContain('maybe-billed');
});

test('a line with two pictures is recorded with the first one, and with what both cost', async () => {
  await using project = await behind(
    (call, body) =>
      call.includes('/content')
        ? { body: String(body).replace(/"data":\[(\{[^}]+\})\]/, '"data":[$1,$1]') }
        : null,
    'fox',
  );
  await submit(project);
  await api().batches.finishAll();
  expect(await collect(project)).toMatchObject([{ state: 'collected', recorded: 1 }]);
  expect(await costs(project)).toEqual(billed());
});

test('a shard that ordered a batch hands it over with its purchases', async () => {
  await using part = await machine('fox', 'owl');
  await submit(part);
  await using whole = await machine('fox', 'owl');
  const error: unknown = await mergeShards(await whole.context(), [part.root]).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: 'originals-missing' });
  await api().batches.finishAll();
  expect((await whole.generate()).result).toMatchObject({ bought: 0, delivered: 2 });
  expect(billedPrompts(api())).toEqual(['fox', 'owl']);
});

test('an image that is removed while it is ordered is collected, and prune leaves the batch', async () => {
  await using project = await machine('fox', 'owl');
  await submit(project);
  await project.write('a.images.yaml', manifest('owl'));
  const options = { isDryRun: false, olderThanDays: 0 } as const;
  await pruneProject(await project.context(), options);
  expect(await notes(project)).toHaveLength(1);
  await api().batches.finishAll();
  expect((await project.generate()).result).toMatchObject({ bought: 0, delivered: 1 });
  expect(await costs(project)).toHaveLength(2);
});

test('the clock of a machine changes neither what is collected nor the day on which it was ordered', async () => {
  await using project = await machine('fox');
  const at = (start: string): Partial<Context> => fastClock(start);
  const context = (start: string, options: Options = {}) =>
    project.context({ options }).then((it) => ({ ...it, ...at(start) }));
  await submitBatches(await context('2026-11-23T12:00:00.000Z'), []);
  await api().batches.finishAll();
  expect(await collectProject(await context('2031-01-01T00:00:00.000Z'))).toMatchObject([
    { state: 'collected', recorded: 1 },
  ]);
  const [record] = await fileStore(join(project.root, '.tintype')).purchases();
  expect(record!.provenance.createdAt).toBe('2026-11-23T12:00:00.000Z');

  // The order counts on that day, at half the price: the budget has room for one more picture, and not for two.
  const cost = record!.costUsd!;
  await project.write('a.images.yaml', manifest('fox', 'owl', 'elk'));
  const day = await context('2026-11-23T23:00:00.000Z', { maxCostUsdPerDay: cost * 2.5 });
  await expect(submitBatches(day, [])).rejects.toMatchObject({ code: 'over-budget' });
  const next = await context('2026-11-24T01:00:00.000Z', { maxCostUsdPerDay: cost * 2.5 });
  expect(await submitBatches(next, [])).toMatchObject({ pictures: 2 });
});

/** The lines of a note, moved to the batch of another name. */
function named(lines: Batch['lines'], batch: string): Batch['lines'] {
  return lines.map((line) => ({ ...line, batch }));
}

/** The pictures in the API's output file. */
async function outputLines(): Promise<{ key: Key; bytes: Buffer }[]> {
  const id = ordered()[0]!.outputFileId!;
  const headers = { authorization: 'Bearer sk-test-RECOGNISABLE-KEY-0123456789abcdef' };
  const text = await (await fetch(`${api().baseUrl}/files/${id}/content`, { headers })).text();
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const { custom_id, response } = JSON.parse(line) as {
        custom_id: Key;
        response: { body: { data: { b64_json: string }[] } };
      };
      return { key: custom_id, bytes: Buffer.from(response.body.data[0]!.b64_json, 'base64') };
    });
}
