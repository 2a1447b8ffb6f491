import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import type { Plugin } from 'vite';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { loadProject, submitBatches, systemClock } from '@tintype/core';
import { billedPrompts, useApi } from '../../core/test/support/api.ts';
import { buildFailure, viteProject, viteVersions } from './support/vite-project.ts';

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

test('fail: one error lists every imported picture that is missing, with prices and lines, and nothing is bought', async () => {
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

test('buy: a folder that is imported at once is one module, whose missing pictures are bought with the rest', async () => {
  const ids = ['ada', 'bob', 'eve'];
  const images = ids.map((id) => `  team/${id}: { prompt: A portrait of ${id}, alt: ${id} }\n`);
  await using project = await viteProject(
    {
      'site.images.yaml': `images:\n${images.join('')}  team/old/dan: { prompt: Dan, alt: dan }\n`,
      'index.html': files['index.html'],
      'main.js': `
        import team from 'virtual:tintype/team/*?eager';
        import ada from 'virtual:tintype/team/ada';
        globalThis.seen = { team, isShared: team['team/ada'] === ada };
      `,
    },
    api().baseUrl,
  );
  await project.stock(['team/bob', 'team/eve', 'team/old/dan']);
  for (const bought of [2, 2]) {
    const { output, code } = await project.build(
      { build: { assetsInlineLimit: 0, modulePreload: { polyfill: false } } },
      { missing: 'buy' },
    );
    expect(billedPrompts(api())).toHaveLength(bought);
    expect(output.filter(({ type }) => type === 'chunk')).toHaveLength(1);
    const seen = runInNewContext(`${code}; globalThis.seen`, {}) as {
      readonly team: Readonly<
        Record<string, { readonly alt: string; readonly img: { src: string } }>
      >;
      readonly isShared: boolean;
    };
    expect(Object.entries(seen.team).map(([id, { alt }]) => [id, alt])).toEqual(
      ids.map((id) => [`team/${id}`, id]),
    );
    expect(seen.isShared).toBe(true);
    for (const { img } of Object.values(seen.team)) {
      expect((await stat(join(project.root, 'dist', img.src))).size).toBeGreaterThan(0);
    }
  }
});

describe('pictures that are ordered in a batch', () => {
  async function ordered() {
    const project = await viteProject(files, api().baseUrl);
    await project.stock(['hero', 'logo']);
    const env = { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: api().baseUrl };
    const loaded = await loadProject({ cwd: project.root, env, overrides: { missing: 'buy' } });
    const { signal } = new AbortController();
    await submitBatches({ ...systemClock, ...loaded, report: () => {}, signal }, []);
    expect(api().batches.all).toHaveLength(1);
    return project;
  }
  const due = /2 pictures are ordered in a batch, due by .* UTC; run tintype batch collect/;

  test.each(['fail', 'buy'] as const)(
    '%s: the build fails, and says when they are due',
    async (missing) => {
      await using project = await ordered();
      const { message } = await buildFailure(project.build({}, { missing }));
      expect(message).toMatch(
        missing === 'fail' ? due : /ordered in a batch .* due by .* UTC; run/,
      );
      expect(message).toContain('hero');
      expect(message).toContain('logo');
      expect(message).not.toContain('"buy"');
      expect(api().ledger).toEqual([]);
      expect(api().batches.all).toHaveLength(1);
    },
  );

  test('batch: true: a build neither orders nor buys, and says which command orders', async () => {
    await using project = await viteProject(files, api().baseUrl);
    await project.write(
      'site.images.yaml',
      `defaults: { batch: true }\n${files['site.images.yaml']}`,
    );
    const { message } = await buildFailure(project.build({}, { missing: 'buy' }));
    expect(message).toContain('2 originals are missing, which tintype orders in a batch');
    expect(api().requests).toEqual([]);
  });

  test('standin: the warning about stand-ins says so, too', async () => {
    await using project = await ordered();
    await project.build({}, { missing: 'standin' });
    expect(project.log.join('\n')).toMatch(due);
  });
});

describe('permission to buy', () => {
  afterEach(() => vi.unstubAllEnvs());

  test.each([
    [
      'a CI',
      { CI: '', TF_BUILD: 'True' },
      {},
      'the CI that was detected (Azure Pipelines (TF_BUILD))',
    ],
    [
      'a CI, whatever the config says',
      { CI: 'true' },
      { missing: 'buy' },
      'the CI that was detected (CI)',
    ],
    ['no terminal', {}, {}, 'no terminal to ask on'],
    [
      'the environment, whatever the config says',
      { TINTYPE_MISSING: 'fail' },
      { missing: 'buy' },
      'TINTYPE_MISSING',
    ],
  ] as const)('%s: the build fails, and says so', async (_, env, options, why) => {
    await using project = await viteProject(files, api().baseUrl);
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const { message } = await buildFailure(project.build({}, options));
    expect(message).toContain('2 originals are missing');
    expect(message).toContain(why);
    expect(message).toContain('TINTYPE_MISSING');
    expect(api().requests).toEqual([]);
  });

  test('a clone cannot give it in .env', async () => {
    await using project = await viteProject(files, api().baseUrl);
    await project.write('.env.local', 'TINTYPE_MISSING=buy\nCI=false\n');
    await buildFailure(project.build());
    expect(api().requests).toEqual([]);
  });

  test('the real environment gives it, even in CI', async () => {
    await using project = await viteProject(files, api().baseUrl);
    vi.stubEnv('CI', 'true');
    vi.stubEnv('TINTYPE_MISSING', 'buy');
    await project.build({}, { missing: 'fail' });
    expect(billedPrompts(api())).toEqual(['A flat logo', 'A lighthouse keeper']);
  });
});

describe('a page in which a picture appears only after Tintype has read it', () => {
  const page = {
    ...files,
    'site.images.yaml': `defaults: { quality: low }\n${files['site.images.yaml']}`,
    'index.html': '<body><!-- pictures --><script type="module" src="/main.js"></script></body>',
    'main.js': `import hero from 'virtual:tintype/hero'; console.log(hero.img.src);`,
  };
  /** Changes a page as `vite-plugin-handlebars` and other plugins do in an ordinary `transformIndexHtml`. */
  const late = (...names: readonly string[]): Plugin => ({
    name: 'late',
    transformIndexHtml: (html) =>
      html.replace(
        '<!-- pictures -->',
        names.map((name) => `<img src="tintype:${name}">`).join(''),
      ),
  });
  const priceless = { 'gpt-image-2.5-flare': { prices: null } };

  test.each([
    ['fail', { missing: 'fail' }, 'missing: fail'],
    [
      'what it costs is over the budget',
      { missing: 'buy', maxCostUsd: 0.001 },
      'the budget is $0.0010',
    ],
    [
      'its price is unknown',
      { missing: 'buy', maxCostUsd: 5, models: priceless },
      'price of logo is unknown',
    ],
  ] as const)('%s: nothing is bought, and the build fails', async (_, options, message) => {
    await using project = await viteProject(page, api().baseUrl);
    await project.stock(['logo', 'unused']);
    const error = await buildFailure(project.build({ plugins: [late('hero', 'logo')] }, options));
    expect(error.message).toContain(message);
    expect(api().requests).toEqual([]);
  });

  test('a stored picture is delivered, even with fail', async () => {
    await using project = await viteProject(page, api().baseUrl);
    await project.stock(['unused']);
    const build = { assetsInlineLimit: 0 };
    await project.build({ plugins: [late('logo')], build }, { missing: 'fail' });
    const [, url] = /<img [^>]*src="\/(assets\/logo-[^"]+)"/.exec(
      await project.read('dist/index.html'),
    )!;
    expect((await project.read(`dist/${url}`)).length).toBeGreaterThan(0);
  });

  test('a missing picture becomes a stand-in with missing: standin', async () => {
    await using project = await viteProject(page, api().baseUrl);
    await project.build({ plugins: [late('logo')] }, { missing: 'standin' });
    expect(await project.read('dist/index.html')).toMatch(/<img [^>]*src="\/assets\/logo-/);
    expect(project.log.join('\n')).toContain('hero, logo are stand-ins');
    expect(api().requests).toEqual([]);
  });

  test('missing pictures are bought once, within one budget and in one bill', async () => {
    await using project = await viteProject(page, api().baseUrl);
    const build = { plugins: [late('hero', 'logo', 'unused')] };
    const broke = await buildFailure(project.build(build, { missing: 'buy', maxCostUsd: 0 }));
    const price = Number(/up to \$(\d\.\d+)/.exec(broke.message)?.[1]);
    expect(api().requests).toEqual([]);
    // The budget is enough for either order alone, of one picture or of two, but not for both.
    const error = await buildFailure(
      project.build(build, { missing: 'buy', maxCostUsd: 2.5 * price }),
    );
    expect(error.message).toMatch(/budget is \$0\.\d+ a run, of which \$0\.\d+ is left/);
    expect(billedPrompts(api())).toEqual(['A lighthouse keeper']);

    await project.build(build, { missing: 'buy', maxCostUsd: 2.5 * price });
    expect(billedPrompts(api())).toEqual([
      'A flat logo',
      'A lighthouse keeper',
      'Something that nobody imports',
    ]);
    expect(project.log.findLast((line) => line.includes(' bought for $'))).toMatch(
      /3 images .*, 2 bought for \$/,
    );
    expect(await project.read('dist/index.html')).not.toContain('tintype:');
  });
});

