/** The recipes of ARCHITECTURE.md, "How to add", followed to the letter in a copy of the sources. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

const core = fileURLToPath(new URL('..', import.meta.url));
const root = join(core, '../..');
let copy: string;

beforeEach(async () => {
  copy = await mkdtemp(join(tmpdir(), 'tintype-recipe-'));
  const filter = (name: string) => !name.endsWith('.test.ts');
  await cp(join(core, 'src'), join(copy, 'src'), { recursive: true, filter });
  for (const name of ['package.json', 'schema', 'assets'])
    await cp(join(core, name), join(copy, name), { recursive: true });
  // This file imports core by name, and here the name leads to the copy.
  await mkdir(join(copy, 'sheet'));
  await cp(join(root, 'packages/sheet/src/parameters.ts'), join(copy, 'sheet/parameters.ts'));
  await symlink(join(core, 'node_modules'), join(copy, 'node_modules'));
  await writeFile(
    join(copy, 'tsconfig.json'),
    JSON.stringify({
      extends: join(root, 'tsconfig.base.json'),
      compilerOptions: {
        noEmit: true,
        declaration: false,
        declarationMap: false,
        typeRoots: [join(root, 'node_modules/@types')],
      },
      include: ['src'],
    }),
  );
});
afterEach(() => rm(copy, { recursive: true }));

type Edit = readonly [file: string, before: string, after: string];

/** Inserts `after` behind the only occurrence of `before` in a file. */
async function edit(...edits: readonly Edit[]): Promise<void> {
  for (const [file, before, after] of edits) {
    const text = await readFile(join(copy, 'src', file), 'utf8');
    expect(text.split(before), `${file}: ${before}`).toHaveLength(2);
    await writeFile(
      join(copy, 'src', file),
      text.replace(before, () => before + after),
    );
  }
}

/** The files that do not compile. */
async function wrongFiles(): Promise<string[]> {
  const tsc = join(root, 'node_modules/.bin/tsc');
  const { stdout } = await promisify(execFile)(tsc, ['-p', copy]).catch(
    (error: { stdout: string }) => error,
  );
  return [
    ...new Set([...stdout.matchAll(/^(?:\S*\/)?src\/(\S+?)\(/gm)].map(([, file]) => file!)),
  ].toSorted();
}

/** The JSON that a program prints which imports the copy. */
async function run(program: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['-C', 'tintype-source', '--input-type=module-typescript', '--eval', program],
    { cwd: copy },
  );
  return JSON.parse(stdout);
}

const seedField: Edit = [
  'fields.ts',
  "    help: 'For models that have it.',\n  },\n",
  "  seed: { type: 'integer', min: 0, inRequest: 'unless default', help: 'Where noise begins.' },\n",
];
const seedHandling: readonly Edit[] = [
  ['provider/openai/openai.ts', "  complexity: 'optional',\n", "  seed: 'optional',\n"],
  ['provider/replicate/inputs.ts', "  complexity: 'refused',\n", "  seed: 'refused',\n"],
  ['provider/ai-sdk/call.ts', "  complexity: 'option',\n", "  seed: 'refused',\n"],
];

test('a pixel field that no provider sends or refuses does not compile', async () => {
  await edit(seedField);
  expect(await wrongFiles()).toEqual([
    'provider/ai-sdk/call.ts',
    'provider/openai/openai.ts',
    'provider/replicate/inputs.ts',
  ]);
});

test('a new pixel field takes a row in the table of fields and a word in each provider', async () => {
  await edit(seedField, ...seedHandling);
  expect(await wrongFiles()).toEqual([]);
  const { keys, request, problem, explained, shown, replicate, sent } = (await run(`
    import { createServer } from 'node:http';
    import { parseManifest } from './src/manifest/parse-manifest.ts';
    import { expandJobs } from './src/plan/expand-jobs.ts';
    import { explainMissing } from './src/plan/explain-missing.ts';
    import { modelTable } from './src/plan/models.ts';
    import { requestKey, requestOf } from './src/plan/request-key.ts';
    import { openAi } from './src/provider/openai/openai.ts';
    import { replicate } from './src/provider/replicate/replicate.ts';
    import { parametersOf } from './sheet/parameters.ts';

    const diagnostics = [];
    async function jobOf(fields) {
      const text = 'images:\\n  hero: { prompt: A keeper, decorative: true' + fields + ' }';
      const { manifest, diagnostics: found } = parseManifest('a.images.yaml', Buffer.from(text));
      diagnostics.push(...found.map(({ message }) => message));
      return expandJobs([manifest], { defaults: {}, provider: 'openai', providers: ['openai'], models: modelTable }).jobs[0];
    }
    const [plain, seeded, wrong] = [await jobOf(''), await jobOf(', seed: 7'), await jobOf(', seed: x')];
    const none = { images: [], mask: null };
    const [before, request] = [plain, seeded].map((job) => requestOf(job, 1, none));
    const record = { key: requestKey(before), request: before, provenance: { createdAt: '2026-01-01T00:00:00Z' } };
    const explain = explainMissing(new Map([[record.key, { kind: 'record', record }]]), new Set());

    let sent = '';
    const server = createServer(async (incoming, response) => {
      for await (const chunk of incoming) sent += chunk;
      response.writeHead(400, { 'content-type': 'application/json' }).end('{}');
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const provider = openAi({ baseUrl: 'http://127.0.0.1:' + server.address().port + '/v1', apiKeyName: null });
    const order = { imageId: 'hero', key: requestKey(request), request, call: seeded.call, apiKey: null, inputs: [], mask: null, timeoutMs: 5000 };
    await provider.generate(order).catch(() => {});
    server.close();
    console.log(JSON.stringify({
      keys: [before, request].map(requestKey),
      request,
      problem: diagnostics.at(-1),
      explained: explain(request),
      shown: parametersOf(seeded).find(({ name }) => name === 'seed'),
      replicate: replicate().refuse({ ...request, provider: 'replicate', model: 'a/b' }),
      sent: JSON.parse(sent),
    }));
  `)) as Record<string, unknown>;
  const [plainKey, seededKey] = keys as string[];
  expect(plainKey).not.toBe(seededKey);
  expect(request).toMatchObject({ seed: 7 });
  expect(problem).toContain('seed');
  expect(explained).toContain('seed changed since');
  expect(shown).toEqual({ name: 'seed', value: '7' });
  expect(replicate).toContain('takes no seed');
  expect(sent).toMatchObject({ seed: 7 });
});

