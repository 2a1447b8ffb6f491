import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Env, readEnvironment } from './env-files.ts';

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

describe('where a framework may have loaded files into the environment', () => {
  const read = (env: Env, cwd = dir) => readEnvironment(dir, env, { cwd });

  test('the variables of the files stay theirs, and a key that no file has is the person’s', async () => {
    await writeFile(
      join(dir, '.env'),
      'A=base\nB=base\nMY_KEY=of-the-clone\nOTHER_KEY=of-the-clone\n',
    );
    await writeFile(join(dir, '.env.local'), 'B=local\n');
    const loaded = { A: 'base', B: 'local', D: 'real', MY_KEY: 'of-the-clone', OTHER_KEY: 'real' };
    const { env, realEnv } = await read(loaded);
    expect(env).toEqual(loaded);
    expect(realEnv).toEqual({ D: 'real', OTHER_KEY: 'real' });
    expect((await readEnvironment(dir, loaded)).realEnv).toEqual(loaded);
  });

  test.each([
    ['.env.production', 'OPENAI_BASE_URL=http://clone.example/v1'],
    ['.env.staging.local', 'OPENAI_BASE_URL=http://clone.example/v1'],
    ['.env', 'P=4\nOPENAI_BASE_URL=http://clone.example:${P}/v1'],
    ['.env', 'OPENAI_BASE_URL: http://clone.example/v1'],
    ['.env', '\t export  OPENAI_BASE_URL = "http://clone.example/v1"'],
    ['.env', 'A="\nOPENAI_BASE_URL=x\n"'],
    ['.env', '\ufeffopenai_base_url=http://clone.example/v1'],
  ])('an address is that of the clone, however it is written: %s, %j', async (file, text) => {
    await writeFile(join(dir, file), text);
    const loaded = { OPENAI_BASE_URL: 'http://clone.example:4/v1', OPENAI_API_KEY: 'sk-real' };
    expect((await read(loaded)).realEnv).toEqual({ OPENAI_API_KEY: 'sk-real' });
  });

  test('files of the folders above count, up to that of a repository, and of the working folder', async () => {
    await mkdir(join(dir, 'a/b/c'), { recursive: true });
    await mkdir(join(dir, 'a/.git'));
    await mkdir(join(dir, 'other'));
    await writeFile(join(dir, '.env'), 'ABOVE=x\n');
    await writeFile(join(dir, 'a/.env'), 'TOP=x\n');
    await writeFile(join(dir, 'a/b/.env.development'), 'MIDDLE=x\n');
    await writeFile(join(dir, 'other/.env'), 'THERE=x\n');
    const loaded = { ABOVE: '1', TOP: '1', MIDDLE: '1', THERE: '1' };
    const { realEnv } = await readEnvironment(join(dir, 'a/b/c'), loaded, {
      cwd: join(dir, 'other'),
    });
    // The working folder is in no repository, so all above it counts, too.
    expect(realEnv).toEqual({});
    const inside = { cwd: join(dir, 'a/b/c') };
    expect((await readEnvironment(join(dir, 'a/b/c'), loaded, inside)).realEnv).toEqual({
      ABOVE: '1',
      THERE: '1',
    });
  });

  test.each(['TINTYPE_MISSING', 'TINTYPE_MAX_COST', 'TINTYPE_CACHE_KEY', 'TINTYPE_TRUST_HOST'])(
    '%s in a file and in the environment is refused, because nobody can tell whose it is',
    async (name) => {
      await writeFile(join(dir, '.env.production'), `${name}=$X\n`);
      await expect(read({ [name]: 'value' })).rejects.toMatchObject({
        code: 'config',
        message: expect.stringContaining(`${name} is in ${join(dir, '.env.production')}`),
      });
      expect((await read({})).realEnv).toEqual({});
      expect((await readEnvironment(dir, { [name]: 'value' })).realEnv).toEqual({
        [name]: 'value',
      });
    },
  );

  test('what no framework reads does not count', async () => {
    await writeFile(join(dir, '.env.example'), 'TINTYPE_MISSING=buy\n');
    await writeFile(join(dir, '.envrc'), 'export TINTYPE_MISSING=buy\n');
    await mkdir(join(dir, '.env.d'));
    expect((await read({ TINTYPE_MISSING: 'fail' })).realEnv).toEqual({ TINTYPE_MISSING: 'fail' });
  });
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
