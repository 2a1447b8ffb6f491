import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type ConfigSource,
  defineConfig,
  type Options,
  refuseDefaults,
  resolveConfig,
} from './config.ts';
import { TintypeError } from './errors.ts';
import { modelTable } from './plan/models.ts';

const source: ConfigSource = { root: '/project', file: 'tintype.config.ts', env: {} };
const generate = async () => {
  throw new Error('never called');
};

describe('defaults', () => {
  test('are those of the contract', async () => {
    expect(await resolveConfig({}, source)).toMatchObject({
      root: '/project',
      file: 'tintype.config.ts',
      manifests: ['**/*.images.{yaml,yml}'],
      provider: 'openai',
      defaults: {},
      models: modelTable,
      storeDir: '/project/.tintype',
      cacheDir: '/project/node_modules/.cache/tintype',
      outDir: '/project/public/images',
      concurrency: 4,
      imagesPerMinute: null,
      maxCostUsd: 5,
      maxCostUsdPerDay: null,
      allowUnpriced: false,
      timeoutMs: 600_000,
      missing: 'ask',
    });
  });

  test('every option has a default', async () => {
    for (const [name, value] of Object.entries(await resolveConfig({}, source))) {
      expect(value, name).toBeDefined();
    }
  });

  test('an option that is undefined has its default', async () => {
    const options = { concurrency: undefined, store: undefined, missing: undefined } as never;
    expect(await resolveConfig(options, source)).toMatchObject({ concurrency: 4, missing: 'ask' });
  });

  test.each([{ outDir: '/etc' }, { cacheDir: '../cache' }, { store: { dir: 'a/../..' } }])(
    'a JSON config, which is data of a clone, names no folder outside: %j',
    async (options) => {
      await expect(
        resolveConfig(options, { ...source, file: 'tintype.config.json' }),
      ).rejects.toThrow(/^tintype\.config\.json: \S+ ".*" is outside of the project/);
      await expect(resolveConfig(options, source)).resolves.toBeDefined();
    },
  );

  test('folders are relative to the root, or absolute', async () => {
    const options = { outDir: 'out', cacheDir: '/tmp/cache', store: { dir: '../shared' } };
    expect(await resolveConfig(options, source)).toMatchObject({
      outDir: join('/project', 'out'),
      cacheDir: '/tmp/cache',
      storeDir: '/shared',
    });
  });

  test('defineConfig returns what it is given', async () => {
    const options: Options = { concurrency: 2 };
    expect(defineConfig(options)).toBe(options);
  });
});

describe('prices that a config states', () => {
  const flare = 'gpt-image-2.5-flare';
  const options: Options = {
    models: {
      [flare]: { prices: { imageOut: 0 }, maxInputImages: 3 },
      unknown: { prices: { imageOut: 0 }, tokens: { kind: 'table', tokens: {} } },
    },
  };
  const ci = { CI: 'true' };

  test.each([
    ['of JSON in CI are the table’s', 'tintype.config.json', ci, modelTable[flare]!.prices, null],
    ['of JSON count elsewhere', 'tintype.config.json', {}, { imageOut: 0 }, { imageOut: 0 }],
    ['of code count in CI, too', 'tintype.config.ts', ci, { imageOut: 0 }, { imageOut: 0 }],
  ])('%s', async (_, file, env, known, unknown) => {
    const { models } = await resolveConfig(options, { ...source, file, env });
    expect(models[flare]).toMatchObject({ prices: known, maxInputImages: 3 });
    expect(models['unknown']?.prices ?? null).toEqual(
      unknown === null ? null : expect.objectContaining(unknown),
    );
  });
});