test('a new output format takes a row in the table of formats and a row of encoder settings', async () => {
  await edit(
    [
      'fields.ts',
      '  png: { hasAlpha: true, isVector: false, moves: false, options: [] },\n',
      '  tiff: { hasAlpha: true, isVector: false, moves: false, options: [] },\n',
    ],
    [
      'image/encoder-settings.ts',
      '  | GifSettings',
      "\n  | { readonly format: 'tiff'; readonly compression: 'deflate' }",
    ],
    [
      'image/encoder-settings.ts',
      "    png: { format: 'png', compressionLevel: 6, adaptiveFiltering: true },\n",
      "    tiff: { format: 'tiff', compression: 'deflate' },\n",
    ],
  );
  expect(await wrongFiles()).toEqual([]);
  const { runs, sources, file } = (await run(`
    import { mkdir, readFile, writeFile } from 'node:fs/promises';
    import { join } from 'node:path';
    import { generate, loadProject, systemClock } from './src/index.ts';

    const root = join(process.cwd(), 'project');
    await mkdir(root);
    await writeFile(join(root, 'package.json'), '{}');
    await writeFile(join(root, 'a.images.yaml'), 'images:\\n  hero: { prompt: A keeper, decorative: true, formats: [webp, tiff], provider: offline }');
    const runs = [];
    let assetMap;
    for (const cache of ['.cache', '.cache', '.other']) {
      const project = await loadProject({ cwd: root, env: {}, root, overrides: { cacheDir: cache } });
      const done = await generate({ ...project, ...systemClock, signal: new AbortController().signal, report: () => {} });
      runs.push([done.delivered, done.failed, done.written, done.removed]);
      assetMap = done.assetMap;
    }
    const { hero } = assetMap.images;
    const bytes = await readFile(join(root, 'public/images/hero.tiff'));
    console.log(JSON.stringify({ runs, sources: hero.sources, file: bytes.subarray(0, 6).toString('latin1') }));
  `)) as Record<string, unknown>;
  expect(runs).toEqual([
    [1, 0, 3, 0],
    [1, 0, 0, 0],
    [1, 0, 0, 0],
  ]);
  expect(sources).toHaveProperty('tiff');
  expect(file).toMatch(/^(?:II|MM)/);
});

test('a new built-in provider takes a file and a line in the list of providers', async () => {
  await writeFile(
    join(copy, 'src/provider/mine.ts'),
    `import type { Provider } from './provider.ts';
    export function mine(): Provider {
      return {
        apiKeyName: null,
        inputs: null,
        originalFormat: null,
        refuse: ({ complexity }) => (complexity === undefined ? null : 'takes no complexity'),
        generate: async () => Promise.reject(new Error('not today')),
      };
    }`,
  );
  await edit(
    ['provider/built-in.ts', '  replicate: () => replicate(),\n', '  mine: () => mine(),\n'],
    [
      'provider/built-in.ts',
      "import { openAi } from './openai/openai.ts';\n",
      "import { mine } from './mine.ts';\n",
    ],
  );
  expect(await wrongFiles()).toEqual([]);
  const planned = await run(`
    import { mkdir, writeFile } from 'node:fs/promises';
    import { join } from 'node:path';
    import { loadProject, planProject, systemClock } from './src/index.ts';

    const root = join(process.cwd(), 'project');
    await mkdir(root);
    await writeFile(join(root, 'package.json'), '{}');
    const plan = async (fields) => {
      await writeFile(join(root, 'a.images.yaml'), 'images:\\n  hero: { prompt: A keeper, decorative: true, model: x, provider: mine' + fields + ' }');
      const project = await loadProject({ cwd: root, env: {}, root });
      const { requests } = await planProject({ ...project, ...systemClock, signal: new AbortController().signal, report: () => {} });
      return requests.map(({ provider, status }) => [provider, status]);
    };
    const refused = await plan(', complexity: high').catch(({ diagnostics }) => diagnostics[0].message);
    console.log(JSON.stringify({ planned: await plan(''), refused }));
  `);
  expect(planned).toEqual({
    planned: [['mine', 'missing']],
    refused: expect.stringContaining('takes no complexity'),
  });
});
