import { expect, test } from 'vitest';
import { FakeShell } from '../test/support/fake-shell.ts';
import { main } from './main.ts';

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const shell = new FakeShell();
  const code = await main(args, shell);
  return { code, stdout: shell.stdout.text, stderr: shell.stderr.text };
}

test('--help names every command, the flags of generate, examples and exit codes', async () => {
  const { code, stdout, stderr } = await run('--help');
  expect(code).toBe(0);
  expect(stderr).toBe('');
  for (const text of ['generate', 'plan', 'check', 'init', '--max-cost', 'Examples:', '130 ']) {
    expect(stdout).toContain(text);
  }
});

test.each([['help'], ['help', 'plan'], ['plan', '--help'], ['check', '-h'], ['hero', '--help']])(
  'tintype %s %s is exit 0',
  async (...args) => {
    const { code, stdout } = await run(...args.filter((arg) => arg !== undefined));
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: tintype');
  },
);

test('--version prints the version', async () => {
  expect(await run('--version')).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' });
});

test.each([
  [
    'an unknown flag of the default command',
    ['--provder', 'offline'],
    '(Did you mean --provider?)',
  ],
  ['an unknown flag of a command', ['plan', '--jsn'], '(Did you mean --json?)'],
  [
    'a flag of other commands',
    ['check', '--max-cost', '1'],
    "unknown option '--max-cost': check does not take it, generate, plan, batch and review do\nSee tintype check --help.",
  ],
  [
    'a flag of one other command',
    ['prune', '--metrics-port', '1'],
    "unknown option '--metrics-port': prune does not take it, worker does\nSee tintype prune --help.",
  ],
  [
    'a flag that is nearly one of other commands',
    ['prune', '--provder', 'x'],
    "unknown option '--provder'\nSee tintype prune --help.",
  ],
  ['an argument too many', ['check', 'hero'], 'Expected 0 arguments but got 1: hero'],
  ['a flag without its value', ['--max-cost'], "'--max-cost <usd>' argument missing"],
  ['no concurrency', ['--concurrency', '0'], "argument '0' is invalid"],
  ['half a request', ['plan', '--concurrency', '1.5'], "argument '1.5' is invalid"],
  ['a negative budget', ['--max-cost', '-1'], "argument '-1' is invalid"],
  ['an infinite budget', ['--max-cost', 'Infinity'], "argument 'Infinity' is invalid"],
  ['a budget beyond numbers', ['--max-cost', '9'.repeat(400)], 'is invalid'],
  ['no budget of a day', ['--max-cost-per-day', 'NaN'], "argument 'NaN' is invalid"],
  ['an empty budget', ['--max-cost', ''], "argument '' is invalid"],
  ['an unknown way to miss', ['--missing', 'steal'], 'Allowed choices are buy, standin, fail'],
  ['an unknown reporter', ['--reporter', 'xml'], 'Allowed choices are pretty, plain, json, github'],
  ['two ways to miss', ['--frozen', '--missing', 'buy'], 'cannot be used with'],
])('%s is exit 2 and names it', async (_, args, message) => {
  const { code, stdout, stderr } = await run(...args);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^tintype: /);
  expect(stderr).toContain(message);
});

test('an argument cannot paint the terminal through an error message', async () => {
  expect((await run('--\x1b[2Jx')).stderr).not.toContain('\x1b');
});
