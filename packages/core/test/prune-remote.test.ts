import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  folder,
  pruneRemote,
  type PruneRemoteResult,
  pushOriginals,
  type Remote,
} from '../src/index.ts';
import { slashed } from '../src/fs/slashed.ts';
import { billedPrompts, useApi } from './support/api.ts';
import { commitAll, git } from './support/git.ts';
import { testProject, type TestProject } from './support/project.ts';

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

const sharing = (records: 'dir' | 'remote', originals: Remote = folder(bucket)) => ({
  options: { store: { originals, records } },
});

async function filesIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => slashed(join(parentPath, name).slice(dir.length + 1)))
    .toSorted();
}

const inBucket = () => filesIn(bucket);

/** Makes files of the remote older: those whose names have this beginning. */
async function age(days: number, start = ''): Promise<void> {
  const then = new Date(Date.now() - days * 86_400_000);
  const names = (await inBucket()).filter((name) => name.startsWith(start));
  for (const name of names) await utimes(join(bucket, name), then, then);
}

async function prune(
  project: TestProject,
  run: ReturnType<typeof sharing>,
  olderThanDays: number | null,
  isDryRun = false,
): Promise<PruneRemoteResult> {
  const context = { ...(await project.context(run)), now: () => new Date() };
  return pruneRemote(context, { isDryRun, olderThanDays });
}

/** Expects a refusal that removes nothing, also in a dry run. Returns its message. */
async function refusal(
  project: TestProject,
  run: ReturnType<typeof sharing>,
  olderThanDays: number | null = null,
): Promise<unknown> {
  const before = await inBucket();
  await expect(prune(project, run, olderThanDays, true)).rejects.toThrow('nothing was removed');
  const error = await prune(project, run, olderThanDays).catch((thrown: unknown) => thrown);
  expect(await inBucket()).toEqual(before);
  return error;
}

/** The names of the remote's files of these records: the records, and their bytes. */
async function filesOf(prompt: string): Promise<string[]> {
  const names = await inBucket();
  const texts = await Promise.all(
    names.map(async (name) => [name, await readFile(join(bucket, name), 'utf8')] as const),
  );
  const records = texts.filter(
    ([name, text]) => name.startsWith('records/') && text.includes(`"prompt": "${prompt}"`),
  );
  const hashes = records.flatMap(([, text]) => /"sha256": "(\w{64})"/.exec(text)?.[1] ?? []);
  const bytes = names.filter((name) => hashes.some((hash) => name.includes(hash)));
  return [...records.map(([name]) => name), ...bytes];
}

const isPaid = (name: string) => /^(records|originals|rejected)\//.test(name);
const paidIn = (files: readonly { readonly name: string }[]) =>
  files
    .map(({ name }) => name)
    .filter(isPaid)
    .toSorted();

/** A project in git that does not commit its store. */
async function ignoring(project: TestProject): Promise<void> {
  await project.write('.gitignore', 'node_modules\npublic\n.cache\n.tintype\n');
  git(project.root, 'init', '--quiet');
  commitAll(project.root);
}

/** A project in git that commits its store. */
async function committing(project: TestProject): Promise<void> {
  await project.write('.gitignore', 'node_modules\npublic\n.cache\n');
  git(project.root, 'init', '--quiet');
  commitAll(project.root);
}

describe('with records in the remote, pictures of a machine whose records are not here', () => {
  test('stay without an age, because git does not have the records', async () => {
    await using one = await machine('fox');
    await ignoring(one);
    const run = sharing('remote');
    await one.generate(run);
    await using two = await machine('fox', 'owl', 'cat');
    expect((await two.generate(run)).result).toMatchObject({ bought: 2 });
    await age(40);
    const error = await refusal(one, run);
    expect(error).toMatchObject({ code: 'usage' });
    expect(String(error)).toContain('the records are in the remote');
    expect(String(error)).toContain('--older-than <days>');
    // Committed records are not all records, either.
    await one.write('.gitignore', 'node_modules\npublic\n');
    commitAll(one.root);
    expect(await refusal(one, run)).toMatchObject({ code: 'usage' });

    await using three = await machine('fox', 'owl', 'cat');
    expect((await three.generate(run)).result).toMatchObject({ bought: 0, delivered: 3 });
    expect(billedPrompts(api())).toEqual(['cat', 'fox', 'owl']);
  });

  test.each(['in git', 'without git'])(
    'stay %s at any age if a manifest refers to them, and the others go by their age',
    async (where) => {
      const run = sharing('remote');
      await using two = await machine('fox', 'owl', 'cat');
      await two.generate(run);
      await age(40);
      await two.write('a.images.yaml', manifest('fox', 'owl', 'cat', 'elk'));
      await two.generate(run);
      // This machine has no record at all.
      await using one = await machine('fox', 'owl');
      if (where === 'in git') await ignoring(one);
      const cat = (await filesOf('cat')).toSorted();
      const elk = (await filesOf('elk')).toSorted();
      const dry = await prune(one, run, 30, true);
      expect(paidIn(dry.removed)).toEqual(cat);
      expect(paidIn(dry.young)).toEqual([elk.find((name) => name.startsWith('records/'))]);
      expect(await inBucket()).toEqual(expect.arrayContaining(cat));
      expect(await filesIn(join(one.root, '.tintype/records'))).toEqual([]);

      const { removed } = await prune(one, run, 30);
      expect(removed).toEqual(dry.removed);
      expect(await inBucket()).toEqual(expect.not.arrayContaining(cat));
      await using three = await machine('fox', 'owl', 'elk');
      expect((await three.generate(run)).result).toMatchObject({ bought: 0, delivered: 3 });
    },
  );
});

