import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, relative } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { findProgram, programEnv, runProgram } from './run-program.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tintype-program-'));
});

async function program(folder: string, script: string): Promise<string> {
  const path = join(dir, folder, 'git');
  await mkdir(join(dir, folder), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

test('a program is found in absolute folders only, and in those of the system without a PATH', async () => {
  const path = await program('bin', 'exit 0');
  const near = relative(process.cwd(), join(dir, 'bin'));
  expect(findProgram('git', { PATH: ['', '.', near, join(dir, 'bin')].join(delimiter) })).toBe(
    path,
  );
  expect(findProgram('git', { PATH: ['', '.', near].join(delimiter) })).toBeNull();
  expect(findProgram('git', { PATH: dir })).toBeNull();
  expect(findProgram('sh', {})).toMatch(/^\/(usr\/)?bin\/sh$/);
});

test('a program gets the variables that it needs, and no keys', () => {
  const env = { PATH: '/bin', HOME: '/home/ada', OPENAI_API_KEY: 'sk', GIT_DIR: '/x', LANG: 'de' };
  expect(programEnv(env)).toEqual({ PATH: '/bin', HOME: '/home/ada', LC_ALL: 'C' });
  expect(programEnv(env, ['LANG', 'NONE'])).toHaveProperty('LANG', 'de');
});

test('it reads what it is given, through no shell', async () => {
  const path = await program('bin', 'cat; echo "$1|$HOME|$OPENAI_API_KEY"');
  const run = { program: path, env: { HOME: '/h' }, timeoutMs: 5000, maxBytes: 100 };
  expect(await runProgram({ ...run, args: ['$(id); a'], input: 'in ' })).toBe('in $(id); a|/h|\n');
});

test.each([
  ['is too slow', 'exec sleep 30', { timeoutMs: 100 }],
  ['prints too much', 'while true; do echo y; done', { maxBytes: 1000 }],
  ['fails', 'echo why >&2; exit 3', {}],
])('one that %s is an error', async (_, script, limits) => {
  const path = await program('bin', script);
  const run = { program: path, args: [], env: {}, timeoutMs: 5000, maxBytes: 100 };
  await expect(runProgram({ ...run, ...limits })).rejects.toBeInstanceOf(Error);
});
