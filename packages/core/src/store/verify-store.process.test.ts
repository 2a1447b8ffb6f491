import {
  chmod,
  copyFile,
  mkdtemp,
  readFile,
  rename,
  rm,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { storePicture } from '../../test/support/stored-picture.ts';
import { filesBelow } from '../../test/support/files.ts';
import { sha256 } from '../hash.ts';
import type { StoreRecord } from '../types.ts';
import { fileStore } from './file-store.ts';
import { requestKey } from '../plan/request-key.ts';
import { layout } from './layout.ts';
import { bytesPath } from './list-store.ts';

let dir: string;
let a: StoreRecord;
let b: StoreRecord;

beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'tintype-')), '.tintype');
  a = await storePicture(dir, { prompt: 'a' });
  b = await storePicture(dir, { prompt: 'b' });
});

const pathOf = (record: StoreRecord) => join(dir, bytesPath(record));

/** `severity code path message`, one a finding. */
async function found(): Promise<string[]> {
  const { findings } = await fileStore(dir).verify();
  return findings.map(({ severity, code, path, message }) =>
    [severity, code, path, message].join(' '),
  );
}

test('a sound store has no findings, and what was checked is counted', async () => {
  expect(await fileStore(dir).verify()).toEqual({
    findings: [],
    records: 2,
    originals: { files: 2, bytes: a.original.bytes + b.original.bytes },
    unchecked: 0,
  });
});

test('a folder that is not there is a sound store', async () => {
  expect(await fileStore(join(dir, 'none')).verify()).toMatchObject({ findings: [], records: 0 });
});

