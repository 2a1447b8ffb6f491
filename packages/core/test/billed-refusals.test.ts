import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { moderationBlocked } from '@tintype/emulators/openai';
import { expect, test } from 'vitest';
import { pruneProject, verifyProject } from '../src/index.ts';
import { layout } from '../src/store/layout.ts';
import { eventsOf, useApi } from './support/api.ts';
import { filesBelow } from './support/files.ts';
import { commitAll, git } from './support/git.ts';
import { testProject, type TestProject } from './support/project.ts';

const api = useApi();

const manifest = (more = '') =>
  `images:\n  bonfire: { prompt: bonfire, quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg${more} }\n`;

/** A project whose only picture was refused. Its cache was deleted afterwards. */
async function refused(stage: 'input' | 'output'): Promise<TestProject> {
  const project = await testProject({ 'a.images.yaml': manifest() }, api().baseUrl);
  api().fail(moderationBlocked(stage));
  const { events } = await project.generate();
  expect(eventsOf(events, 'failed')).toMatchObject([{ code: 'moderation' }]);
  await rm((await project.context()).config.cacheDir, { recursive: true });
  return project;
}

async function refusalsOf({ root }: TestProject): Promise<string[]> {
  return [...(await filesBelow(join(root, '.tintype/refusals'))).keys()];
}

test('a refusal that may have been billed is not requested again without a cache', async () => {
  await using project = await refused('output');
  expect(await refusalsOf(project)).toHaveLength(1);
  const { requests } = await project.plan();
  expect(requests).toMatchObject([
    { status: 'missing', reason: expect.stringContaining('may have been billed') },
  ]);
  const { result, events } = await project.generate();
  expect(result).toMatchObject({ bought: 0, failed: 1 });
  expect(eventsOf(events, 'failed')).toMatchObject([{ code: 'moderation', maybeBilled: false }]);
  expect(api().requests).toHaveLength(1);

  await project.write('a.images.yaml', manifest(', take: 2'));
  expect((await project.generate()).result).toMatchObject({ bought: 1 });
  expect(await refusalsOf(project)).toHaveLength(1);
});

test('a refusal that is free is in the cache only', async () => {
  await using project = await refused('input');
  expect(await refusalsOf(project)).toEqual([]);
  expect((await project.generate()).result).toMatchObject({ bought: 1 });
});

test('a damaged refusal is found by verify, and nothing is bought', async () => {
  await using project = await refused('output');
  const [{ key } = { key: null }] = (await project.plan()).requests;
  await writeFile(layout.refusal(join(project.root, '.tintype'), key!), '{"version": 1');
  const { findings, errors } = await verifyProject(await project.context());
  expect(errors).toBe(1);
  expect(findings).toMatchObject([
    { code: 'refusal-damaged', key, message: expect.stringContaining('may be billed again') },
  ]);
  expect((await project.generate()).result).toMatchObject({ bought: 0, failed: 1 });
  expect(api().requests).toHaveLength(1);
});

test('prune removes a committed refusal of a request that is in no manifest', async () => {
  await using project = await refused('output');
  const pruning = { isDryRun: false, olderThanDays: null };
  const lake = '  lake: { prompt: lake, quality: low, size: 1408x480, decorative: true }\n';
  await project.write('a.images.yaml', manifest() + lake);
  expect((await project.generate()).result).toMatchObject({ bought: 1, failed: 1 });
  git(project.root, 'init', '--quiet');
  commitAll(project.root);
  await pruneProject(await project.context(), pruning);
  expect(await refusalsOf(project)).toHaveLength(1);
  await project.write('a.images.yaml', manifest(', take: 2') + lake);
  await pruneProject(await project.context(), pruning);
  expect(await refusalsOf(project)).toEqual([]);
});
