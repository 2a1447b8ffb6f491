import { mkdir, mkdtemp, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { filesBelow } from '../../test/support/files.ts';
import { storePicture } from '../../test/support/stored-picture.ts';
import { sha256 } from '../hash.ts';
import type { StoreRecord } from '../types.ts';
import { fileStore } from '../store/file-store.ts';
import { layout } from '../store/layout.ts';
import { bytesPath } from '../store/list-store.ts';
import type { Protection } from '../store/store.ts';
import { planPrune, type PruneRules } from './plan-prune.ts';

const now = new Date('2026-11-23T00:00:00Z');

let dir: string;
let kept: StoreRecord;
let old: StoreRecord;

beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'tintype-')), '.tintype');
  kept = await storePicture(dir, { prompt: 'kept' });
  old = await storePicture(dir, { prompt: 'old' }, { createdAt: '2026-10-01T00:00:00Z' });
});

/** By default all of it is committed on this branch, and nowhere else. */
async function plan(rules: Partial<PruneRules> = {}) {
  const { remove, keep } = planPrune(await fileStore(dir).list(), {
    isWanted: ({ key }) => key === kept.key,
    urls: new Set(),
    protection: await git(),
    now,
    ...rules,
  });
  return {
    remove: remove.map(({ path }) => path).toSorted(),
    keep: keep.map(({ path, reason }) => `${path}: ${reason}`).toSorted(),
    files: remove,
  };
}

/** As git would know the store if all of it but `uncommitted` were in the commit that is checked out. */
async function git(elsewhere: string[] = [], uncommitted: string[] = []): Promise<Protection> {
  const here = new Set((await filesBelow(dir)).keys());
  for (const path of uncommitted) here.delete(path);
  const recordsElsewhere = elsewhere.filter((path) => path.startsWith('records/'));
  return { kind: 'git', here, elsewhere: new Set(elsewhere), recordsElsewhere };
}

const recordPath = ({ key }: StoreRecord) => `records/${key.slice(0, 2)}/${key}.json`;

/** As if it had been written days ago. */
async function age(path: string, days = 2): Promise<void> {
  const then = now.getTime() / 1000 - days * 24 * 60 * 60;
  await utimes(join(dir, path), then, then);
}

test('what no manifest refers to is removed, the record with its original, and its cost is listed', async () => {
  const { remove, keep, files } = await plan();
  expect(remove).toEqual([bytesPath(old), recordPath(old)].toSorted());
  expect(keep).toEqual([]);
  expect(files.map(({ record }) => record?.costUsd)).toEqual([0.01, 0.01]);
});

test('an original stays while any record that stays names it', async () => {
  const bytes = Buffer.from('the picture of kept');
  const twin = await storePicture(dir, { prompt: 'twin' }, { bytes });
  const { remove } = await plan();
  expect(remove).toContain(recordPath(twin));
  expect(remove).not.toContain(bytesPath(kept));
});

test('bytes kept aside go with their record', async () => {
  const rejected = await storePicture(dir, { prompt: 'bad' }, { rejected: 'no picture' });
  expect((await plan()).remove).toContain(`rejected/${rejected.original.sha256}`);
});

describe('another branch', () => {
  test('keeps the record that it has, and so its original', async () => {
    const { remove, keep } = await plan({ protection: await git([recordPath(old)]) });
    expect({ remove, keep }).toEqual({
      remove: [],
      keep: [`${recordPath(old)}: another branch or tag has it`],
    });
  });

  test('keeps the original that it has', async () => {
    const { remove } = await plan({ protection: await git([bytesPath(old)]) });
    expect(remove).toEqual([recordPath(old)]);
  });

  test('with a record that is not here keeps every original that no record here names', async () => {
    const orphan = `originals/aa/${'aa'.repeat(32)}.png`;
    await storeFile(orphan);
    await age(orphan);
    expect((await plan()).remove).toContain(orphan);
    const { keep } = await plan({ protection: await git(['records/zz/theirs.json']) });
    expect(keep).toEqual([`${orphan}: records of another branch may name it`]);
  });
});

test('a record that is in no commit stays: nothing brings it back, and it may be another branch’s', async () => {
  const { remove, keep } = await plan({ protection: await git([], [recordPath(old)]) });
  expect(remove).toEqual([]);
  expect(keep).toEqual([`${recordPath(old)}: it is not committed, and another branch may need it`]);
});

test('an original that is in no commit stays where its record is in one', async () => {
  const { remove, keep } = await plan({ protection: await git([], [bytesPath(old)]) });
  expect(remove).toEqual([recordPath(old)]);
  expect(keep).toEqual([
    `${bytesPath(old)}: its record is committed and the picture is not: git could not bring it back`,
  ]);
});

