import { filesOnDisk } from '../fs/project-files.ts';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { places } from '../../test/support/expand-text.ts';
import { isQuick } from '../../test/support/test-mode.ts';
import { expandJobs } from '../plan/expand-jobs.ts';
import { modelTable } from '../plan/models.ts';
import { type ManifestSearch, readManifests } from './read-manifests.ts';

const image = 'images:\n  hero: { prompt: x, alt: y }\n';

let outside: string;
let root: string;

beforeEach(async () => {
  outside = await mkdtemp(join(tmpdir(), 'tintype-'));
  root = join(outside, 'project');
  await mkdir(root);
});

describe('finding', () => {
  test('manifests are found below the root, in the order of their paths', async () => {
    await put({
      'b.images.yaml': image,
      'a/z.images.yml': image,
      'a/a.images.yaml': image,
      'images.yaml': image,
      'a.images.json': image,
      'a.IMAGES.yaml': image,
    });
    expect(await files()).toEqual(['a/a.images.yaml', 'a/z.images.yml', 'b.images.yaml']);
  });

  test('node_modules, dot-folders, dist and the ignored folders are not searched', async () => {
    await put({
      'node_modules/a/x.images.yaml': image,
      'deep/node_modules/x.images.yaml': image,
      '.hidden/x.images.yaml': image,
      'deep/.git/x.images.yaml': image,
      'dist/x.images.yaml': image,
      'deep/dist/x.images.yaml': image,
      'public/images/x.images.yaml': image,
      'we[i]rd/x.images.yaml': image,
      'wei/x.images.yaml': image,
      'public/x.images.yaml': image,
      'distant/x.images.yaml': image,
    });
    const ignoredDirs = [join(root, 'public/images'), join(root, 'we[i]rd'), outside, root];
    expect(await files({ ignoredDirs })).toEqual([
      'distant/x.images.yaml',
      'public/x.images.yaml',
      'wei/x.images.yaml',
    ]);
  });

  test('a project inside a folder with such a name is still searched', async () => {
    root = join(outside, '.hidden/dist/node_modules/project');
    await put({ 'a.images.yaml': image });
    expect(await files()).toEqual(['a.images.yaml']);
  });

  test.each([
    ['art/*.yaml', ['art/a.yaml']],
    ['./art/a.yaml', ['art/a.yaml']],
    ['**/*.yml', ['art/b.yml']],
    ['nothing/**', []],
    ['art/a.yaml/**', []],
    ['art/.c.yaml', ['art/.c.yaml']],
    ['.art/*.yaml', []],
    ['{art,deep/ep}/*.yaml', ['art/a.yaml', 'deep/ep/d.yaml']],
    ['@(art|deep/ep)/*.yaml', ['art/a.yaml', 'deep/ep/d.yaml']],
    ['*/*.yaml', ['art/a.yaml']],
    ['d*/**/*.yaml', ['deep/ep/d.yaml']],
    ['dist/*.yaml', []],
    ['link/*.yaml', ['link/a.yaml']],
    ['!(art)/**/*.yaml', ['deep/ep/d.yaml']],
    ['art/../deep/ep/*', ['deep/ep/d.yaml']],
    ['../project/art/*.yaml', ['art/a.yaml']],
  ])('the pattern %s', async (pattern, expected) => {
    await put({
      'art/a.yaml': image,
      'art/b.yml': image,
      'art/.c.yaml': image,
      '.art/a.yaml': image,
      'dist/a.yaml': image,
      'deep/ep/d.yaml': image,
    });
    await symlink('art', join(root, 'link'));
    expect(await files({ patterns: [pattern] })).toEqual(expected);
  });

  test('a pattern may be absolute, and a file that several patterns match is found once', async () => {
    await put({ 'art/a.yaml': image });
    const patterns = [join(root, 'art/*.yaml'), 'art/a.yaml', '**/a.yaml'];
    expect(await files({ patterns })).toEqual(['art/a.yaml']);
  });

  test('a pattern with ! takes away from the others, wherever it stands', async () => {
    await put({ 'art/a.yaml': image, 'art/old/b.yaml': image, 'art/old.yaml': image });
    expect(await files({ patterns: ['!art/old/**', 'art/**'] })).toEqual([
      'art/a.yaml',
      'art/old.yaml',
    ]);
    expect(await files({ patterns: ['!art/**'] })).toEqual([]);
  });

  test('a folder that cannot be read is an error, because manifests may be in it', async () => {
    // The file system refuses this name even for root.
    const tooLong = 'x'.repeat(300);
    await expect(read({ patterns: [`${tooLong}/*.yaml`] })).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining('cannot be read (ENAMETOOLONG), and manifests may be in it'),
    });
  });

  test('nothing outside the root is read', async () => {
    await writeFile(join(outside, 'x.images.yaml'), image);
    await mkdir(join(outside, 'other'));
    await writeFile(join(outside, 'other/x.images.yaml'), image);
    await symlink(join(outside, 'other'), join(root, 'link'));
    await symlink(join(outside, 'x.images.yaml'), join(root, 'link.images.yaml'));
    const patterns = ['**/*.images.yaml', '../*.images.yaml', join(outside, '*.images.yaml')];
    const { manifests, diagnostics } = await read({ patterns });
    expect(manifests).toEqual([]);
    expect(diagnostics).toMatchObject([
      {
        file: 'link.images.yaml',
        code: 'not-readable',
        message: 'link.images.yaml lies outside the project',
      },
    ]);
  });

  test('a link to a manifest in the project is a manifest, and a folder is not', async () => {
    await put({ 'shared/brand.yaml': image, 'deep/x.images.yaml/note.txt': 'a folder' });
    await symlink('shared/brand.yaml', join(root, 'link.images.yaml'));
    await symlink('deep', join(root, 'folder.images.yaml'));
    expect(await files()).toEqual(['link.images.yaml']);
  });

  test('a pipe or a broken link with the name of a manifest is a mistake, and does not block', async () => {
    execFileSync('mkfifo', [join(root, 'a.images.yaml')]);
    await symlink('nowhere', join(root, 'b.images.yaml'));
    await symlink('/dev/zero', join(root, 'c.images.yaml'));
    const { diagnostics } = await read();
    expect(diagnostics.map(({ message }) => message)).toEqual([
      'a.images.yaml is not a regular file',
      'b.images.yaml does not exist',
      'c.images.yaml lies outside the project',
    ]);
  });

  test('a broken file is reported, and the others are read', async () => {
    await put({ 'a.images.yaml': 'images: [', 'b.images.yaml': image, 'c.images.yaml': '\0' });
    const { manifests, diagnostics } = await read();
    expect(manifests.map(({ file }) => file)).toEqual(['b.images.yaml']);
    expect(places(diagnostics)).toEqual(['1:10 yaml-syntax', 'c.images.yaml:1:1 nul-byte']);
  });

  test('a file that is too large is not read at all', async () => {
    await put({ 'a.images.yaml': 'x'.repeat(10 * 1024 * 1024 + 1) });
    expect(places((await read()).diagnostics)).toEqual(['1:1 file-too-large']);
  });

  test('thousands of manifests are read with few open files', async () => {
    // More than a process may have open.
    const count = isQuick ? 1200 : 3000;
    const many = Object.fromEntries(
      Array.from({ length: count }, (_, n) => [
        `m/${n}.images.yaml`,
        `images:\n  i${n}: { each: ../rows.csv }\n`,
      ]),
    );
    await put({ ...many, 'rows.csv': 'a\n1\n' });
    const { manifests, diagnostics } = await read();
    expect(diagnostics).toEqual([]);
    expect(manifests).toHaveLength(count);
  });
});

