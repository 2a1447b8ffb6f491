import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../src/hash.ts';
import { verifyProject } from '../src/index.ts';
import {
  boughtFiles,
  cachedFile,
  damagedManifest,
  storeDamages,
  variantDamages,
} from './robustness/damages.ts';
import { eventsOf, useApi } from './support/api.ts';
import { filesBelow } from './support/files.ts';
import { testProject, type TestProject } from './support/project.ts';

const api = useApi();

let model: TestProject;
beforeAll(async () => {
  model = await testProject({ 'a.images.yaml': damagedManifest }, api().baseUrl);
  const { result, error } = await model.generate();
  if (result?.bought !== 2) throw new Error('the two pictures were not bought', { cause: error });
  return () => model[Symbol.asyncDispose]();
});

/** A project whose two pictures are bought: a copy, because most of the time of a test would be buying them. */
async function bought(): Promise<TestProject> {
  const project = await testProject({}, api().baseUrl);
  await cp(model.root, project.root, { recursive: true, preserveTimestamps: true });
  return project;
}

/** Removes the cache, so that every picture is read and encoded again. */
async function forgetFiles({ root }: TestProject): Promise<void> {
  await rm(join(root, 'node_modules'), { recursive: true });
  await rm(join(root, 'public'), { recursive: true });
}

describe('a picture that is damaged in the store is not delivered, and not bought again', () => {
  test.each(storeDamages)('$name', async ({ code, plant }) => {
    await using project = await bought();
    const hero = await boughtFiles(project.root, 'hero');
    await plant(hero, await boughtFiles(project.root, 'other'));
    await forgetFiles(project);

    const { events, result } = await project.generate();
    // If two originals were swapped, both images fail, in either order.
    const failure = eventsOf(events, 'failed').find(({ id }) => id === 'hero');
    expect(failure).toMatchObject({ code, maybeBilled: false });
    expect(result!.bought).toBe(0);
    expect(api().ledger).toEqual([]);
    expect([...(await filesBelow(join(project.root, 'public/images'))).keys()]).not.toContain(
      'hero.jpeg',
    );
  });

  test.each(storeDamages)(
    '$name: verify reports it with its image, and changes nothing',
    async ({ code, plant }) => {
      await using project = await bought();
      const hero = await boughtFiles(project.root, 'hero');
      await plant(hero, await boughtFiles(project.root, 'other'));
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
      expect(api().ledger).toEqual([]);
    },
  );
});

describe('a damaged cached variant is encoded again', () => {
  test.each(variantDamages)(
    'by generate, which delivers the right bytes: $name',
    async ({ plant }) => {
      await using project = await bought();
      const right = await project.read('public/images/hero.jpeg');
      const cached = cachedFile(project.root, right);
      await plant(cached);
      await rm(join(project.root, 'public'), { recursive: true });

      expect((await project.generate()).result).toMatchObject({ failed: 0, bought: 0 });
      expect(await project.read('public/images/hero.jpeg')).toEqual(right);
      expect(await readFile(cached)).toEqual(right);
      expect((await verifyProject(await project.context())).findings).toEqual([]);
    },
  );

  test('once verify has named and removed it', async () => {
    await using project = await bought();
    const cached = cachedFile(project.root, await project.read('public/images/hero.jpeg'));
    await variantDamages[0]!.plant(cached);
    const first = await verifyProject(await project.context());
    expect(first).toMatchObject({ errors: 1, findings: [{ code: 'variant-damaged' }] });
    expect(join(project.root, first.findings[0]!.path)).toBe(cached);
    expect((await verifyProject(await project.context())).errors).toBe(0);
    await rm(join(project.root, 'public'), { recursive: true });
    expect((await project.generate()).result).toMatchObject({ failed: 0, delivered: 2 });
    expect(sha256(await readFile(cached))).toBe(cached.slice(-64));
  });
});

test('a project whose manifests cannot be read is still verified', async () => {
  await using project = await bought();
  await project.write('a.images.yaml', 'images: [');
  await rm((await boughtFiles(project.root, 'hero')).original);
  const { findings, records } = await verifyProject(await project.context());
  expect({ records, codes: findings.map(({ code }) => code) }).toEqual({
    records: 2,
    codes: ['original-missing'],
  });
});
