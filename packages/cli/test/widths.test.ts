import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { main } from '../src/main.ts';
import { FakeOutput, FakeShell } from './support/fake-shell.ts';

const manifest = `images:
  hero:
    prompt: A lighthouse keeper reading at dawn
    alt: A keeper
    number_of_images: 4
  a-long-name/of-an-image-in-a-folder:
    prompt: A logo in #ff6600 on a white background
    alt: A logo, and a text so long that the line of the manifest is wider than any of the terminals of this test
`;

const commands = [
  'plan',
  'check',
  'generate',
  'verify',
  'prune',
  'pick',
  'sheet',
  'review',
  'types',
  'init',
];

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tintype-widths-'));
  await writeFile(join(root, 'package.json'), '{}');
  await writeFile(join(root, 'site.images.yaml'), manifest);
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** The output of a command on a terminal of this many columns; 0: through a pipe. */
async function printed(args: readonly string[], columns: number, env = {}): Promise<string> {
  const output = () => new FakeOutput({ isTTY: columns > 0, columns });
  const shell = new FakeShell({ cwd: root, env, stdout: output(), stderr: output() });
  await main(args, shell);
  return shell.stderr.text + shell.stdout.text;
}

/** Whether a line is one word, which no line break can split. */
function isOneWord(line: string): boolean {
  return !line.trim().includes(' ');
}

describe.each([60, 80, 120])('at %d columns', (columns) => {
  test.each([{}, { NO_COLOR: '1' }])(
    'no line is wider, and no word, name or price is cut: %j',
    async (env) => {
      for (const args of [
        ['plan', '--reporter', 'plain'],
        ['check', '--reporter', 'plain'],
        ['--frozen', '--reporter', 'plain'],
        ['nohero', '--reporter', 'plain'],
      ]) {
        const text = stripVTControlCharacters(await printed(args, columns, env));
        const lines = text.split('\n');
        expect(lines.filter((line) => line.length > columns && !isOneWord(line))).toEqual([]);
        // Frames show a part of the manifest's text.
        const words = (all: string) =>
          all
            .split('\n')
            .filter((line) => !/^[> ] *\d* \|/.test(line))
            .join(' ')
            .split(/\s+/)
            .filter(Boolean);
        const piped = stripVTControlCharacters(await printed(args, 0, env));
        expect(words(text).toSorted()).toEqual(words(piped).toSorted());
      }
    },
  );

  test('no line of help is wider or has only one word', async () => {
    for (const command of ['', ...commands]) {
      const text = await printed([...(command === '' ? [] : [command]), '--help'], columns);
      const lines = text.split('\n');
      expect(lines.filter((line) => line.length > columns)).toEqual([]);
      const orphans = lines.filter(
        (line, i) => /^\s{3,}\S+$/.test(line) && lines[i - 1] !== '' && !/^ {2}\S/.test(line),
      );
      expect(orphans, command).toEqual([]);
    }
  });
});

test('a warning contains the word warning', async () => {
  const text = await printed(['check'], 80, { NO_COLOR: '1' });
  expect(text).toMatch(/nothing-picked +warning: /);
});

test('there are colours on a terminal or with FORCE_COLOR, and never with NO_COLOR', async () => {
  const isColoured = async (columns: number, env: Readonly<Record<string, string>>) =>
    // oxlint-disable-next-line no-control-regex
    /\x1b\[\d+m/.test(await printed(['plan', '--reporter', 'plain'], columns, env));
  expect(await isColoured(80, {})).toBe(true);
  expect(await isColoured(0, {})).toBe(false);
  expect(await isColoured(0, { FORCE_COLOR: '1' })).toBe(true);
  expect(await isColoured(80, { FORCE_COLOR: '0' })).toBe(false);
  expect(await isColoured(0, { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
});

test('every command counts pictures in the same way', async () => {
  const flags = ['--provider', 'offline'];
  expect(await printed(['plan', ...flags], 80)).toContain('\n5 pictures: 5 missing\n');
  const text = await printed([...flags], 0);
  expect(text).toContain('planned 5 pictures\n');
  expect(text).toContain('5 pictures delivered');
  expect(await printed([...flags], 0)).toContain('Nothing to do: 5 pictures are up to date.');
  expect(await printed(['sheet', ...flags], 0)).toContain('2 images, 5 pictures, ');
});
