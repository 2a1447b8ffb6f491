import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type PruneOptions, pruneProject, type StoreRecord } from '../src/index.ts';
import { openRefusals } from '../src/purchase/refusals.ts';
import { eventsOf, useApi } from './support/api.ts';
import { filesBelow } from './support/files.ts';
import { commitAll, git } from './support/git.ts';
import { type Run, testProject, type TestProject } from './support/project.ts';

const api = useApi();

const defaults =
  'defaults: { quality: low, size: 1408x480, decorative: true, placeholder: none, output_format: jpeg }';

function manifest(...images: string[]): string {
  return `${defaults}\nimages:\n${images.map((image) => `  ${image}\n`).join('')}`;
}

const hero = 'hero: { prompt: hero }';
const other = 'other: { prompt: other }';

/** A project of these images, bought and committed. */
async function committed(...images: string[]): Promise<TestProject> {
  const project = await testProject(
    { 'a.images.yaml': manifest(...images), '.gitignore': 'node_modules\npublic\n' },
    api().baseUrl,
  );
  git(project.root, 'init', '--quiet');
  await buy(project);
  commitAll(project.root);
  return project;
}

async function buy(project: TestProject): Promise<void> {
  const { error, result } = await project.generate();
  expect({ error, failed: result?.failed }).toEqual({ error: null, failed: 0 });
}

async function prune(project: TestProject, options: Partial<PruneOptions> = {}, run: Run = {}) {
  const events: Parameters<typeof eventsOf>[0][number][] = [];
  const context = await project.context(run, (event) => events.push(event));
  const result = await pruneProject(context, { isDryRun: false, olderThanDays: null, ...options });
  return { ...result, events };
}

const nextYear: Run = { clock: { now: () => new Date('2027-06-01T00:00:00Z') } };

/** The prompts of all records in the store. */
async function stored({ root }: TestProject): Promise<string[]> {
  const dir = join(root, '.tintype/records');
  const texts = [...(await filesBelow(dir)).keys()].map((file) =>
    readFile(join(dir, file), 'utf8'),
  );
  return (await Promise.all(texts))
    .map((text) => (JSON.parse(text) as StoreRecord).request.prompt)
    .toSorted();
}

