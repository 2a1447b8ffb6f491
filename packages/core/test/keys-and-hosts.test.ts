import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkProject, generate, loadProject, openAi, type Options } from '../src/index.ts';
import { useApi } from './support/api.ts';
import { testKey, testProject } from './support/project.ts';

const api = useApi();

const image =
  'prompt: hat, quality: low, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg';
const manifest = (more = '') => ({ 'a.images.yaml': `images:\n  a: { ${image}${more} }\n` });

/** Runs with only the given environment. */
async function buy(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
  overrides: Options = {},
): Promise<string> {
  await using project = await testProject(files);
  const loaded = await loadProject({
    cwd: project.root,
    env,
    overrides: { missing: 'buy', ...overrides },
  });
  try {
    const { bought } = await generate({ ...(await project.context()), ...loaded });
    return `bought ${bought}`;
  } catch (error) {
    const { code, message } = error as Error & { code: string };
    return `${code}: ${message}`;
  }
}

function sentKeys(): unknown[] {
  return api().requests.map(({ headers }) => headers['authorization']);
}

const addressOfClone = () => `OPENAI_BASE_URL=${api().baseUrl}\n`;

test.each([undefined, 'TINTYPE_CACHE_KEY'])(
  'the key that signs a shared cache is never an API key, even if it is listed: %s',
  async (listed) => {
    const files = manifest(', openai_api_key: "${TINTYPE_CACHE_KEY}"');
    const outcome = await buy(files, {
      TINTYPE_CACHE_KEY: testKey,
      OPENAI_BASE_URL: api().baseUrl,
      ...(listed !== undefined && { TINTYPE_KEY_VARIABLES: listed }),
    });
    expect(outcome).toMatch(/^key-not-allowed: .*TINTYPE_CACHE_KEY, which signs a shared cache/);
    expect(sentKeys()).toEqual([]);
  },
);

describe('the shell’s key does not go to an address in a clone’s .env', () => {
  test.each(['.env', '.env.local'])('%s', async (file) => {
    const files = { ...manifest(), [file]: addressOfClone() };
    const outcome = await buy(files, { OPENAI_API_KEY: testKey });
    const { host } = new URL(api().baseUrl);
    expect(outcome).toMatch(
      /^key-not-allowed: a \(a\.images\.yaml:2\): OPENAI_API_KEY is not sent to /,
    );
    expect(outcome).toContain(`set TINTYPE_TRUST_HOST=${host} in your environment`);
    expect(outcome).toContain('OPENAI_BASE_URL is from a .env file');
    expect(sentKeys()).toEqual([]);
  });

  test('nor if the manifest names another key, or if the key has spaces around it', async () => {
    const files = {
      ...manifest(', openai_api_key: "${TEAM_OPENAI_KEY}"'),
      '.env': addressOfClone(),
    };
    const outcome = await buy(files, { TEAM_OPENAI_KEY: ` ${testKey} ` });
    expect(outcome).toContain('TEAM_OPENAI_KEY is not sent to');
    expect(sentKeys()).toEqual([]);
  });

  test('nor the key of another project, even if .env.local is a link to that project', async () => {
    await using project = await testProject({ ...manifest(), '.env': addressOfClone() });
    await mkdir(join(project.root, 'elsewhere'));
    await writeFile(join(project.root, 'elsewhere/.env'), `OPENAI_API_KEY=${testKey}\n`);
    await symlink(join(project.root, 'elsewhere/.env'), join(project.root, '.env.local'));
    const loaded = await loadProject({ cwd: project.root, env: {}, overrides: { missing: 'buy' } });
    const context = { ...(await project.context()), ...loaded };
    await expect(generate(context)).rejects.toMatchObject({ code: 'key-not-allowed' });
    expect(sentKeys()).toEqual([]);
  });

  test('nor with the request for the list of models', async () => {
    await using project = await testProject({ ...manifest(), '.env': addressOfClone() });
    const loaded = await loadProject({ cwd: project.root, env: { OPENAI_API_KEY: testKey } });
    const context = { ...(await project.context()), ...loaded };
    await expect(checkProject(context, { isOnline: true })).rejects.toMatchObject({
      code: 'key-not-allowed',
    });
    expect(sentKeys()).toEqual([]);
  });

  test('unless the person trusts the host; the clone cannot say so', async () => {
    const trust = `TINTYPE_TRUST_HOST=${new URL(api().baseUrl).host}`;
    const files = { ...manifest(), '.env': `${addressOfClone()}${trust}\n` };
    expect(await buy(files, { OPENAI_API_KEY: testKey })).toContain('key-not-allowed');
    const [name = '', host = ''] = trust.split('=');
    expect(await buy(files, { OPENAI_API_KEY: testKey, [name]: host })).toBe('bought 1');
    expect(sentKeys()).toEqual([`Bearer ${testKey}`]);
  });
});

