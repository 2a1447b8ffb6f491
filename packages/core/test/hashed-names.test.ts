import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256 } from '../src/hash.ts';
import { eventsOf } from './support/api.ts';
import { filesBelow } from './support/files.ts';
import { testProject, type TestProject } from './support/project.ts';

const options = { provider: 'offline', hashNames: true } as const;
const manifest = (jpeg: number) =>
  `images:\n  team/hero: { prompt: A pier, alt: A pier, widths: [64], formats: { webp: 80, jpeg: ${jpeg} } }\n`;

const outDir = 'public/images';
const namesIn = async ({ root }: TestProject) =>
  [...(await filesBelow(join(root, outDir))).keys()].filter(
    (file) => file !== 'tintype.assets.json',
  );

test('a name has the hash of its content; an unchanged run writes nothing, and a change removes the stale file', async () => {
  await using project = await testProject({ 'a.images.yaml': manifest(80) });
  const first = await project.generate({ options });
  expect(first.error).toBeNull();
  const names = await namesIn(project);
  expect(names).toHaveLength(4);
  for (const name of names) {
    const [, hash] = /^team\/hero(?:-64w)?\.([0-9a-f]{8})\.(?:webp|jpeg)$/.exec(name) ?? [];
    expect(sha256(await project.read(join(outDir, name))).slice(0, 8)).toBe(hash);
  }
  const asset = first.result!.assetMap.images['team/hero']!;
  expect(asset.files.map(({ file }) => file).toSorted()).toEqual(names.toSorted());
  expect(names).toContain(asset.src);
  const listed = Object.values(asset.sources).flatMap((srcset) =>
    srcset.split(', ').map((candidate) => candidate.split(' ')[0]!),
  );
  for (const url of listed) expect(names).toContain(url);

  const again = await project.generate({ options });
  expect(again.result).toMatchObject({ written: 0, removed: 0 });
  expect(again.result!.assetMap).toEqual(first.result!.assetMap);

  await project.write('a.images.yaml', manifest(40));
  const changed = await project.generate({ options });
  const stale = names.filter((name) => name.endsWith('.jpeg'));
  expect(
    eventsOf(changed.events, 'removed')
      .map(({ file }) => file)
      .toSorted(),
  ).toEqual(stale.toSorted());
  const after = await namesIn(project);
  expect(after).toHaveLength(4);
  for (const name of stale) expect(after).not.toContain(name);

  await project.generate({ options: { provider: 'offline' } });
  expect((await namesIn(project)).toSorted()).toEqual([
    'team/hero-64w.jpeg',
    'team/hero-64w.webp',
    'team/hero.jpeg',
    'team/hero.webp',
  ]);
});

test('a file of another program at such a name is not overwritten', async () => {
  await using project = await testProject({ 'a.images.yaml': manifest(80) });
  await project.generate({ options });
  const name = (await namesIn(project)).find((file) => file.endsWith('.webp'))!;
  await writeFile(join(project.root, outDir, 'tintype.assets.json'), '');
  await writeFile(join(project.root, outDir, name), 'mine');
  const { result, events } = await project.generate({ options });
  expect(result).toMatchObject({ failed: 1 });
  expect(eventsOf(events, 'failed')[0]).toMatchObject({ code: 'output-not-ours' });
  expect(String(await project.read(join(outDir, name)))).toBe('mine');
});