describe('with records in git, nothing goes', () => {
  const run = () => sharing('dir');

  /** Two machines have bought one picture each, long ago. */
  async function bought(one: TestProject, two: TestProject): Promise<void> {
    await one.generate(run());
    await two.generate(run());
    await age(40);
  }

  test('if the store is not committed', async () => {
    await using one = await machine('fox');
    await using two = await machine('owl');
    await committing(one);
    await bought(one, two);
    expect(String(await refusal(one, run()))).toContain('the store is not committed');
    // Another branch that has it does not show that others commit it.
    git(one.root, 'checkout', '--quiet', '-b', 'with-store');
    commitAll(one.root);
    git(one.root, 'checkout', '--quiet', 'main');
    await one.generate(run());
    expect(String(await refusal(one, run()))).toContain('the store is not committed');
    // With an age, what the branch has still counts.
    await rm(join(one.root, '.tintype'), { recursive: true });
    await one.write('a.images.yaml', manifest('elk'));
    const owl = (await filesOf('owl')).toSorted();
    expect(paidIn((await prune(one, run(), 30)).removed)).toEqual(owl);
  });

  test('if git ignores the store by now, although it has old records', async () => {
    await using one = await machine('fox');
    await using two = await machine('owl');
    await committing(one);
    await bought(one, two);
    commitAll(one.root);
    await one.write('.gitignore', 'node_modules\npublic\n.cache\n.tintype\n');
    const message = String(await refusal(one, run()));
    expect(message).toContain('the store is ignored by git (.gitignore:4: .tintype)');
    expect(message).toContain('Commit the store');
  });

  test('if this is not a git repository', async () => {
    await using one = await machine('fox');
    await using two = await machine('owl');
    await bought(one, two);
    expect(String(await refusal(one, run()))).toContain('not a git repository');
  });

  test('if git has not fetched today', async () => {
    await using one = await machine('fox');
    await using two = await machine('owl');
    await committing(one);
    await bought(one, two);
    commitAll(one.root);
    git(one.root, 'remote', 'add', 'origin', one.root);
    expect(String(await refusal(one, run()))).toContain('git has never fetched here');
    git(one.root, 'fetch', '--quiet');
    const before = new Date(Date.now() - 2 * 86_400_000);
    await utimes(join(one.root, '.git/FETCH_HEAD'), before, before);
    const day = before.toISOString().slice(0, 10);
    expect(String(await refusal(one, run()))).toContain(`git last fetched on ${day}`);
    git(one.root, 'fetch', '--quiet');
    expect((await prune(one, run(), null)).removed).not.toEqual([]);
  });

  test('that a manifest refers to if an age is given, also outside of git', async () => {
    await using one = await machine('fox', 'owl');
    await using two = await machine('owl', 'cat');
    await two.generate(run());
    await age(40);
    const [owl, cat] = [await filesOf('owl'), (await filesOf('cat')).toSorted()];
    const { removed } = await prune(one, run(), 30);
    expect(paidIn(removed)).toEqual(cat);
    expect(await inBucket()).toEqual(expect.arrayContaining(owl));
    expect((await one.generate(run())).result).toMatchObject({ bought: 1, delivered: 2 });
    expect(billedPrompts(api())).toEqual(['cat', 'fox', 'owl']);
  });

  test('that another branch has; what no branch, manifest or machine needs goes', async () => {
    await using one = await machine('fox');
    await committing(one);
    await one.generate(run());
    commitAll(one.root);
    git(one.root, 'checkout', '--quiet', '-b', 'other');
    await one.write('a.images.yaml', manifest('fox', 'owl'));
    await one.generate(run());
    commitAll(one.root);
    git(one.root, 'checkout', '--quiet', 'main');
    await using two = await machine('cat');
    await two.generate(run());
    await age(40);
    const cat = (await filesOf('cat')).toSorted();
    expect(paidIn((await prune(one, run(), null)).removed)).toEqual(cat);
    expect((await inBucket()).filter(isPaid)).toHaveLength(4);
  });
});

