import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { beforeEach, describe, expect, test } from 'vitest';
import { loadProject, type ProjectRequest } from './project.ts';

let dir: string;

beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'tintype-')));
});

describe('the root', () => {
  test('is the nearest folder upwards with a config or a package.json', async () => {
    await put({ 'package.json': '{}', 'app/tintype.config.json': '{}', 'app/src/deep/x': '' });
    expect(await rootFrom('app/src/deep')).toBe(join(dir, 'app'));
    await put({ 'app/src/package.json': '{}' });
    expect(await rootFrom('app/src/deep')).toBe(join(dir, 'app/src'));
  });

  test('is --root where it is given, relative to the working folder', async () => {
    await put({ 'package.json': '{}', 'app/src/x': '' });
    expect(await rootFrom('app', { root: 'src' })).toBe(join(dir, 'app/src'));
    expect(await rootFrom('app', { root: dir })).toBe(dir);
  });

  test.each(['nobody', 'file'])('%s is none', async (root) => {
    await put({ file: '' });
    await expect(load({ root })).rejects.toMatchObject({ code: 'config' });
  });
});

describe('a store below a link', () => {
  test.each(['there', 'there/deep', 'there/deep/.tintype'])(
    'that leads out of the project is not used: %s',
    async (folder) => {
      await put({ 'elsewhere/x': '', 'app/package.json': '{}' });
      await symlink('../elsewhere', join(dir, 'app/there'));
      await put({
        'app/tintype.config.json': JSON.stringify({ store: { dir: `${folder}/store` } }),
      });
      await expect(load({ root: 'app' })).rejects.toMatchObject({
        code: 'config',
        message: expect.stringContaining(`to ${join(dir, 'elsewhere')}`) as string,
      });
    },
  );

  test('that stays in the project is used', async () => {
    await put({ 'app/inside/x': '', 'app/package.json': '{}' });
    await symlink('inside', join(dir, 'app/there'));
    await put({ 'app/tintype.config.json': '{ "store": { "dir": "there/store" } }' });
    const { config } = await load({ root: 'app' });
    expect(config.storeDir).toBe(join(dir, 'app/there/store'));
  });
});