describe('a damaged original is named with its record and what to do', () => {
  const flip = async (path: string) => {
    const bytes = await readFile(path);
    bytes[3]! ^= 1;
    await writeFile(path, bytes);
  };
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 9\n`;

  test.each([
    [
      'cut short',
      (path: string) => truncate(path, 5),
      'original-damaged',
      /cut short: 5 of \d+ .*git checkout.*take/,
    ],
    ['empty', (path: string) => truncate(path, 0), 'original-damaged', /is empty; .*git checkout/],
    [
      'longer',
      (path: string) => writeFile(path, 'x'.repeat(999)),
      'original-damaged',
      /too long: 999/,
    ],
    ['bit-flipped', flip, 'original-damaged', /is damaged: .*git checkout/],
    ['missing', (path: string) => rm(path), 'original-missing', /is missing, .*git checkout/],
    [
      'a Git LFS pointer',
      (path: string) => writeFile(path, pointer),
      'original-damaged',
      /git lfs pull$/,
    ],
  ])('%s', async (_, damage, code, message) => {
    await damage(pathOf(a));
    const { findings } = await fileStore(dir).verify();
    expect(findings).toMatchObject([
      {
        severity: 'error',
        code,
        path: bytesPath(a),
        key: a.key,
        message: expect.stringMatching(message),
      },
    ]);
  });

  test('two that were swapped name each other', async () => {
    await rename(pathOf(a), join(dir, 'aside'));
    await rename(pathOf(b), pathOf(a));
    await rename(join(dir, 'aside'), pathOf(b));
    const { findings } = await fileStore(dir).verify();
    expect(findings).toHaveLength(2);
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const { message } = findings.find(({ path }) => path === bytesPath(one))!;
      expect(message).toContain(
        `${bytesPath(other)}, which holds the bytes of this file: exchange`,
      );
    }
  });

  test('one that was copied over another names where the bytes belong', async () => {
    await copyFile(pathOf(b), pathOf(a));
    expect(await found()).toEqual([
      expect.stringContaining(`holds the bytes of ${bytesPath(b)}; restore`),
    ]);
  });

  test('an original of two requests is one file and two findings', async () => {
    const bytes = await readFile(pathOf(a));
    const again = await storePicture(dir, { prompt: 'again' }, { bytes });
    await truncate(pathOf(a), 0);
    const { findings } = await fileStore(dir).verify();
    expect(new Set(findings.map(({ key }) => key))).toEqual(new Set([a.key, again.key]));
  });

  test.runIf(process.getuid?.() !== 0)('one that may not be read says so', async () => {
    await chmod(pathOf(a), 0);
    expect(await found()).toEqual([expect.stringContaining('cannot be read (EACCES)')]);
  });
});

describe('a damaged record is named with what to do', () => {
  const rewrite = (change: (record: StoreRecord) => unknown) => async (path: string) =>
    writeFile(
      path,
      JSON.stringify(change(JSON.parse(await readFile(path, 'utf8')) as StoreRecord)),
    );

  test.each([
    ['no JSON', (path: string) => truncate(path, 20), /is not JSON; .*git checkout/],
    ['empty', (path: string) => truncate(path, 0), /is not JSON/],
    [
      'of a newer version',
      rewrite((record) => ({ ...record, version: 2 })),
      /newer Tintype \(record version 2\); update/,
    ],
    [
      'of another request',
      rewrite((record) => ({ ...record, request: b.request })),
      /does not belong to its request/,
    ],
    [
      'of another key',
      rewrite((record) => ({ ...record, key: b.key })),
      /does not belong to its request/,
    ],
    [
      'without its original',
      rewrite((record) => ({ ...record, original: undefined })),
      /has a bad original/,
    ],
    [
      'without its cost',
      rewrite((record) => ({ ...record, costUsd: undefined })),
      /has a bad costUsd/,
    ],
    [
      'a Git LFS pointer',
      (path: string) => writeFile(path, 'version https://git-lfs.github.com/spec/v1\n'),
      /git lfs pull/,
    ],
  ])('%s', async (_, damage, message) => {
    await damage(layout.record(dir, a.key));
    const { findings } = await fileStore(dir).verify();
    const [record, ...rest] = findings.toSorted((one, other) => (one.code > other.code ? -1 : 1));
    expect(record).toMatchObject({
      severity: 'error',
      code: 'record-damaged',
      key: a.key,
      message: expect.stringMatching(message),
    });
    expect(rest).toMatchObject([
      {
        severity: 'note',
        code: 'original-unnamed',
        path: bytesPath(a),
        message: expect.stringContaining('keep it'),
      },
    ]);
  });

  test('one whose size is not that of its whole original', async () => {
    const change = rewrite((record) => ({ ...record, original: { ...record.original, bytes: 1 } }));
    await change(layout.record(dir, a.key));
    expect(await found()).toEqual([
      expect.stringMatching(/^error record-damaged .* is complete with \d+ bytes/),
    ]);
  });
});

test('an original that no record names is a note, and no error', async () => {
  await rm(layout.record(dir, a.key));
  expect(await found()).toEqual([
    `note original-unnamed ${bytesPath(a)} is named by no record: nothing is made of it, and tintype prune removes it`,
  ]);
});

test('bytes kept aside are hashed as originals are', async () => {
  const rejected = await storePicture(dir, { prompt: 'c' }, { rejected: 'it is no picture' });
  expect(await found()).toEqual([]);
  await truncate(pathOf(rejected), 1);
  expect(await found()).toEqual([
    expect.stringMatching(/^error rejected-damaged rejected\/.* cut short/),
  ]);
  await rm(pathOf(rejected));
  expect(await found()).toEqual([expect.stringMatching(/^error rejected-missing rejected\//)]);
});

describe('what is left of attempts', () => {
  const attempt = (prompt: string) => {
    const request = { ...a.request, prompt };
    return {
      version: 1,
      key: requestKey(request),
      imageId: 'hero',
      manifest: 'site.images.yaml',
      order: 'order-1',
      request,
      startedAt: '2026-11-20T00:00:00.000Z',
      outcome: null,
      requestId: null,
      usage: null,
    } as const;
  };

  test('is a note that says what the next run does', async () => {
    const store = fileStore(dir);
    await store.noteAttempt(attempt('open'));
    await store.noteAttempt(attempt('received'));
    await store.receive(attempt('received').key, Buffer.from('bytes'));
    const { findings } = await fileStore(dir).verify();
    expect(findings).toMatchObject([
      { severity: 'note', code: 'attempt-left', imageIds: ['hero'] },
      { severity: 'note', code: 'attempt-left', imageIds: ['hero'] },
    ]);
    const messages = findings.map(({ message }) => message).join('\n');
    expect(messages).toMatch(/may have been billed: the next run that may buy requests it again/);
    expect(messages).toMatch(/records it at no cost/);
  });

  test('is not mentioned while a process that lives holds its key', async () => {
    const store = fileStore(dir);
    await store.noteAttempt(attempt('open'));
    const claim = await store.claim(attempt('open').key, new AbortController().signal);
    expect(await found()).toEqual([]);
    await claim!.release();
  });

  test('is an error where paid bytes lost the attempt that says what they are', async () => {
    await fileStore(dir).receive(attempt('received').key, Buffer.from('bytes'));
    await writeFile(layout.attempt(dir, attempt('received').key), '{');
    expect(await found()).toEqual([
      expect.stringMatching(/^error attempt-damaged .* keep the file/),
    ]);
  });
});

test('leftovers, foreign files and empty pins are notes, and hidden files are not reported', async () => {
  await writeFile(`${pathOf(a)}.bak`, 'x');
  await writeFile(join(dir, 'originals', '.gitattributes'), 'x');
  await writeFile(join(dir, 'records', `.${a.key}.json.1-abcd.tmp`), 'x');
  await fileStore(dir).pin({
    file: 'https://example.com/a.png',
    sha256: sha256('x'),
    info: { format: 'png', width: 1, height: 1, hasAlpha: false },
  });
  const [pin] = [...(await filesBelow(join(dir, 'inputs'))).keys()];
  await writeFile(join(dir, 'inputs', pin!), 'x');
  expect(await found()).toEqual([
    expect.stringMatching(/^note pin-damaged inputs\/.*fetched again/),
    expect.stringMatching(/^note not-ours originals\/.*\.bak does not belong/),
    expect.stringMatching(/^note not-ours records\/\..*\.tmp was left/),
  ]);
});