test('old bytes stay if a new record of another machine names them', async () => {
  await using project = await machine('fox');
  await project.generate(sharing('dir'));
  await age(90, 'originals/');
  // This machine does not know about the purchase.
  await rm(join(project.root, '.tintype/records'), { recursive: true });
  await project.write('a.images.yaml', manifest('owl'));
  const { removed, young } = await prune(project, sharing('dir'), 30);
  expect(removed).toEqual([]);
  expect(paidIn(young)).toEqual([expect.stringMatching(/^records\//)]);
  expect(await filesIn(join(bucket, 'originals'))).toHaveLength(1);
});

test('a picture that two machines bought stays whole: both records, and the bytes of both', async () => {
  await using one = await machine('fox');
  await using two = await machine('fox');
  await one.generate();
  await two.generate();
  await pushOriginals(await one.context(sharing('dir')), []);
  await age(90);
  await pushOriginals(await two.context(sharing('dir')), []);
  expect((await inBucket()).filter(isPaid)).toHaveLength(4);

  // A machine that has neither keeps the first record, because the second one is young.
  await using three = await machine('owl');
  expect(paidIn((await prune(three, sharing('dir'), 30)).removed)).toEqual([]);
  await age(90);
  // A machine that has the second one keeps the bytes of the first, which the remote's record names.
  await two.write('a.images.yaml', manifest('owl'));
  expect(paidIn((await prune(two, sharing('dir'), 30)).removed)).toEqual([]);
  expect(paidIn((await prune(three, sharing('dir'), 30, true)).removed)).toHaveLength(4);
  await using four = await machine('fox');
  expect((await four.generate(sharing('dir'))).result).toMatchObject({ bought: 0, delivered: 1 });
});

test.each(['in the remote', 'here'])(
  'nothing goes while a record %s cannot be read, because it may name anything',
  async (where) => {
    await using one = await machine('fox');
    await using two = await machine('owl');
    await one.generate(sharing('dir'));
    await two.generate(sharing('dir'));
    await age(40);
    const dir = where === 'here' ? join(one.root, '.tintype/records') : join(bucket, 'records');
    const damaged = await filesIn(dir);
    for (const name of damaged) await writeFile(join(dir, name), '{');
    if (where === 'in the remote') await age(40);
    const before = await inBucket();
    const error = await prune(one, sharing('dir'), 30).catch((thrown: unknown) => thrown);
    const code = where === 'here' ? 'record-damaged' : 'remote-damaged';
    expect(error).toMatchObject({ code, message: expect.stringContaining('cannot be read') });
    expect(await inBucket()).toEqual(before);
  },
);

test('old files go that nothing needs, and no file of anything else', async () => {
  await using project = await machine('fox', 'owl');
  await project.generate(sharing('dir'));
  await project.write('a.images.yaml', manifest('fox'));
  const owl = (await filesOf('owl')).find((name) => name.startsWith('records/'));
  await rm(join(project.root, '.tintype', owl!));
  // These are not Tintype's files, although the names look similar.
  const hash = owl!.slice(11, 75);
  const strangers = [`notes/${hash}`, `records/${hash}.txt`, `claims/${hash}/x`, `${hash}.png`];
  const listing: Remote = {
    ...folder(bucket),
    async *list(prefix) {
      yield* folder(bucket).list(prefix);
      for (const name of [...strangers, `originals/../../${hash}.png`])
        yield { name, bytes: 1, modifiedAt: new Date(0) };
    },
  };
  const planted = await prune(project, sharing('dir', listing), 30, true);
  expect(planted.removed).toEqual([]);
  expect((await prune(project, sharing('dir'), 1)).removed).toEqual([]);
  await age(40);
  const dry = await prune(project, sharing('dir'), 30, true);
  expect(dry.removed.map(({ name }) => name.split('/')[0])).toEqual(
    expect.arrayContaining(['records', 'originals', 'claims']),
  );
  expect(await filesIn(join(bucket, 'originals'))).toHaveLength(2);
  await prune(project, sharing('dir'), 30);
  expect(await filesIn(join(bucket, 'originals'))).toHaveLength(1);
  expect(await filesIn(join(bucket, 'records'))).toHaveLength(1);
});
