import { expect, test } from 'vitest';
import { billedPrompts, useApi } from '../../core/test/support/api.ts';
import { buildFailure, viteProject } from './support/vite-project.ts';

const api = useApi();

const files = {
  'site.images.yaml': `
images:
  hero:
    prompt: A lighthouse keeper
    alt: A keeper
  logo:
    prompt: A flat logo
    alt: The logo
  unused:
    prompt: Something that nobody imports
    alt: Nothing
`,
  'index.html': '<script type="module" src="/main.js"></script>',
  'main.js': `
    import hero from 'virtual:tintype/hero';
    import('virtual:tintype/logo').then((logo) => console.log(hero, logo));
  `,
};

test('fail: one error names everything imported that is missing, with prices and lines, and nothing is bought', async () => {
  await using project = await viteProject(files, api().baseUrl);
  await project.stock(['hero', 'logo', 'unused']);
  const error = await buildFailure(project.build({}, { missing: 'fail' }));
  expect(error.message).toContain('hero');
  expect(error.message).toContain('logo');
  expect(error.message).toContain('site.images.yaml:3');
  expect(error.message).toContain('site.images.yaml:6');
  expect(error.message).toContain('$');
  expect(error.message).not.toContain('unused');
  expect(api().requests).toEqual([]);
});

test('fail is the default where the environment sets CI', async () => {
  await using project = await viteProject(files, api().baseUrl);
  await project.write('.env.local', 'CI=1\n');
  const error = await buildFailure(project.build());
  expect(error.message).toContain('originals are missing');
  expect(api().requests).toEqual([]);
});

test('what nobody imports may be missing', async () => {
  await using project = await viteProject(files, api().baseUrl);
  await project.stock(['unused']);
  await project.build({}, { missing: 'fail' });
  expect(api().requests).toEqual([]);
});

test('buy: within the budget of what is imported, or nothing at all', async () => {
  await using project = await viteProject(files, api().baseUrl);
  const error = await buildFailure(project.build({}, { missing: 'buy', maxCostUsd: 0.001 }));
  expect(error.message).toContain('the budget is');
  expect(api().requests).toEqual([]);

  await project.build({}, { missing: 'buy', maxCostUsd: 5 });
  expect(billedPrompts(api())).toEqual(['A flat logo', 'A lighthouse keeper']);
});

test('buy: without a key nothing is asked for, and the error says which', async () => {
  await using project = await viteProject(files, api().baseUrl);
  await project.write('.env', `OPENAI_BASE_URL=${api().baseUrl}\n`);
  const error = await buildFailure(project.build({}, { missing: 'buy' }));
  expect(error.message).toContain('OPENAI_API_KEY');
  expect(api().requests).toEqual([]);
});

test.each([
  ['fail', { missing: 'fail' }, 'set missing to "standin" or "buy"'],
  ['a budget', { missing: 'buy', maxCostUsd: 0.001 }, 'Raise maxCostUsd'],
  ['no key', { missing: 'buy' }, 'set provider to "offline"'],
] as const)('%s: what to do is said in options, and in no flag', async (_, options, advice) => {
  await using project = await viteProject(files, api().baseUrl);
  await project.write('.env', `OPENAI_BASE_URL=${api().baseUrl}\n`);
  const { message } = await buildFailure(project.build({}, options));
  expect(message).toContain(advice);
  expect(message).not.toMatch(/--\w/);
});

test('standin: the build goes through and warns what it ships', async () => {
  await using project = await viteProject(files, api().baseUrl);
  const { code } = await project.build({}, { missing: 'standin' });
  expect(code).toContain('"generated": false');
  expect(project.log.filter((line) => line.startsWith('warn: [tintype]'))).toEqual([
    'warn: [tintype] hero, logo are stand-ins: drawings in the place of pictures that are not stored. Run tintype where there is a key, and commit the store',
  ]);
  expect(api().requests).toEqual([]);
});

test('with provider offline the warning does not send anyone for a key', async () => {
  await using project = await viteProject(files, api().baseUrl);
  await project.build({}, { provider: 'offline' });
  expect(project.log.filter((line) => line.startsWith('warn: [tintype]'))).toEqual([
    'warn: [tintype] hero, logo are stand-ins: drawings in the place of pictures, which is all that the provider "offline" makes. Set another in tintype.config to have them',
  ]);
});

test('a picture that fails leaves the others bought and stored, and the error is at its line', async () => {
  await using project = await viteProject(files, api().baseUrl);
  api().fail({ kind: 'reset-mid-body' }, { prompt: 'logo' });
  const error = await buildFailure(project.build({}, { missing: 'buy' }));
  expect(error).toMatchObject({ loc: { line: 6 } });
  expect(error.message).toContain('logo');
  await project.stock(['hero', 'unused']);
  await project.build({}, { missing: 'fail' });
  expect(billedPrompts(api()).filter((prompt) => prompt.includes('keeper'))).toHaveLength(1);
});

test('client and server, built at the same time with a cold cache, buy once and agree on every URL', async () => {
  await using project = await viteProject(
    { ...files, 'server.js': `export * from 'virtual:tintype/hero';` },
    api().baseUrl,
  );
  const { createBuilder } = await import('vite');
  const config = project.config(
    {
      environments: {
        client: { build: { outDir: 'dist/client' } },
        ssr: { build: { outDir: 'dist/server', rollupOptions: { input: '/server.js' } } },
      },
      builder: {
        buildApp: async (builder) => {
          await Promise.all(Object.values(builder.environments).map((one) => builder.build(one)));
        },
      },
    },
    { missing: 'buy' },
  );
  const builder = await createBuilder(config);
  await builder.buildApp();
  expect(billedPrompts(api())).toEqual(['A flat logo', 'A lighthouse keeper']);
  const server = await project.read('dist/server/server.js');
  const [url] = /\/assets\/hero-[\w-]{8}\.webp/.exec(server) ?? [''];
  expect(url).not.toBe('');
  await expect(project.read(`dist/client${url}`)).resolves.toBeDefined();
  await expect(project.read(`dist/server${url}`)).rejects.toThrow('ENOENT');
});