describe('what is wrong', () => {
  test.each<[unknown, string[]]>([
    [null, ['must be a map']],
    [[], ['must be a map']],
    ['text', ['must be a map']],
    [{ concurency: 3 }, ['"concurency"; did you mean "concurrency"?']],
    [{ constructor: 3 }, ['"constructor"']],
    [{ concurrency: 0 }, ['concurrency']],
    [{ concurrency: 1.5 }, ['concurrency']],
    [{ concurrency: '4' }, ['concurrency']],
    [{ manifests: '**' }, ['manifests']],
    [{ manifests: [] }, ['manifests']],
    [{ manifests: [3] }, ['manifests']],
    [{ outDir: '' }, ['outDir']],
    [{ outDir: 'x'.repeat(5000) }, ['outDir']],
    [{ cacheDir: 3 }, ['cacheDir']],
    [{ store: '.tintype' }, ['store']],
    [{ store: { dir: '' } }, ['store.dir']],
    [{ store: { dirr: 'x' } }, ['"dirr"; did you mean "dir"?']],
    // What a JSON config could contain: only code can make a remote.
    [{ store: { originals: { label: 's3://bucket' } } }, ['store.originals must be a remote']],
    [{ store: { originals: 's3://bucket' } }, ['store.originals must be a remote']],
    [{ store: { records: 'git' } }, ['store.records must be "dir" or "remote"']],
    [{ store: { records: 'remote' } }, ['store.originals must say which remote']],
    [{ store: { copiesMaxBytes: -1 } }, ['store.copiesMaxBytes must be']],
    [{ onlyBuyer: 'yes' }, ['onlyBuyer must be true or false']],
    [{ imagesPerMinute: 0 }, ['imagesPerMinute']],
    [{ maxCostUsd: -1 }, ['maxCostUsd']],
    [{ maxCostUsd: Number.NaN }, ['maxCostUsd']],
    [{ maxCostUsd: '5' }, ['maxCostUsd']],
    [JSON.parse('{"maxCostUsd": 1e999}'), ['maxCostUsd']],
    [{ maxCostUsdPerDay: -0.01 }, ['maxCostUsdPerDay']],
    [{ models: { x: { prices: JSON.parse('{"imageOut": 1e999}') } } }, ['models.x: prices']],
    [{ allowUnpriced: 'yes' }, ['allowUnpriced']],
    [{ timeoutMs: 0 }, ['timeoutMs']],
    [{ timeoutMs: 86_400_001 }, ['timeoutMs']],
    [{ missing: 'by' }, ['missing']],
    [{ missing: ['buy'] }, ['missing']],
    [{ effort: 10 }, ['effort']],
    [{ effort: 'thorough' }, ['effort must be "auto" or a whole number']],
    [{ provider: '' }, ['provider']],
    [{ provider: 'opanai' }, ['"opanai"; the providers are openai']],
    [{ provider: 'toString' }, ['"toString"']],
    [{ providers: { openai: { generate } } }, ['providers.openai']],
    [{ providers: { mine: {} } }, ['providers.mine']],
    [{ providers: { mine: null } }, ['providers.mine']],
    [{ providers: [] }, ['providers']],
    [{ models: { x: { qualty: [] } } }, ['models.x: there is no fact "qualty"']],
    [{ models: { x: 3 } }, ['models.x']],
    [
      { models: { x: { prices: { imageOut: '3' } }, y: { sizes: 'big' } } },
      ['models.x: prices', 'models.y: sizes'],
    ],
    [
      { defaults: { qualty: 'low' } },
      ['defaults: there is no field "qualty"; did you mean "quality"?'],
    ],
    [{ defaults: { quality: 'hd', take: 0 } }, ['defaults: quality', 'defaults: take']],
    [{ defaults: { each: 'rows.csv' } }, ['defaults: there is no field "each"']],
  ])('%j', async (options, expected) => {
    const problems = await problemsOf(options);
    expect(problems).toHaveLength(expected.length);
    for (const [index, words] of expected.entries()) expect(problems[index]).toContain(words);
  });

  test('one error names every wrong option, each with the file', async () => {
    const problems = await problemsOf({
      concurrency: 0,
      provider: 'nobody',
      store: { dir: 3 },
      defaults: { quality: 'hd' },
      models: { x: { sizes: 3 } },
      outdir: 'x',
    });
    expect(problems).toHaveLength(6);
    for (const problem of problems) expect(problem).toMatch(/^tintype\.config\.ts: /);
  });

  test('a literal key is not repeated', async () => {
    for (const key of ['sk-1234567890abcdef', 'my-own-key']) {
      const problems = await problemsOf({ defaults: { openai_api_key: key } });
      expect(problems).toHaveLength(1);
      expect(problems[0]).not.toContain(key);
    }
  });

  test('a provider of the config may be the default provider', async () => {
    const options = { provider: 'mine', providers: { mine: { generate } } } as never;
    expect((await resolveConfig(options, source)).provider).toBe('mine');
  });

  test('the error names the file only for options of the file, not for those that override it', async () => {
    const file = { provider: 'mine', providers: { mine: { generate } }, effort: 99 };
    expect(await problemsOf(file, { provider: 'mien' })).toEqual([
      'tintype.config.ts: effort must be "auto" or a whole number from 0 to 9',
      'there is no provider "mien"; the providers are openai, replicate, imported, offline, mine; did you mean "mine"?',
    ]);
    expect(await problemsOf(file, { effort: 3 })).toEqual([]);
  });

  test('the error names a wrong variable, and not the file', async () => {
    const env = { TINTYPE_MISSING: 'by', TINTYPE_MAX_COST: '5$', TINTYPE_MAX_COST_PER_DAY: 'NaN' };
    await expect(resolveConfig({}, { ...source, env })).rejects.toMatchObject({
      code: 'config',
      message: [
        'TINTYPE_MISSING must be "buy", "standin" or "fail"',
        'TINTYPE_MAX_COST must be an amount in US dollars, such as 2.50, or "none"',
        'TINTYPE_MAX_COST_PER_DAY must be an amount in US dollars, such as 2.50, or "none"',
      ].join('\n'),
    });
  });
});

async function problemsOf(options: unknown, overrides: Options = {}): Promise<string[]> {
  try {
    await refuseDefaults(await resolveConfig(options as Options, { ...source, overrides }));
    return [];
  } catch (error) {
    if (!(error instanceof TintypeError)) throw error;
    expect(error.code).toBe('config');
    return error.message.split('\n');
  }
}
