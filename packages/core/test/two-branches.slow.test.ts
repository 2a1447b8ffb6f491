import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileStore } from '../src/store/file-store.ts';
import { mergeSides } from '../src/store/merge-sides.ts';
import { planPrune } from '../src/operations/plan-prune.ts';
import { eventsOf, useApi } from './support/api.ts';
import { filesBelow } from './support/files.ts';
import { commitAll, git } from './support/git.ts';
import { testProject, type TestProject } from './support/project.ts';

const api = useApi();

const manifest = `images:
  a: { prompt: a, quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg }
`;

interface Joining {
  readonly style?: 'merge' | 'diff3' | 'zdiff3';
  /** `.gitattributes` of the project, above the store. */
  readonly attributes?: string;
  readonly how?: 'merge' | 'rebase' | 'cherry-pick';
}

/** A repository in which main and a branch bought the same picture, after both were merged. */
async function merged({
  style = 'merge',
  attributes = '',
  how = 'merge',
}: Joining): Promise<TestProject> {
  const project = await testProject({ 'a.images.yaml': manifest }, api().baseUrl);
  const { root } = project;
  await project.write('.gitignore', 'node_modules\npublic\n.tintype/attempts\n');
  await project.write('.gitattributes', attributes);
  git(root, 'init', '--quiet');
  git(root, 'config', 'merge.conflictStyle', style);
  commitAll(root, 'nothing bought');
  git(root, 'checkout', '--quiet', '-b', 'other');
  await project.generate({ clock: { now: () => new Date('2026-11-24T09:00:00Z') } });
  commitAll(root, 'bought on the branch');
  git(root, 'checkout', '--quiet', 'main');
  await project.generate({ clock: { now: () => new Date('2026-11-24T08:00:00Z') } });
  commitAll(root, 'bought on main');
  expect(() => git(root, how, 'other')).toThrow(how);
  return project;
}

describe('a picture that two branches bought', () => {
  test.each(['merge', 'diff3', 'zdiff3'] as const)(
    'is stored after a merge (conflict style %s): the older is used, both are kept, nothing is bought',
    async (style) => {
      await using project = await merged({ style });
      const { root } = project;
      const store = join(root, '.tintype');
      expect(api().ledger).toHaveLength(2);
      // Both purchases count, before and after the merge is resolved.
      expect(await fileStore(store).purchases()).toHaveLength(2);

      const { requests } = await project.plan();
      expect(requests[0]).toMatchObject({ status: 'stored' });
      const older = requests[0]!.stored;
      expect(older).toMatchObject({
        record: { provenance: { createdAt: '2026-11-24T08:00:00.000Z' } },
      });

      const { result, events } = await project.generate();
      expect(result).toMatchObject({ bought: 0, failed: 0, delivered: 1 });
      expect(eventsOf(events, 'diagnostic')).toMatchObject([
        { severity: 'warning', code: 'bought-twice', file: 'a.images.yaml' },
      ]);
      expect(api().ledger).toHaveLength(2);

      expect(await fileStore(store).purchases()).toHaveLength(2);
      const names = [...(await filesBelow(store)).keys()];
      expect(names.filter((name) => name.startsWith('records'))).toHaveLength(2);
      expect(names.filter((name) => name.startsWith('originals'))).toHaveLength(2);
      commitAll(root, 'resolved');
      const again = await project.generate();
      expect(eventsOf(again.events, 'diagnostic')).toEqual([]);
      expect(again.result).toMatchObject({ bought: 0, failed: 0 });

      const pruned = planPrune(await fileStore(store).list(), {
        isWanted: () => true,
        urls: new Set(),
        protection: { kind: 'age', before: new Date('2027-01-01') },
        now: new Date(),
      });
      expect(pruned.remove).toEqual([]);
    },
  );

  test.each<Joining>([
    { how: 'rebase' },
    { how: 'cherry-pick' },
    { attributes: '* text eol=crlf\n' },
    { attributes: '* conflict-marker-size=20\n' },
    { attributes: '*.json merge=union\n', how: 'rebase' },
    { attributes: '*.json -merge\n' },
  ])('is stored once joined: %j', async (joining) => {
    await using project = await merged(joining);
    const { result } = await project.generate();
    expect(result).toMatchObject({ bought: 0, failed: 0, delivered: 1 });
    expect(api().ledger).toHaveLength(2);
    const names = [...(await filesBelow(join(project.root, '.tintype'))).keys()];
    expect(names.filter((name) => name.startsWith('records'))).toHaveLength(2);
    expect(names.filter((name) => name.startsWith('originals'))).toHaveLength(2);
  });
});

describe('the sides of a merge', () => {
  test('have the common lines and the lines of one side each', () => {
    const text = 'a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> other\nd\n';
    expect(mergeSides(text)).toEqual(['a\nb\nd\n', 'a\nc\nd\n']);
  });

  test('leave out the common ancestor', () => {
    const text = '<<<<<<< ours\nb\n||||||| 1234\nx\n=======\nc\n>>>>>>> theirs\n';
    expect(mergeSides(text)).toEqual(['b\n', 'c\n']);
  });

  test('are null without a conflict', () => {
    expect(mergeSides('{ "prompt": "<<<<<<<" }')).toBeNull();
  });
});
