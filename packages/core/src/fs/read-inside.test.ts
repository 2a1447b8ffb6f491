import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { readInside } from './read-inside.ts';

const secret = 'SECRET';
let outside: string;
let root: string;

beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), 'tintype-'));
  root = join(outside, 'root');
  await mkdir(join(root, 'a/b'), { recursive: true });
  await mkdir(join(outside, 'rooted'));
  await writeFile(join(outside, 'secret'), secret);
  await writeFile(join(outside, 'rooted/secret'), secret);
  await writeFile(join(root, 'file'), 'inside');
  await writeFile(join(root, 'a/file'), 'inside');
  await writeFile(join(root, '..file'), 'inside');
  await writeFile(join(root, 'unreadable'), 'inside');
  await chmod(join(root, 'unreadable'), 0);
  await symlink(join(outside, 'secret'), join(root, 'out'));
  await symlink('../secret', join(root, 'relative-out'));
  await symlink(outside, join(root, 'a/up'));
  await symlink('../file', join(root, 'a/in'));
  await symlink('circle', join(root, 'circle'));
  await symlink('nowhere', join(root, 'dangling'));
  await symlink(root, join(outside, 'link-to-root'));
  execFileSync('mkfifo', [join(root, 'pipe')]);
});

describe('readInside', () => {
  test.each([
    'file',
    'a/file',
    'a/../file',
    './file',
    '..file',
    'a/in',
    'a/up/root/file',
    '../root/file',
  ])('reads %s', async (path) => {
    expect(await readFrom(path)).toEqual({
      bytes: Buffer.from('inside'),
      file: expect.not.stringMatching(/^\.\.\//),
    });
  });

  test.each([
    ['nobody', /does not exist/],
    ['file/nobody', /does not exist/],
    ['dangling', /does not exist/],
    ['a', /is a folder/],
    ['.', /is a folder/],
    ['circle', /loop/],
    ['pipe', /not a regular file/],
    ['x'.repeat(300), /too long/],
    ['a\0b', /is no path/],
    ['../secret', /outside/],
    ['../rooted/secret', /outside/],
    ['../nobody', /outside/],
    ['..', /outside/],
    ['/etc/passwd', /outside/],
    ['/dev/zero', /outside/],
    ['out', /outside/],
    ['relative-out', /outside/],
    ['../link-to-root/file', /outside/],
    ['a/up/secret', /outside/],
    ['a/up/root/../secret', /outside|not exist/],
  ])('does not read %s', async (path, problem) => {
    expect(await readFrom(path)).toEqual({ problem: expect.stringMatching(problem) });
  });

  test.skipIf(process.getuid?.() === 0)('says that a file may not be read', async () => {
    expect(await readFrom('unreadable')).toEqual({ problem: 'unreadable may not be read' });
  });

  test('a file over the limit is not read, one at it is', async () => {
    expect(await readInside(root, join(root, 'file'), 5)).toMatchObject({ isTooLarge: true });
    expect(await readInside(root, join(root, 'file'), 6)).toMatchObject({ file: 'file' });
  });

  test('the root may be a link itself', async () => {
    const link = join(outside, 'link-to-root');
    expect(await readInside(link, join(link, 'a/file'))).toMatchObject({ file: 'a/file' });
    expect(await readInside(link, join(link, '../secret'))).toHaveProperty('problem');
  });

  test('a root that is not there holds nothing', async () => {
    const nowhere = join(outside, 'nowhere');
    expect(await readInside(nowhere, join(nowhere, 'file'))).toHaveProperty('problem');
    expect(await readInside(nowhere, join(outside, 'secret'))).toHaveProperty('problem');
  });

  test('whatever the path, what lies outside is never read', async () => {
    const part = fc.constantFrom(
      '..',
      '.',
      'a',
      'b',
      'up',
      'in',
      'out',
      'file',
      'root',
      'secret',
      'rooted',
      'relative-out',
      '',
      '~',
      '%2e%2e',
      '..\\',
    );
    const path = fc.array(part, { maxLength: 8 }).map((parts) => parts.join('/'));
    await fc.assert(
      fc.asyncProperty(fc.oneof(path, fc.string()), async (written) => {
        const result = await readFrom(written);
        const read = 'bytes' in result ? Buffer.from(result.bytes).toString() : 'nothing';
        expect(['inside', 'nothing']).toContain(read);
      }),
      { numRuns: 1000 },
    );
  });
});

/** As a manifest at the root's top would name it. */
function readFrom(path: string): ReturnType<typeof readInside> {
  return readInside(root, resolve(root, path));
}