test.each(viteVersions)(
  'Vite %s: a watched build never buys, whatever the settings: it draws stand-ins, and prints the command that buys',
  async (_, load) => {
    await using project = await viteProject(files, api().baseUrl);
    vi.stubEnv('TINTYPE_MISSING', 'buy');
    const { build } = await load();
    const watcher = await build(project.config({ build: { watch: {} } }, { missing: 'buy' }));
    if (!('on' in watcher)) throw new Error('no watcher');
    const ends: (() => void)[] = [];
    watcher.on('event', (event) => {
      if (event.code === 'BUNDLE_END') void event.result.close();
      if (event.code === 'END') ends.shift()?.();
    });
    const end = () => new Promise<void>((resolve) => ends.push(resolve));
    try {
      await end();
      const second = end();
      await project.write('site.images.yaml', files['site.images.yaml'].replaceAll('A ', 'One '));
      await second;
    } finally {
      await watcher.close();
      vi.unstubAllEnvs();
    }
    expect(api().requests).toEqual([]);
    expect(project.log.join('\n')).toContain(
      'hero, logo are stand-ins: drawings in the place of pictures that are not stored. A watched build never buys: run npx tintype',
    );
  },
);

test('a picture that is not imported may be missing', async () => {
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

test('buy: without a key nothing is requested, and the error names the key', async () => {
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

test('standin: the build succeeds and warns about the stand-ins', async () => {
  await using project = await viteProject(files, api().baseUrl);
  const { code } = await project.build({}, { missing: 'standin' });
  expect(code).toContain('"generated": false');
  expect(project.log.filter((line) => line.startsWith('warn: [tintype]'))).toEqual([
    'warn: [tintype] hero, logo are stand-ins: drawings in the place of pictures that are not stored. Run tintype where there is a key, and commit the store',
  ]);
  expect(api().requests).toEqual([]);
});

test('with provider offline the warning does not mention a key', async () => {
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
        // A small file would be inlined and have no URL.
        client: { build: { outDir: 'dist/client', assetsInlineLimit: 0 } },
        ssr: {
          build: {
            outDir: 'dist/server',
            assetsInlineLimit: 0,
            rollupOptions: { input: '/server.js' },
          },
        },
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