describe('a key goes', () => {
  test.each(['.env', '.env.local'])('from %s to an address in .env', async (file) => {
    const key = `OPENAI_API_KEY=${testKey}\n`;
    const files = { ...manifest(), '.env': addressOfClone() };
    const all = { ...files, [file]: `${file === '.env' ? files['.env'] : ''}${key}` };
    expect(await buy(all, {})).toBe('bought 1');
  });

  test('from .env to an address in the environment', async () => {
    const files = { ...manifest(), '.env': `OPENAI_API_KEY= ${testKey} \n` };
    expect(await buy(files, { OPENAI_BASE_URL: ` ${api().baseUrl} ` })).toBe('bought 1');
    expect(sentKeys()).toEqual([`Bearer ${testKey}`]);
  });

  test('from the shell to an address in a config that is code, whatever .env says', async () => {
    const files = { ...manifest(), '.env': 'OPENAI_BASE_URL=https://evil.example\n' };
    const own = openAi({ baseUrl: api().baseUrl });
    const options = { provider: 'own', providers: { own } };
    expect(await buy(files, { OPENAI_API_KEY: testKey }, options)).toBe('bought 1');
  });
});

test('an account in .env is not billed with the shell’s key', async () => {
  for (const name of ['OPENAI_ORG_ID', 'OPENAI_PROJECT_ID']) {
    const files = { ...manifest(), '.env': `${name}=org-of-the-clone\n` };
    const env = { OPENAI_API_KEY: testKey, OPENAI_BASE_URL: api().baseUrl };
    expect(await buy(files, env)).toContain(`${name}, which decides which account is billed`);
  }
  expect(sentKeys()).toEqual([]);
});

test('an unencrypted address is refused, even from the environment or from a config that is code', async () => {
  const own = openAi({ baseUrl: 'http://gateway.example/v1' });
  const env = { OPENAI_API_KEY: testKey };
  const byCode = await buy(manifest(), env, { provider: 'own', providers: { own } });
  expect(byCode).toContain('the baseUrl of provider own begins with http:');
  const byVariable = await buy(manifest(), { ...env, OPENAI_BASE_URL: 'http://gateway.example' });
  expect(byVariable).toContain('TINTYPE_TRUST_HOST=gateway.example ');
});

describe('a manifest names a variable as its key', () => {
  const env = { GITHUB_TOKEN: 'ghp_RECOGNISABLE', AWS_SECRET_ACCESS_KEY: 'aws', TINTYPE_KEY: 'tt' };
  const withAddress = (more: object = {}) => ({ ...env, ...more, OPENAI_BASE_URL: api().baseUrl });

  test.each(['GITHUB_TOKEN', 'AWS_SECRET_ACCESS_KEY'])('but not %s', async (name) => {
    const outcome = await buy(manifest(`, openai_api_key: "\${${name}}"`), withAddress());
    expect(outcome).toContain(`openai_api_key names ${name}`);
    expect(outcome).toMatch(/^key-not-allowed: a \(a\.images\.yaml:2\): .*TINTYPE_KEY_VARIABLES=/);
    expect(sentKeys()).toEqual([]);
  });

  test('nor through a preset, or the clone’s own list', async () => {
    const files = {
      'a.images.yaml': `presets:\n  p: { openai_api_key: "\${GITHUB_TOKEN}" }\nimages:\n  a: { preset: p, ${image} }\n`,
      '.env': 'TINTYPE_KEY_VARIABLES=GITHUB_TOKEN\n',
    };
    expect(await buy(files, withAddress())).toContain('openai_api_key names GITHUB_TOKEN');
    expect(sentKeys()).toEqual([]);
  });

  test('a JSON config may not list any', async () => {
    const config = { 'tintype.config.json': '{ "apiKeyVariables": ["GITHUB_TOKEN"] }' };
    await expect(buy({ ...manifest(), ...config }, withAddress())).rejects.toThrow(
      'tintype.config.json: apiKeyVariables says what may be sent as a key',
    );
  });

  test.each([
    ['Tintype’s own', 'TINTYPE_KEY', {}, {}],
    [
      'what the environment lists',
      'GITHUB_TOKEN',
      { TINTYPE_KEY_VARIABLES: 'X, GITHUB_TOKEN' },
      {},
    ],
    ['what a config that is code lists', 'GITHUB_TOKEN', {}, { apiKeyVariables: ['GITHUB_TOKEN'] }],
    [
      'what a config that is code uses',
      'GITHUB_TOKEN',
      {},
      { defaults: { openai_api_key: '${GITHUB_TOKEN}' } },
    ],
  ])('as %s', async (_, name, more, options) => {
    const files = manifest(`, openai_api_key: "\${${name}}"`);
    expect(await buy(files, withAddress(more), options)).toBe('bought 1');
    expect(sentKeys()).toEqual([`Bearer ${withAddress()[name as 'GITHUB_TOKEN']}`]);
  });
});

test('stored pictures need no key and no host', async () => {
  await using project = await testProject(
    manifest(', openai_api_key: "${GITHUB_TOKEN}"'),
    api().baseUrl,
  );
  const env = { GITHUB_TOKEN: 'x', TINTYPE_KEY_VARIABLES: 'GITHUB_TOKEN' };
  expect((await project.generate({ env })).result?.bought).toBe(1);
  await writeFile(join(project.root, '.env'), 'OPENAI_BASE_URL=https://evil.example\n');
  expect((await project.generate()).result).toMatchObject({ delivered: 1, bought: 0 });
});
