import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pickCandidate, pruneProject, verifyProject } from '../src/index.ts';
import { readSheet } from '../../sheet/src/read-sheet.ts';
import { sheetData } from '../../sheet/src/sheet-data.ts';
import { eventsOf, useApi } from './support/api.ts';
import { testProject, type TestProject } from './support/project.ts';

const api = useApi();

const file = 'a.images.yaml';
const manifest = (prompt: string, pick: string = 'pick: 2') => `images:
  duo:
    prompt: ${prompt}
    number_of_images: 2
    ${pick}
    quality: low
    decorative: true
`;

/** A project whose candidates were bought without a pick and then picked. */
async function picked(): Promise<TestProject> {
  const project = await testProject({ [file]: manifest('a boat', '# none yet') }, api().baseUrl);
  expect((await project.generate()).error).toBeNull();
  await project.write(file, manifest('a boat'));
  return project;
}

/** The same project, after a change of the prompt. */
async function edited(): Promise<TestProject> {
  const project = await picked();
  await project.write(file, manifest('a ship'));
  return project;
}

/** The warnings about picks of a run that buys nothing. */
async function warningsOf(project: TestProject) {
  const { events } = await project.generate({ options: { missing: 'fail' } });
  return eventsOf(events, 'diagnostic').filter(({ code }) => code === 'pick-unseen');
}

async function sheetOf(project: TestProject) {
  const { facts, close } = await readSheet(await project.context());
  await close();
  return sheetData({ ...facts, problem: null, madeAt: new Date(), live: null }).images[0]!;
}

describe('a warning about a pick whose picture nobody can have seen', () => {
  test('comes at its line before the picture is bought', async () => {
    await using project = await edited();
    const [warning, ...others] = await warningsOf(project);
    expect(others).toEqual([]);
    expect(warning).toMatchObject({ severity: 'warning', file, line: 5 });
    expect(warning!.message).toMatch(
      /had pick: 2 before candidate 2 was bought.*will be delivered/,
    );
    expect((await sheetOf(project)).candidates.map((one) => one.isUnseenPick)).toEqual([
      false,
      true,
    ]);
  });

  test('comes after the picture is bought, also in a clone, until it is picked again', async () => {
    await using project = await edited();
    expect((await project.generate()).error).toBeNull();
    expect(await warningsOf(project)).toHaveLength(1);
    expect(await sheetOf(project)).toMatchObject({ status: 'unseen', flags: ['unpicked'] });

    await using clone = await testProject({}, api().baseUrl);
    await cp(project.root, clone.root, { recursive: true });
    expect((await warningsOf(clone))[0]).toMatchObject({ file, line: 5 });

    // The number is the same, so the manifest does not change. The store notes that it was picked again.
    const before = await project.read(file);
    const result = await pickCandidate(await project.context(), 'duo', 2);
    expect(result).toMatchObject({ isChanged: false, isConfirmed: true });
    expect(await project.read(file)).toEqual(before);
    expect(await warningsOf(project)).toEqual([]);
    expect(await sheetOf(project)).toMatchObject({ status: 'delivered', flags: [] });
    const again = await pickCandidate(await project.context(), 'duo', 2);
    expect(again).toMatchObject({ isChanged: false, isConfirmed: false });
    await cp(join(project.root, '.tintype'), join(clone.root, '.tintype'), { recursive: true });
    expect(await warningsOf(clone)).toEqual([]);
  });

  test('ends when another candidate is picked, even by hand', async () => {
    await using project = await edited();
    await project.generate();
    await project.write(file, manifest('a ship', 'pick: 1'));
    expect(await warningsOf(project)).toEqual([]);
  });

  test('does not come if the pick was in the manifest from the start', async () => {
    await using project = await testProject({ [file]: manifest('a boat') }, api().baseUrl);
    expect(await warningsOf(project)).toEqual([]);
    await project.generate();
    expect(await warningsOf(project)).toEqual([]);
  });

  test.each([
    ['that was bought before it was picked', manifest('a boat')],
    ['without a pick', manifest('a ship', '# none')],
    ['of one candidate', manifest('a ship', 'pick: 1').replace('images: 2', 'images: 1')],
    ['that is free', manifest('a ship', 'provider: offline\n    pick: 2')],
  ])('does not come about an image %s', async (_, text) => {
    await using project = await picked();
    await project.write(file, text);
    expect(await warningsOf(project)).toEqual([]);
  });

  test('ends if the pick is confirmed, even on a line that several images share, which only a person can change', async () => {
    const rows = manifest('a {{ n }}')
      .replace('duo:', '"{{ n }}":')
      .replace('quality', 'each: [{ n: boat }, { n: ship }]\n    quality');
    await using project = await testProject({ [file]: rows }, api().baseUrl);
    await project.generate();
    await project.write(file, rows.replace('a {{ n }}', 'the {{ n }}'));
    await project.generate();
    expect(await warningsOf(project)).toHaveLength(2);
    await pickCandidate(await project.context(), 'boat', 2);
    expect(await warningsOf(project)).toHaveLength(1);
    await expect(pickCandidate(await project.context(), 'ship', 1)).rejects.toThrow(/one of 2/);
  });
});

test('a confirmed pick is a file of the store: sound for verify, and pruned with its record', async () => {
  await using project = await edited();
  await project.generate();
  await pickCandidate(await project.context(), 'duo', 2);
  const context = await project.context();
  expect((await verifyProject(context)).findings).toEqual([]);
  await project.write(file, manifest('a raft', '# none'));
  // Ages of files follow the clock of the disk.
  const later = { clock: { now: () => new Date(Date.now() + 60_000) } };
  const prune = async () =>
    pruneProject(await project.context(later), { isDryRun: false, olderThanDays: 0 });
  const kinds = (await prune()).removed.map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'pick')).toHaveLength(1);
  expect((await prune()).removed).toEqual([]);
});