describe('the config file', () => {
  test.each([
    ['tintype.config.ts', 'const concurrency: number = 7\nexport default { concurrency }'],
    ['tintype.config.mts', 'export default { concurrency: 7 as number }'],
    ['tintype.config.js', 'export default { concurrency: 7 }'],
    ['tintype.config.mjs', 'export default { concurrency: 7 }'],
    ['tintype.config.json', '{ "concurrency": 7 }'],
  ])('%s', async (file, text) => {
    await put({ [file]: text, 'package.json': '{ "type": "module" }' });
    expect((await load()).config).toMatchObject({ concurrency: 7, file, root: dir });
  });

  test('of several the first counts: ts, mts, js, mjs, json', async () => {
    const endings = ['ts', 'mts', 'js', 'mjs', 'json'];
    for (const [index, ending] of endings.toReversed().entries()) {
      const value = `{ "concurrency": ${index + 1} }`;
      await put({
        [`tintype.config.${ending}`]: ending === 'json' ? value : `export default ${value}`,
      });
      expect((await load()).config).toMatchObject({
        concurrency: index + 1,
        file: `tintype.config.${ending}`,
      });
    }
  });

  test.each(['tintype.config.json', 'tintype.config.ts', 'tintype.config.mjs'])(
    '%s that is a folder, a pipe or a device is refused, without waiting',
    async (file) => {
      const path = join(dir, file);
      await mkdir(path);
      await expect(load()).rejects.toThrow('is not a regular file, but a folder');
      await rm(path, { recursive: true });
      execFileSync('mkfifo', [path]);
      await expect(load()).rejects.toThrow('is not a regular file, but a pipe or a device');
      await rm(path);
      await symlink('/dev/zero', path);
      await expect(load()).rejects.toThrow('is not a regular file, but a pipe or a device');
    },
  );

  test.each(['tintype.config.json', 'tintype.config.mjs'])('a huge %s is refused', async (file) => {
    await put({ [file]: '' });
    await truncate(join(dir, file), 10_000_001);
    await expect(load()).rejects.toThrow('is larger than 10 MB');
  });

  test.each(['settings.json', 'settings.JSON'])('%s is data, and never run', async (config) => {
    const ran = join(dir, 'ran');
    await put({ [config]: `require('node:fs').writeFileSync(${JSON.stringify(ran)}, '')` });
    await expect(load({ config })).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining(`${config} is not valid JSON: Unexpected token 'r'`),
    });
    expect(existsSync(ran)).toBe(false);
    await put({ [config]: '{ "apiKeyVariables": ["AWS_SECRET"] }' });
    await expect(load({ config })).rejects.toThrow('may not set it');
  });

  test('a JSON config with a mistake does not show the key in it', async () => {
    await put({ 'tintype.config.json': '{ "defaults": { "openai_api_key": 5f2c9a71d0e84b36 } }' });
    const error = await load().catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'config' });
    expect(inspect(error)).not.toContain('5f2c');
  });

  test.each(['settings.yaml', 'settings.json5', 'settings'])('%s is no config', async (config) => {
    await put({ [config]: '{}' });
    await expect(load({ config })).rejects.toThrow('its name must end in .ts');
  });

  test('none is needed', async () => {
    expect((await load()).config).toMatchObject({ file: null, concurrency: 4 });
  });

  test('--config names another, relative to the working folder', async () => {
    await put({
      'package.json': '{}',
      'tintype.config.json': '{}',
      'ci/other.json': '{ "concurrency": 9 }',
      'ci/other.js': 'export default { concurrency: 1 }',
    });
    const { config } = await load({ cwd: join(dir, 'ci'), config: 'other.json' });
    expect(config).toMatchObject({ root: dir, file: 'ci/other.json', concurrency: 9 });
  });

  test('null is null', async () => {
    const text =
      '{ "imagesPerMinute": null, "maxCostUsd": null, "models": { "gpt-image-2": { "prices": null } } }';
    await put({ 'tintype.config.json': text });
    expect((await load()).config.models['gpt-image-2']?.prices).toBeNull();
  });

  test('what it holds is taken as it is, providers too', async () => {
    await put({
      'tintype.config.mjs': `class Mine { async generate() { return this } }
export const mine = new Mine(); globalThis.mine = mine;
export default { provider: 'mine', providers: { mine } }`,
    });
    const { config } = await load();
    expect(config.providers['mine']).toBe((globalThis as Record<string, unknown>)['mine']);
  });

  test.each([
    ['tintype.config.json', '{ "concurrency": 7'],
    ['tintype.config.json', '[]'],
    ['tintype.config.json', '"text"'],
    ['tintype.config.json', '{ "concurency": 7 }'],
    ['tintype.config.mjs', 'export default {'],
    ['tintype.config.mjs', 'throw new Error("broken on purpose")'],
    ['tintype.config.mjs', "import 'nobody-has-this'"],
    ['tintype.config.mjs', 'export const concurrency = 7; export const x = 3'],
  ])('%s with %s is refused, by its name', async (file, text) => {
    await put({ [file]: text });
    await expect(load()).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining(file),
    });
  });

  test('one that is not there is refused', async () => {
    await expect(load({ config: 'nobody.json' })).rejects.toMatchObject({ code: 'config' });
  });

  test('flags win over it, and a flag that was not given does not', async () => {
    await put({
      'tintype.config.json': '{ "concurrency": 7, "outDir": "theirs", "missing": "standin" }',
    });
    const overrides = { concurrency: 2, outDir: undefined, missing: 'buy' } as never;
    expect((await load({ overrides })).config).toMatchObject({
      concurrency: 2,
      outDir: join(dir, 'theirs'),
      missing: 'buy',
    });
  });

  test('a flag that is wrong is refused', async () => {
    await expect(load({ overrides: { concurrency: 0 } })).rejects.toMatchObject({ code: 'config' });
  });
});

