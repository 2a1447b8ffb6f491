import { readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cacheLayout } from '../src/cache/cache-layout.ts';
import { openCache } from '../src/cache/open-cache.ts';
import { sha256 } from '../src/hash.ts';
import { measureFiles, pruneProject } from '../src/index.ts';
import type { Sha256 } from '../src/types.ts';
import { useApi } from './support/api.ts';
import { filesBelow, hashesBelow } from './support/files.ts';
import { testProject, type TestProject } from './support/project.ts';

const api = useApi();
const manifest = `
defaults: { size: 1024x1024, crop: 128x128, placeholder: none }
images:
  hero: { prompt: A lighthouse, alt: A lighthouse, widths: [64], formats: [webp, jpeg, png] }
  late: { prompt: Not bought, alt: Not bought, formats: [webp] }
`;

describe('how files look', () => {
  test('is measured for all files of stored pictures, and buys nothing', async () => {
    await using project = await bought();
    const looks = await measure(project);
    expect(looks.map(({ file }) => file)).toEqual([
      'hero-64w.webp',
      'hero.webp',
      'hero-64w.jpeg',
      'hero.jpeg',
      'hero-64w.png',
      'hero.png',
    ]);
    for (const { format, bytes, look } of looks) {
      expect(bytes).toBeGreaterThan(0);
      expect(look!.defaults.bytes).toBeGreaterThan(0);
      if (format === 'png')
        expect(look).toMatchObject({ quality: 100, defaults: { quality: 100 } });
      else expect(look!.quality).toBeGreaterThan(50);
    }
    expect(api().ledger).toHaveLength(1);
  });

  test('is better where more quality was asked for', async () => {
    await using project = await bought();
    const quality = async (output_compression: number) => {
      await project.write(
        'site.images.yaml',
        manifest.replace('[webp, jpeg, png]', `[webp], output_compression: ${output_compression}`),
      );
      return (await measure(project)).map(({ look }) => look!.quality);
    };
    const [coarse, fine] = [await quality(20), await quality(90)];
    expect(coarse[0]).toBeLessThan(fine[0]!);
    expect(coarse[1]).toBeLessThan(fine[1]!);
  });

  test('is in the cache afterwards, and is measured again if the cache has something else', async () => {
    await using project = await bought();
    const first = await measure(project);
    const { config } = await project.context();
    const known = await looksIn(project);
    expect(known).toHaveLength(first.length);
    const files = await hashesBelow(config.cacheDir);
    expect(await measure(project)).toEqual(first);
    expect([...(await hashesBelow(config.cacheDir)).values()]).toEqual(
      expect.arrayContaining([...files.values()]),
    );

    const cache = openCache(config, () => {});
    const index = String(await readFile(cacheLayout.index(config.cacheDir)));
    for (const look of known) {
      const [, key] = new RegExp(`\\["(\\w{64})",\\d+,"${sha256(look)}"`).exec(index)!;
      await cache.put(key as Sha256, Buffer.from(look.replace(/\d+/, '1000')));
    }
    expect(await measure(project)).toEqual(first);
  });

  test('of a damaged original is a failure that is reported and counted', async () => {
    await using project = await bought();
    const { config } = await project.context();
    const stored = [...(await filesBelow(config.storeDir)).keys()];
    const original = stored.find((file) => file.startsWith('originals/'));
    await rm(config.cacheDir, { recursive: true });
    await truncate(join(config.storeDir, original!), 10);
    const codes: string[] = [];
    const context = await project.context({}, (event) => {
      if (event.type === 'failed') codes.push(event.code);
    });
    expect(await measureFiles(context, [])).toEqual({ files: [], failed: 1 });
    expect(codes).toEqual(['original-damaged']);
  });

  test('stays in the cache when it is pruned, as long as a manifest wants the file', async () => {
    await using project = await bought();
    await measure(project);
    const context = await project.context();
    await pruneProject(context, { isDryRun: false, olderThanDays: null });
    expect(await looksIn(project)).toHaveLength(6);
    await project.write('site.images.yaml', manifest.replace('[webp, jpeg, png]', '[webp]'));
    await pruneProject(context, { isDryRun: false, olderThanDays: null });
    expect(await looksIn(project)).toHaveLength(2);
  });
});

/** What the cache has of looks. */
async function looksIn(project: TestProject): Promise<string[]> {
  const { config } = await project.context();
  const names = [...(await filesBelow(config.cacheDir)).keys()];
  const texts = await Promise.all(
    names.map(async (name) => String(await readFile(join(config.cacheDir, name)))),
  );
  return texts.filter((text) => text.startsWith('{"quality"'));
}

async function bought(): Promise<TestProject> {
  const project = await testProject({ 'site.images.yaml': manifest }, api().baseUrl);
  await project.generate({ ids: ['hero'] });
  return project;
}

async function measure(project: TestProject) {
  return (await measureFiles(await project.context(), [])).files;
}
