import { chmod, lstat, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pickCandidate } from '../src/index.ts';
import { testProject, type TestProject } from './support/project.ts';

const text = `# The pictures of the front page
defaults: { decorative: true }

presets:
  three: { number_of_images: 3 }   # three to choose from

images:

  # The first thing that one sees
  hero:
    prompt: "A keeper"     # in quotes
    number_of_images: 4 # four

    alt: A keeper
    decorative: false

  by-preset:
    # made of three
    preset: three
    prompt: B

  inline: { prompt: C, number_of_images: 2 }
  one: { prompt: D }
  "icon-{{ name }}":
    each: [{ name: home }, { name: cart }]
    prompt: "{{ name }}"
    number_of_images: 2
  "only-{{ name }}":
    each: [{ name: row }]
    prompt: "{{ name }}"
    number_of_images: 2
  anchored: &shared { prompt: E, number_of_images: 2 }
  alias: *shared
`;

function projectOf(content: string = text): Promise<TestProject> {
  return testProject({ 'site/a.images.yaml': content });
}

async function pick(project: TestProject, id: string, candidate: number) {
  const result = await pickCandidate(await project.context(), id, candidate);
  return { ...result, after: (await project.read('site/a.images.yaml')).toString('utf8') };
}

describe('a pick is written where it belongs, and every other line stays', () => {
  test.each([
    ['hero', 2, 13, '    pick: 2'],
    ['by-preset', 3, 18, '    pick: 3'],
    ['only-row', 1, 30, '    pick: 1'],
  ])('%s', async (id, candidate, line, written) => {
    await using project = await projectOf();
    const { after, isChanged } = await pick(project, id, candidate);
    const lines = after.split('\n');
    const at = lines.indexOf(written);
    expect(at).toBeGreaterThan(0);
    expect(Math.abs(at + 1 - line)).toBeLessThan(4);
    expect(lines.toSpliced(at, 1).join('\n')).toBe(text);
    expect(isChanged).toBe(true);
  });

  test('in a map on one line', async () => {
    await using project = await projectOf();
    const { after, place } = await pick(project, 'inline', 2);
    expect(after).toBe(
      text.replace('C, number_of_images: 2 }', 'C, number_of_images: 2, pick: 2 }'),
    );
    expect(place).toMatchObject({ file: 'site/a.images.yaml', line: 22 });
  });

  test('and the next run delivers it', async () => {
    await using project = await projectOf();
    await pick(project, 'hero', 2);
    const { jobs } = await project.plan();
    expect(jobs.find(({ id }) => id === 'hero')?.pick).toBe(2);
  });

  test('after a byte order mark, with Windows line ends', async () => {
    const content = `\uFEFF${text.replaceAll('\n', '\r\n')}`;
    await using project = await projectOf(content);
    const { after } = await pick(project, 'hero', 2);
    expect(after.replace('    pick: 2\r\n', '')).toBe(content);
  });

  test('in place of another', async () => {
    const picked = text.replace('four\n', 'four\n    pick: 1 # the first\n');
    await using project = await projectOf(picked);
    const { after } = await pick(project, 'hero', 4);
    expect(after).toBe(picked.replace('pick: 1', 'pick: 4'));
  });
});

test('the manifest keeps its permissions', async () => {
  await using project = await projectOf();
  const path = join(project.root, 'site/a.images.yaml');
  await chmod(path, 0o640);
  await pick(project, 'hero', 2);
  expect((await lstat(path)).mode & 0o777).toBe(0o640);
});

test('if the manifest is a link, the file that it leads to is written, and the link stays', async () => {
  await using project = await testProject({ 'shared/a.yaml': text });
  await mkdir(join(project.root, 'site'));
  await symlink('../shared/a.yaml', join(project.root, 'site/a.images.yaml'));
  expect((await pick(project, 'hero', 2)).after).toContain('pick: 2');
  expect((await lstat(join(project.root, 'site/a.images.yaml'))).isSymbolicLink()).toBe(true);
  expect((await project.read('shared/a.yaml')).toString()).toContain('pick: 2');
});

test('picking again what is already picked writes nothing', async () => {
  await using project = await projectOf();
  await pick(project, 'hero', 2);
  expect(await pick(project, 'hero', 2)).toMatchObject({ isChanged: false });
});

describe('the manifest is left alone, and the reason given', () => {
  test.each([
    ['an image that there is not', 'heroo', 1, 'usage', /no image "heroo".*hero/],
    ['a candidate that there is not', 'hero', 5, 'usage', /has 4 candidates, and no 5/],
    ['the second of one', 'one', 2, 'usage', /has 1 candidate, and no 2/],
    [
      'one of several rows',
      'icon-home',
      1,
      'usage',
      /one of 2 images of the entry at site\/a\.images\.yaml:24/,
    ],
    [
      'an alias',
      'alias',
      1,
      'usage',
      /no fields of its own in this file; write pick: 1 there by hand/,
    ],
    ['an entry that another is an alias of', 'anchored', 1, 'usage', /an anchor is shared/],
  ])('%s', async (_, id, candidate, code, message) => {
    await using project = await projectOf();
    await expect(pick(project, id, candidate)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect((await project.read('site/a.images.yaml')).toString()).toBe(text);
  });

  test.each([
    ['may hide', text.replace('  hero:', '  Hero:')],
    ['is in', text.replace('four\n', 'four\n    pick: 9\n')],
  ])('an image that a mistake %s: the mistake is what is said', async (_, content) => {
    await using project = await projectOf(content);
    await expect(pick(project, 'hero', 1)).rejects.toMatchObject({ code: 'manifest' });
  });
});