describe('rows in a file of their own', () => {
  const entry = (each: string) =>
    `images:\n  "i-{{ name }}":\n    each: ${each}\n    prompt: A {{ name }}\n    alt: y\n`;

  test('are found beside the manifest', async () => {
    await put({
      'art/a.images.yaml': entry('./rows/icons.csv'),
      'art/rows/icons.csv': 'name\nhome\ncart\n',
      'b.images.yaml': entry('art/more.json'),
      'art/more.json': '[{ "name": "more" }]',
    });
    expect(await ids()).toEqual(['i-home', 'i-cart', 'i-more']);
  });

  test('two images may share a file', async () => {
    await put({
      'a.images.yaml': `${entry('r.csv')}  "j-{{ name }}": { each: r.csv, prompt: x, alt: y }\n`,
      'r.csv': 'name\nhome\n',
    });
    expect(await ids()).toEqual(['i-home', 'j-home']);
  });

  test.each<[string, string, string]>([
    ['missing', 'rows.csv', 'not-readable'],
    ['in a folder that is missing', 'a/b/rows.csv', 'not-readable'],
    ['a folder', 'folder.csv', 'not-readable'],
    ['the root', '.', 'not-readable'],
    ['above the root', '../rows.csv', 'not-readable'],
    ['far above the root', '../../../../../../etc/passwd', 'not-readable'],
    ['absolute', '/etc/passwd', 'not-readable'],
    ['a link out of the root', 'link.csv', 'not-readable'],
    ['below a link out of the root', 'linked/rows.csv', 'not-readable'],
    ['a link in a circle', 'circle.csv', 'not-readable'],
    ['a device', '/dev/zero', 'not-readable'],
    ['a pipe', 'pipe.csv', 'not-readable'],
    ['a name with a NUL', '"a\\0.csv"', 'not-readable'],
    ['a name that is too long', `${'x'.repeat(300)}.csv`, 'not-readable'],
    ['a file as a folder', 'a.images.yaml/rows.csv', 'not-readable'],
    ['a URL', 'https://example.com/rows.csv', 'not-readable'],
    ['larger than 10 MB', 'large.csv', 'file-too-large'],
  ])('%s is reported at each, without consequences', async (_, each, code) => {
    await writeFile(join(outside, 'rows.csv'), 'name\nsecret\n');
    await put({
      'a.images.yaml': entry(each),
      'folder.csv/x': '',
      'large.csv': 'x'.repeat(10 * 1024 * 1024 + 1),
    });
    await symlink(join(outside, 'rows.csv'), join(root, 'link.csv'));
    await symlink(outside, join(root, 'linked'));
    await symlink('circle.csv', join(root, 'circle.csv'));
    execFileSync('mkfifo', [join(root, 'pipe.csv')]);
    const { diagnostics, expanded } = await readAndExpand();
    expect(places([...diagnostics, ...expanded.diagnostics])).toEqual([`3:11 ${code}`]);
    expect(JSON.stringify(diagnostics)).not.toContain('secret');
    expect(expanded.jobs).toEqual([]);
  });

  test.each([
    ['that cannot be read', ''],
    ['of which one is bad', 'name,n\nhome,1\ncart\n'],
  ])('an image that may be one of the rows %s is not reported as unknown', async (_, rows) => {
    const works = (id: string, from: string): string =>
      `  ${id}: { prompt: x, alt: y, input_images: ["tintype:${from}"] }\n`;
    await put({
      'a.images.yaml': `${entry('r.csv')}${works('a', 'i-cart')}${works('b', 'j-cart')}`,
      ...(rows !== '' && { 'r.csv': rows }),
    });
    const { diagnostics, expanded } = await readAndExpand();
    expect(places([...diagnostics, ...expanded.diagnostics])).toEqual([
      rows === '' ? '3:11 not-readable' : 'r.csv:3:1 bad-row',
      '7:42 unknown-image',
    ]);
  });

  test('bad rows are reported in the data file, and the good ones are images', async () => {
    await put({ 'a.images.yaml': entry('r.csv'), 'r.csv': 'name,n\nhome,1\ncart\n' });
    const { diagnostics, expanded } = await readAndExpand();
    expect(places([...diagnostics, ...expanded.diagnostics])).toEqual(['r.csv:3:1 bad-row']);
    expect(expanded.jobs.map(({ id }) => id)).toEqual(['i-home']);
  });

  test('a file without rows is reported there, without consequences', async () => {
    await put({ 'a.images.yaml': entry('r.csv'), 'r.csv': 'name\n' });
    const { diagnostics, expanded } = await readAndExpand();
    expect(places([...diagnostics, ...expanded.diagnostics])).toEqual(['r.csv:1:1 bad-row']);
  });

  test('a mistake that a row causes names the row', async () => {
    await put({
      'a.images.yaml':
        'images:\n  "i-{{ name }}": { each: r.csv, prompt: x, alt: y, quality: "{{ q }}" }\n',
      'r.csv': 'name,q\na,low\nb,best\nA,low\na,low\n',
    });
    const { diagnostics } = (await readAndExpand()).expanded;
    expect(places(diagnostics)).toEqual(['2:62 not-allowed', '2:3 bad-id', '2:3 duplicate-id']);
    expect(diagnostics.map(({ message }) => /row at (\S+)\)/.exec(message)?.[1])).toEqual([
      'r.csv:3',
      'r.csv:4',
      'r.csv:5',
    ]);
  });

  test('other mistakes of an image with unreadable rows are reported, too', async () => {
    await put({
      'a.images.yaml':
        'images:\n  "i-{{ name }}": { each: r.csv, prompt: "{{ x }}", complexity: low }\n',
    });
    const { diagnostics, expanded } = await readAndExpand();
    expect(places([...diagnostics, ...expanded.diagnostics])).toEqual([
      '2:27 not-readable',
      '2:3 missing-alt',
      '2:65 not-supported-by-model',
    ]);
  });
});