describe('an age', () => {
  test('is what decides, whatever branch has it', async () => {
    const younger = await storePicture(dir, { prompt: 'younger' });
    const before = new Date('2026-10-15T00:00:00Z');
    const { remove, keep } = await plan({ protection: { kind: 'age', before } });
    expect(remove).toEqual([bytesPath(old), recordPath(old)].toSorted());
    expect(keep).toEqual([`${recordPath(younger)}: it is younger than 2026-10-15`]);
  });

  test('never counts against a record that does not say when it was bought', async () => {
    const text = JSON.stringify({ ...old, provenance: { ...old.provenance, createdAt: 'once' } });
    await writeFile(layout.record(dir, old.key), text);
    expect((await plan({ protection: { kind: 'age', before: now } })).remove).toEqual([]);
  });
});

test('if it is unknown what is needed, everything stays, and the reason is given', async () => {
  const { remove, keep } = await plan({ protection: { kind: 'unknown', reason: 'no git' } });
  expect({ remove, keep }).toEqual({ remove: [], keep: [`${recordPath(old)}: no git`] });
});

test('while a record cannot be read, nothing is removed from the store, whatever its age', async () => {
  await truncate(layout.record(dir, kept.key), 3);
  const { remove, keep } = await plan({ protection: { kind: 'age', before: now } });
  expect(remove).toEqual([]);
  expect(keep.join()).toMatch(/cannot be read; see tintype verify/);
});

test('an original that no record names is removed when it is too old to be part of a purchase that is running', async () => {
  const orphan = `originals/aa/${'aa'.repeat(32)}.png`;
  await storeFile(orphan);
  await utimes(join(dir, orphan), now, now);
  expect((await plan()).keep).toEqual([`${orphan}: it may be about to be recorded`]);
  await age(orphan);
  expect((await plan()).remove).toContain(orphan);
});

test('pins of inputs that no manifest names are removed, and leftovers of writes are removed after a day', async () => {
  const info = { format: 'png', width: 1, height: 1, hasAlpha: false };
  for (const file of ['https://example.com/used.png', 'https://example.com/unused.png']) {
    await fileStore(dir).pin({ file, sha256: sha256(file), info });
  }
  const [fresh, stale] = ['originals/.a.png.1-ab.tmp', 'originals/.b.png.1-ab.tmp'];
  await storeFile(fresh);
  await utimes(join(dir, fresh), now, now);
  await storeFile(stale);
  await age(stale);
  const { files } = await plan({
    urls: new Set(['https://example.com/used.png']),
    isWanted: () => true,
  });
  const unused = sha256('https://example.com/unused.png');
  expect(files.map(({ path }) => path)).toEqual([
    `inputs/${unused.slice(0, 2)}/${unused}.json`,
    stale,
  ]);
});

describe('removing', () => {
  test('leaves what is wanted, and every attempt', async () => {
    await storeFile(`attempts/${old.key}.json`);
    await storeFile(`attempts/${old.key}.received`);
    const { files } = await plan();
    await fileStore(dir).remove(files, () => {});
    expect([...(await filesBelow(dir)).keys()]).toEqual(
      [
        '.gitattributes',
        '.gitignore',
        bytesPath(kept),
        recordPath(kept),
        `attempts/${old.key}.json`,
        `attempts/${old.key}.received`,
      ].toSorted(),
    );
  });

  test('removes every record before any original, so that a crash leaves no record without its bytes', async () => {
    await storePicture(dir, { prompt: 'older' });
    await storePicture(dir, { prompt: 'bad' }, { rejected: 'no picture' });
    const { files } = await plan();
    const order: string[] = [];
    await fileStore(dir).remove(files, ({ kind }) => order.push(kind));
    expect(order.slice(0, 3)).toEqual(['record', 'record', 'record']);
    expect(order.slice(3).toSorted()).toEqual(['original', 'original', 'rejected']);
  });

  test('stopped at any step, it leaves a store in which every record has its bytes', async () => {
    await storePicture(dir, { prompt: 'older' });
    const { files } = await plan();
    for (let steps = 1; steps <= files.length; steps++) {
      let left = steps;
      const { files: now } = await plan();
      await fileStore(dir)
        .remove(now, () => {
          if (--left === 0) throw new Error('killed');
        })
        .catch(() => {});
      const { records, originals } = await fileStore(dir).list();
      const there = new Set(originals.map(({ path }) => path));
      for (const { stored } of records) {
        expect(stored.kind === 'record' && there.has(bytesPath(stored.record))).toBe(true);
      }
    }
  });

  test('spares an original whose bytes were bought under another request meanwhile', async () => {
    const { files } = await plan();
    await storePicture(dir, { prompt: 'new' }, { bytes: Buffer.from('the picture of old') });
    await fileStore(dir).remove(files, () => {});
    expect([...(await filesBelow(dir)).keys()]).toContain(bytesPath(old));
  });
});

async function storeFile(path: string): Promise<void> {
  await mkdir(join(dir, path, '..'), { recursive: true });
  await writeFile(join(dir, path), 'x');
}
