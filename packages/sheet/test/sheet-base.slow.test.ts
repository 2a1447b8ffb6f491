import { expect, test } from 'vitest';
import { useApi } from '../../core/test/support/api.ts';
import { commitAll, git } from '../../core/test/support/git.ts';
import { testProject, type TestProject } from '../../core/test/support/project.ts';
import { writeSheet } from '../src/index.ts';
import type { Sheet } from '../src/sheet.ts';

const api = useApi();

const manifest = `defaults: { decorative: true, quality: low }
images:
  hero: { prompt: A lighthouse, alt: A lighthouse, decorative: false }
  same: { prompt: A plain }
  cropped: { prompt: A hill, widths: [320] }
  old: { prompt: A ruin }
`;

/** A branch on which one image has other words, one another crop, one is new and one gone. */
async function pullRequest(): Promise<TestProject> {
  const project = await testProject({ 'a.images.yaml': manifest }, api().baseUrl);
  git(project.root, 'init', '--quiet');
  const { error } = await project.generate();
  expect(error).toBeNull();
  commitAll(project.root);
  git(project.root, 'checkout', '--quiet', '-b', 'work');
  await project.write(
    'a.images.yaml',
    manifest
      .replace('prompt: A lighthouse', 'prompt: A windmill')
      .replace('widths: [320]', 'crop: 3:2')
      .replace('old: { prompt: A ruin }', 'fresh: { prompt: A meadow }'),
  );
  return project;
}

async function sheetOf(project: TestProject): Promise<Sheet> {
  const html = (await project.read('tintype-sheet.html')).toString();
  const json = /<script type="application\/json" id="sheet">(.*?)<\/script>/s.exec(html)![1]!;
  return JSON.parse(json) as Sheet;
}

test('shows what is new, changed and gone since a commit, with the pictures before, the cost and the bytes', async () => {
  await using project = await pullRequest();
  await project.generate({ ids: ['hero', 'cropped'] });
  const bought = api().ledger.length;
  const { changes } = await writeSheet(await project.context(), undefined, { base: 'main' });
  expect(api().ledger).toHaveLength(bought);
  const { base, images } = await sheetOf(project);
  expect(base).toMatchObject({
    ref: 'main',
    new: 1,
    changed: 2,
    gone: [{ id: 'old', manifest: 'a.images.yaml' }],
  });
  expect(base!.commit).toBe(git(project.root, 'rev-parse', 'main').trim());
  expect(base!.spentUsd).toBeCloseTo(api().ledger.at(-1)!.costUsd, 6);
  expect(base!.toBuyUsd!.high).toBeGreaterThan(0);
  expect(base!.gone[0]!.pictures).toMatchObject([{ prompt: 'A ruin' }]);
  const { before, after } = base!.deliveredBytes!;
  expect(before).toBeGreaterThan(0);
  expect(after).not.toBe(before);
  const kinds = Object.fromEntries(
    images.map(({ id, change }) => [id, [change!.kind, ...change!.changed].join(' ')]),
  );
  expect(kinds).toEqual({
    hero: 'changed prompt',
    same: 'same',
    cropped: 'changed widths crop',
    fresh: 'new',
  });
  const [hero] = images;
  expect(hero!.change!.before).toMatchObject([{ prompt: 'A lighthouse' }]);
  expect(hero!.flags).toContain('differs');
  expect(changes!.images.map(({ id }) => id)).toEqual(['hero', 'cropped', 'fresh']);
  expect(changes!.images.map(({ price }) => price !== null)).toEqual([false, false, true]);
});

test('a commit that git does not know is an error, and nothing is written', async () => {
  await using project = await pullRequest();
  await expect(
    writeSheet(await project.context(), undefined, { base: 'nowhere' }),
  ).rejects.toMatchObject({
    code: 'usage',
  });
  await expect(project.read('tintype-sheet.html')).rejects.toThrow('ENOENT');
});
