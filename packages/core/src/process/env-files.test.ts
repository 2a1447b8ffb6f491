import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { readEnvironment } from './env-files.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tintype-env-'));
});

test.each([
  ['UTF-8', Buffer.from('A=ä\nB=2\n')],
  ['UTF-8 with a mark', Buffer.from('\ufeffA=ä\nB=2\n')],
  ['UTF-16', Buffer.from('\ufeffA=ä\r\nB=2\r\n', 'utf16le')],
  ['UTF-16, the other way round', Buffer.from('\ufeffA=ä\nB=2\n', 'utf16le').swap16()],
])('a file in %s is read', async (_, bytes) => {
  await writeFile(join(dir, '.env'), bytes);
  expect((await readEnvironment(dir, {})).env).toEqual({ A: 'ä', B: '2' });
});

test('variables of the process are distinguished from variables in files', async () => {
  await writeFile(join(dir, '.env'), 'A=base\nB=base\nC=base\n');
  await writeFile(join(dir, '.env.local'), 'A=local\nB=local\n');
  expect(await readEnvironment(dir, { A: 'real', D: 'real', E: undefined })).toMatchObject({
    realEnv: { A: 'real', D: 'real' },
    env: { A: 'real', B: 'local', C: 'base', D: 'real' },
  });
});

test('where a framework loads files into the environment, their values stay theirs', async () => {
  await writeFile(join(dir, '.env'), 'A=base\nB=base\nC=base\n');
  await writeFile(join(dir, '.env.local'), 'B=local\n');
  const loaded = { A: 'base', B: 'local', C: 'real', D: 'real' };
  const { env, realEnv } = await readEnvironment(dir, loaded, true);
  expect(env).toEqual(loaded);
  expect(realEnv).toEqual({ C: 'real', D: 'real' });
  expect((await readEnvironment(dir, loaded)).realEnv).toEqual(loaded);
});

test('what comes through a link is known by name', async () => {
  await mkdir(join(dir, 'other'));
  await writeFile(join(dir, 'other/secrets'), 'A=linked\nB=linked\nC=linked\n');
  await symlink(join(dir, 'other/secrets'), join(dir, '.env'));
  await writeFile(join(dir, '.env.local'), 'A=local\n');
  const { env, linkedNames } = await readEnvironment(dir, { B: 'real' });
  expect(env).toEqual({ A: 'local', B: 'real', C: 'linked' });
  expect([...linkedNames]).toEqual(['C']);
});

test.each(['.env', '.env.local'])(
  '%s that is no file is refused, without waiting',
  async (name) => {
    execFileSync('mkfifo', [join(dir, name)]);
    await expect(readEnvironment(dir, {})).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining(`${name} could not be read: it is a pipe or a device`),
    });
  },
);

test('a file without an end is refused', async () => {
  await writeFile(join(dir, '.env'), 'A='.padEnd(1_000_001, 'x'));
  await expect(readEnvironment(dir, {})).rejects.toThrow('it is larger than 1 MB');
});
