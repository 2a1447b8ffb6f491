import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FakeShell } from '../../test/support/fake-shell.ts';
import { explainedCodes } from '../explain-codes.ts';
import { main } from '../main.ts';

async function explain(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const shell = new FakeShell();
  const code = await main(['explain', ...args], shell);
  return { code, out: shell.stdout.text, err: shell.stderr.text };
}

test('a code is explained without a project, in each of its meanings', async () => {
  const { code, out, err } = await explain('input-changed', 'bought-twice');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toBe(`input-changed (diagnostic)
  A picture behind an \`https:\` address has changed.
  Save the picture that you mean in the project, and name that file.

input-changed (error)
  An input picture changed while the run worked.
  Run again.

bought-twice (diagnostic, finding, warning)
  Two branches bought one picture.
  The next run that may buy resolves it at no cost. Then run \`git add\`.
`);
});

test('without a code, all are listed, each on a line', async () => {
  const { out } = await explain();
  const lines = out.trimEnd().split('\n').slice(1);
  expect(lines.map((line) => line.split(' ')[0])).toEqual(explainedCodes().map(({ code }) => code));
  expect(lines.length).toBeGreaterThan(100);
});

test('--json has the same as one document', async () => {
  const { out } = await explain('bad-id', '--json');
  expect(JSON.parse(out)).toEqual({
    version: 1,
    codes: [
      {
        code: 'bad-id',
        kinds: ['diagnostic'],
        means:
          'An id has characters that no id may have, or is a name that Windows reserves, like "aux".',
        wayOut: 'Use lower-case letters, digits and "-", with "/" for folders.',
      },
    ],
  });
});

test.each([
  ['bad-ids', 'tintype: there is no code "bad-ids"; did you mean "bad-id"?\n'],
  ['xyzzy', 'tintype: there is no code "xyzzy"; tintype explain lists all codes\n'],
])('an unknown code, %s, is a mistake of the command line', async (name, message) => {
  expect(await explain('bad-id', name)).toEqual({ code: 2, out: '', err: message });
});

test('no explanation has markup that a terminal would show', () => {
  const texts = explainedCodes().flatMap(({ means, wayOut }) => [means, wayOut]);
  expect(texts.filter((text) => /\]\(|&\w+;|\*\*/.test(text))).toEqual([]);
});

test.each([
  ['plain', 1],
  ['json', 0],
])('a run that printed codes of errors names the command once, in %s', async (reporter, times) => {
  const root = await mkdtemp(join(tmpdir(), 'tintype-'));
  const images =
    'images:\n  a: { prompt: A, decorative: true, x: 1 }\n  b: { prompt: B, decorative: true, x: 1 }\n';
  await writeFile(join(root, 'a.images.yaml'), images);
  await writeFile(join(root, 'package.json'), '{}');
  const shell = new FakeShell({ cwd: root });
  expect(await main(['check', '--reporter', reporter], shell)).toBe(2);
  expect(shell.stdout.text).not.toContain('tintype explain');
  const line = 'More about unknown-field: tintype explain unknown-field\n';
  expect(shell.stderr.text.split(line)).toHaveLength(times + 1);
  await rm(root, { recursive: true });
});