test('records that no manifest refers to are removed with their originals, and their cost is reported', async () => {
  await using project = await committed(hero, other);
  await project.write('a.images.yaml', manifest(hero));
  const { removed, kept, events } = await prune(project);
  expect(await stored(project)).toEqual(['hero']);
  expect((await filesBelow(join(project.root, '.tintype/originals'))).size).toBe(1);
  expect(removed.map(({ kind, record }) => [kind, record?.request.prompt])).toEqual([
    ['record', 'other'],
    ['original', 'other'],
  ]);
  expect(removed[0]!.record!.costUsd).toBeGreaterThan(0);
  expect(kept).toEqual([]);
  expect(eventsOf(events, 'removed').map(({ file }) => file)).toEqual(
    removed.map(({ path }) => path),
  );
  expect(removed[0]!.path).toMatch(/^\.tintype\/records\//);
});

test('a dry run lists the same and removes nothing', async () => {
  await using project = await committed(hero, other);
  await project.write('a.images.yaml', manifest(hero));
  const before = await filesBelow(project.root);
  const listed = await prune(project, { isDryRun: true });
  expect(listed.events).toEqual([]);
  expect(await filesBelow(project.root)).toEqual(before);
  const done = await prune(project);
  expect([listed.removed, listed.cache]).toEqual([done.removed, done.cache]);
});

test('if every record is in use, nothing is removed and nothing is encoded again', async () => {
  await using project = await committed(
    hero,
    'four: { prompt: four, number_of_images: 2, pick: 2, widths: [320], placeholder: blur, formats: [webp, jpeg] }',
    'night: { prompt: night, input_images: ["tintype:hero"], crop: 400x400 }',
  );
  const before = await filesBelow(join(project.root, 'node_modules'));
  const { removed, kept, cache } = await prune(project);
  expect({ removed, kept, cache }).toEqual({
    removed: [],
    kept: [],
    cache: { files: 0, bytes: 0 },
  });
  expect(await filesBelow(join(project.root, 'node_modules'))).toEqual(before);
});

describe('what another branch might need', () => {
  test('is kept, unless it is older than --older-than', async () => {
    await using project = await committed(hero, other);
    git(project.root, 'branch', 'release');
    await project.write('a.images.yaml', manifest(hero));
    const { removed, kept } = await prune(project);
    expect(removed).toEqual([]);
    expect(kept.map(({ reason, record }) => [reason, record?.request.prompt])).toEqual([
      ['another branch or tag has it', 'other'],
    ]);
    expect((await prune(project, { olderThanDays: 30 })).removed).toEqual([]);
    expect((await prune(project, { olderThanDays: 30 }, nextYear)).removed).toHaveLength(2);
    expect(await stored(project)).toEqual(['hero']);
  });

  test.each([
    ['without a repository', (root: string) => rm(join(root, '.git'), { recursive: true })],
    [
      'if the store is not committed',
      async (root: string) => {
        git(root, 'rm', '-r', '--quiet', '--cached', '.tintype');
        git(root, 'commit', '--quiet', '--message', 'ignored');
      },
    ],
  ])('cannot be known %s: only the cache is pruned', async (_, change) => {
    await using project = await committed(hero, other);
    await project.write('a.images.yaml', manifest(hero));
    await change(project.root);
    const { removed, kept, cache } = await prune(project);
    expect(removed).toEqual([]);
    expect(kept[0]!.reason).toMatch(/^what other branches need is not known: /);
    expect(cache.files).toBe(1);
    expect(await stored(project)).toEqual(['hero', 'other']);
  });

  test('cannot be known in a shallow clone', async () => {
    await using project = await committed(hero, other);
    await project.write('a.images.yaml', manifest(hero));
    commitAll(project.root);
    const clone = await mkdtemp(join(tmpdir(), 'tintype-clone-'));
    git(clone, 'clone', '--quiet', '--depth', '1', `file://${project.root}`, '.');
    const context = await project.context();
    const config = { ...context.config, root: clone, storeDir: join(clone, '.tintype') };
    const options = { isDryRun: false, olderThanDays: null };
    const { removed, kept } = await pruneProject({ ...context, config }, options);
    expect(removed).toEqual([]);
    expect(kept.map(({ reason }) => reason)).toEqual([
      'what other branches need is not known: this clone is shallow',
    ]);
    await rm(clone, { recursive: true });
  });

  test('may be uncommitted, because it was bought on another branch and carried over', async () => {
    await using project = await committed(hero);
    git(project.root, 'checkout', '--quiet', '-b', 'feature');
    await project.write('a.images.yaml', manifest(hero, other));
    await buy(project);
    git(project.root, 'commit', '--quiet', '--message', 'all but the store', 'a.images.yaml');
    git(project.root, 'checkout', '--quiet', 'main');
    const { removed, kept } = await prune(project);
    expect(removed).toEqual([]);
    expect(kept.map(({ reason, record }) => [reason, record?.request.prompt])).toEqual([
      ['it is not committed, and another branch may need it', 'other'],
    ]);
    expect((await prune(project, { olderThanDays: 0 }, nextYear)).removed).toHaveLength(2);
  });

  test('cannot be found in git if projects share a store', async () => {
    await using project = await committed(hero, other);
    await project.write('a.images.yaml', manifest(hero));
    await project.write('nested/package.json', '{}');
    await project.write('nested/a.images.yaml', manifest(hero));
    const context = await project.context();
    const nested = {
      ...context,
      config: { ...context.config, root: join(project.root, 'nested') },
    };
    const { removed, kept } = await pruneProject(nested, { isDryRun: false, olderThanDays: null });
    expect(removed).toEqual([]);
    expect(kept[0]!.reason).toBe('the store is outside the project, and others may use it');
  });
});

test('a mistake in a manifest stops it before anything is removed', async () => {
  await using project = await committed(hero, other);
  await project.write('a.images.yaml', manifest(hero, 'bad: { prmpt: x }'));
  await expect(prune(project, { olderThanDays: 0 })).rejects.toMatchObject({ code: 'manifest' });
  await rm(join(project.root, 'a.images.yaml'));
  await expect(prune(project, { olderThanDays: 0 })).rejects.toMatchObject({ code: 'config' });
  expect(await stored(project)).toEqual(['hero', 'other']);
});

test('a picture whose key is unknown, because its input is missing, is kept', async () => {
  const night = 'night: { prompt: night, input_images: ["tintype:hero"] }';
  await using project = await committed(hero, night);
  await project.write('a.images.yaml', manifest('hero: { prompt: another hero }', night));
  await prune(project);
  expect(await stored(project)).toEqual(['night']);
});

test('pictures of images that are stand-ins at the moment are kept', async () => {
  await using project = await committed(hero, other);
  const drawn: Run = { ...nextYear, options: { provider: 'offline' } };
  const { removed, kept } = await prune(project, { olderThanDays: 0 }, drawn);
  expect({ removed, kept }).toEqual({ removed: [], kept: [] });
});

test('an attempt whose outcome is unknown is kept, whatever refers to it', async () => {
  await using project = await committed(hero, other);
  api().fail({ kind: 'reset-mid-body' });
  await project.write('a.images.yaml', manifest(hero, 'third: { prompt: third }'));
  expect((await project.generate()).result).toMatchObject({ failed: 1 });
  await project.write('a.images.yaml', manifest(hero));
  const before = await filesBelow(join(project.root, '.tintype/attempts'));
  expect(before.size).toBe(1);
  await prune(project, { olderThanDays: 0 }, nextYear);
  expect(await filesBelow(join(project.root, '.tintype/attempts'))).toEqual(before);
});

test('refusals of requests that no image makes are removed', async () => {
  await using project = await committed(hero);
  const { config } = await project.context();
  const refusals = openRefusals(config.cacheDir);
  const [{ key } = { key: null }] = (await project.plan()).requests;
  await refusals.remember(key!, 'mine');
  await refusals.remember('0'.repeat(64) as NonNullable<typeof key>, 'nobody’s');
  expect((await prune(project)).refusals).toBe(1);
  expect([...(await refusals.all()).keys()]).toEqual([key]);
});

test('the next run buys none of the pictures that were kept', async () => {
  await using project = await committed(hero, other);
  await project.write('a.images.yaml', manifest(hero));
  await prune(project);
  expect((await project.generate()).result).toMatchObject({ bought: 0, failed: 0, delivered: 1 });
  expect(api().ledger).toHaveLength(2);
});

test('a removed picture is in the history of the branch, and can be restored without buying', async () => {
  await using project = await committed(hero, other);
  await project.write('a.images.yaml', manifest(hero));
  await prune(project);
  commitAll(project.root);
  git(project.root, 'checkout', '--quiet', 'HEAD~1', '--', '.');
  expect((await project.generate()).result).toMatchObject({ bought: 0, delivered: 2 });
});

test('no variable of a .env file reaches git, which could start programs because of it', async () => {
  await using project = await committed(hero);
  const flag = join(project.root, 'ran');
  const config = join(project.root, 'config/git');
  await project.write('program.sh', `#!/bin/sh\ntouch '${flag}'\n`);
  await chmod(join(project.root, 'program.sh'), 0o755);
  await project.write(
    'config/git/config',
    `[trace2]\n\teventTarget = ${flag}\n[core]\n\tfsmonitor = ${join(project.root, 'program.sh')}\n`,
  );
  const lines = [`XDG_CONFIG_HOME=${join(config, '..')}`, `HOME=${project.root}`];
  await project.write('.env', [...lines, `GIT_TRACE2_EVENT=${flag}`, 'PATH=/nowhere'].join('\n'));
  await prune(project);
  expect(await stat(flag).catch(() => null)).toBeNull();
});
