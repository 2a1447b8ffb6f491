import { readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../src/hash.ts';
import { type StoreRecord, verifyProject } from '../src/index.ts';
import { eventsOf, useApi } from './support/api.ts';
import { filesBelow } from './support/files.ts';
import { testProject, type TestProject } from './support/project.ts';

const api = useApi();

const manifest = `
defaults: { quality: low, size: 1408x480, decorative: true, placeholder: none, output_format: jpeg }
images:
  hero: { prompt: hero }
  other: { prompt: other }
`;

/** A project whose two pictures are bought. */
async function bought(): Promise<TestProject> {
  const project = await testProject({ 'a.images.yaml': manifest }, api().baseUrl);
  expect((await project.generate()).result).toMatchObject({ bought: 2, failed: 0 });
  return project;
}

async function recordOf({ root }: TestProject, prompt: string) {
  const dir = join(root, '.tintype/records');
  for (const file of (await filesBelow(dir)).keys()) {
    const record = JSON.parse(await readFile(join(dir, file), 'utf8')) as StoreRecord;
    if (record.request.prompt !== prompt) continue;
    const { sha256: hash } = record.original;
    return {
      record: join(dir, file),
      original: join(root, `.tintype/originals/${hash.slice(0, 2)}/${hash}.png`),
    };
  }
  throw new Error(`no record of ${prompt}`);
}

/** So that everything is read and encoded again. */
async function forgetFiles({ root }: TestProject): Promise<void> {
  await rm(join(root, 'node_modules'), { recursive: true });
  await rm(join(root, 'public'), { recursive: true });
}

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length >> 1]! ^= 1;
  await writeFile(path, bytes);
}

type Damage = (hero: { original: string; record: string }, project: TestProject) => Promise<void>;

const damages: [name: string, code: string, damage: Damage][] = [
  ['cut short', 'original-damaged', ({ original }) => truncate(original, 1000)],
  ['empty', 'original-damaged', ({ original }) => truncate(original, 0)],
  ['bit-flipped', 'original-damaged', ({ original }) => flip(original)],
  ['missing', 'original-missing', ({ original }) => rm(original)],
  [
    'swapped',
    'original-damaged',
    async ({ original }, project) => {
      const other = await recordOf(project, 'other');
      await rename(original, `${original}.aside`);
      await rename(other.original, original);
      await rename(`${original}.aside`, other.original);
    },
  ],
  [
    'a Git LFS pointer',
    'original-damaged',
    ({ original }) =>
      writeFile(original, 'version https://git-lfs.github.com/spec/v1\noid sha256:1\n'),
  ],
  ['of a record that is cut short', 'record-damaged', ({ record }) => truncate(record, 40)],
  [
    'of a record of a newer version',
    'record-damaged',
    async ({ record }) =>
      writeFile(record, (await readFile(record, 'utf8')).replace('"version": 1', '"version": 2')),
  ],
];

describe('a picture that is damaged in the store is not delivered, and not bought again', () => {
  test.each(damages)('%s', async (_, code, damage) => {
    await using project = await bought();
    const hero = await recordOf(project, 'hero');
    await damage(hero, project);
    await forgetFiles(project);

    const { events, result } = await project.generate();
    // Two originals that were swapped fail both, in whichever order.
    const failure = eventsOf(events, 'failed').find(({ id }) => id === 'hero');
    expect(failure).toMatchObject({ code, maybeBilled: false });
    expect(result!.bought).toBe(0);
    expect(api().ledger).toHaveLength(2);
    expect([...(await filesBelow(join(project.root, 'public/images'))).keys()]).not.toContain(
      'hero.jpeg',
    );
  });

  test.each(damages)(
    '%s: verify names it, with its image, and changes nothing',
    async (_, code, damage) => {
      await using project = await bought();
      const hero = await recordOf(project, 'hero');
      await damage(hero, project);
      const before = await filesBelow(join(project.root, '.tintype'));

      const events: unknown[] = [];
      const { findings, errors } = await verifyProject(
        await project.context({}, (event) => events.push(event)),
      );
      expect(errors).toBeGreaterThan(0);
      const finding = findings.find(({ imageIds }) => imageIds?.includes('hero'));
      expect(finding).toMatchObject({ severity: 'error', code });
      expect(join(project.root, finding!.path)).toBe(
        code === 'record-damaged' ? hero.record : hero.original,
      );
      expect(events).toHaveLength(findings.length);
      expect(await filesBelow(join(project.root, '.tintype'))).toEqual(before);
      expect(api().ledger).toHaveLength(2);
    },
  );
});

describe('a cached variant that is damaged is encoded anew', () => {
  /** The cached file of hero. */
  async function cachedHero(project: TestProject): Promise<string> {
    const hash = sha256(await project.read('public/images/hero.jpeg'));
    return join(project.root, `node_modules/.cache/tintype/v1/files/${hash.slice(0, 2)}/${hash}`);
  }

  test.each([
    ['bit-flipped', flip],
    ['cut short', (path: string) => truncate(path, 100)],
    ['empty', (path: string) => truncate(path, 0)],
    ['missing', (path: string) => rm(path)],
  ])('by generate, which delivers the right bytes: %s', async (_, damage) => {
    await using project = await bought();
    const right = await project.read('public/images/hero.jpeg');
    const cached = await cachedHero(project);
    await damage(cached);
    await rm(join(project.root, 'public'), { recursive: true });

    expect((await project.generate()).result).toMatchObject({ failed: 0, bought: 0 });
    expect(await project.read('public/images/hero.jpeg')).toEqual(right);
    expect(await readFile(cached)).toEqual(right);
    expect((await verifyProject(await project.context())).findings).toEqual([]);
  });

  test('once verify has named and removed it', async () => {
    await using project = await bought();
    const cached = await cachedHero(project);
    await flip(cached);
    const first = await verifyProject(await project.context());
    expect(first).toMatchObject({ errors: 1, findings: [{ code: 'variant-damaged' }] });
    expect(join(project.root, first.findings[0]!.path)).toBe(cached);
    expect((await verifyProject(await project.context())).errors).toBe(0);
    await rm(join(project.root, 'public'), { recursive: true });
    expect((await project.generate()).result).toMatchObject({ failed: 0, delivered: 2 });
    expect(sha256(await readFile(cached))).toBe(cached.slice(-64));
  });
});

test('a project whose manifests cannot be read is verified all the same', async () => {
  await using project = await bought();
  await project.write('a.images.yaml', 'images: [');
  await rm((await recordOf(project, 'hero')).original);
  const { findings, records } = await verifyProject(await project.context());
  expect({ records, codes: findings.map(({ code }) => code) }).toEqual({
    records: 2,
    codes: ['original-missing'],
  });
});