describe('the environment', () => {
  test('the real one wins over .env.local, and that over .env', async () => {
    await put({
      '.env': 'A=env\nB=env\nC=env\n# a comment\nQUOTED="two words"\n',
      '.env.local': 'A=local\nB=local\n',
    });
    const { env } = await load({ env: { A: 'real', EMPTY: '' } });
    expect(env).toMatchObject({ A: 'real', B: 'local', C: 'env', QUOTED: 'two words', EMPTY: '' });
  });

  test('what the real one leaves undefined does not count', async () => {
    await put({ '.env': 'A=env\n' });
    expect((await load({ env: { A: undefined } })).env['A']).toBe('env');
  });

  test('what the real one sets to nothing does', async () => {
    await put({ '.env': 'A=env\n' });
    expect((await load({ env: { A: '' } })).env['A']).toBe('');
  });

  test('.env is read at the root, not in the working folder', async () => {
    await put({ 'package.json': '{}', '.env': 'A=root', 'app/.env': 'A=app' });
    expect((await load({ cwd: join(dir, 'app') })).env['A']).toBe('root');
  });

  test('a .env that cannot be read is refused', async () => {
    await mkdir(join(dir, '.env'));
    await expect(load()).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining('.env'),
    });
  });

  test('process.env is left alone', async () => {
    await put({ '.env': 'TINTYPE_TEST_VARIABLE=1', 'tintype.config.json': '{}' });
    await load();
    expect(process.env['TINTYPE_TEST_VARIABLE']).toBeUndefined();
  });

  test.each([
    ['1', 'fail'],
    ['true', 'fail'],
    ['yes', 'fail'],
    ['', 'ask'],
    ['0', 'ask'],
    ['false', 'ask'],
    ['FALSE', 'ask'],
    [undefined, 'ask'],
  ])('with CI=%s what is missing is: %s', async (CI, missing) => {
    expect((await load({ env: { CI } })).config.missing).toBe(missing);
    expect((await load({ env: { CI }, overrides: { missing: 'standin' } })).config.missing).toBe(
      'standin',
    );
  });

  test('CI in a .env file, which comes with a clone, says nothing', async () => {
    await put({ '.env': 'CI=1' });
    const { config, env, realEnv } = await load();
    expect(config).toEqual((await load({ env: {} })).config);
    expect(env['CI']).toBe('1');
    expect(realEnv).not.toHaveProperty('CI');
  });

  test('what a clone brings in .env says nothing of money, and makes no CI', async () => {
    const lines = ['CI=1', 'TINTYPE_MISSING=buy', 'TINTYPE_MAX_COST=none'].join('\n');
    await put({ '.env': lines, '.env.local': lines });
    expect((await load()).config).toMatchObject({ missing: 'ask', maxCostUsd: 5, ci: null });
    expect((await load({ env: { TF_BUILD: 'True' } })).config.missing).toBe('fail');
  });

  test('the options of a plugin are a config: they win over the file, and a CI wins over them', async () => {
    await put({ 'tintype.config.json': '{ "missing": "standin", "concurrency": 7 }' });
    const options = { missing: 'buy', concurrency: 2 } as const;
    expect((await load({ options })).config).toMatchObject(options);
    const env = { CI: 'true' };
    expect((await load({ options, env })).config).toMatchObject({
      missing: 'fail',
      concurrency: 2,
    });
  });
});

async function put(contents: Readonly<Record<string, string>>): Promise<void> {
  for (const [file, text] of Object.entries(contents)) {
    await mkdir(dirname(join(dir, file)), { recursive: true });
    await writeFile(join(dir, file), text);
  }
}

function load(request: Partial<ProjectRequest> = {}) {
  return loadProject({ cwd: dir, env: {}, ...request });
}

async function rootFrom(cwd: string, request: Partial<ProjectRequest> = {}): Promise<string> {
  return (await load({ ...request, cwd: join(dir, cwd) })).config.root;
}