async function put(contents: Readonly<Record<string, string>>): Promise<void> {
  const folders = new Set(Object.keys(contents).map((file) => dirname(join(root, file))));
  await Promise.all([...folders].map((folder) => mkdir(folder, { recursive: true })));
  for (const [file, text] of Object.entries(contents)) await writeFile(join(root, file), text);
}

function read(search: Partial<ManifestSearch> = {}) {
  const files = filesOnDisk(root);
  return readManifests({
    root,
    patterns: ['**/*.images.{yaml,yml}'],
    ignoredDirs: [],
    files,
    ...search,
  });
}

async function readAndExpand() {
  const { manifests, diagnostics } = await read();
  const expanded = expandJobs(manifests, {
    defaults: {},
    provider: 'openai',
    providers: ['openai'],
    models: modelTable,
    partialImages: null,
  });
  return { diagnostics, expanded };
}

async function files(search: Partial<ManifestSearch> = {}): Promise<string[]> {
  const { manifests, diagnostics } = await read(search);
  expect(diagnostics).toEqual([]);
  return manifests.map(({ file }) => file);
}

async function ids(): Promise<string[]> {
  const { diagnostics, expanded } = await readAndExpand();
  expect([...diagnostics, ...expanded.diagnostics]).toEqual([]);
  return expanded.jobs.map(({ id }) => id);
}
