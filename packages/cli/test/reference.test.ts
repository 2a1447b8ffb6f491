/** The reference and the schemas that ship are what the code says, and real output fits the schemas. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startOpenAiEmulator } from '@tintype/emulators/openai';
import { loadProject } from '@tintype/core';
import { describe, expect, test } from 'vitest';
import { environmentVariables } from '../../core/src/environment-variables.ts';
import { manifestSchemaText } from '../../core/src/manifest/manifest-schema.ts';
import { optionsInForce } from '../../core/src/project/options-in-force.ts';
import { filesBelow } from '../../core/test/support/files.ts';
import { picture } from '../../core/test/support/pictures.ts';
import { testKey, testProject } from '../../core/test/support/project.ts';
import { fieldNotes } from '../../../scripts/reference/field-notes.ts';
import { membersOf } from '../../../scripts/reference/members.ts';
import { referencePages } from '../../../scripts/reference/pages.ts';
import { withCommands } from '../../../scripts/reference/readme.ts';
import { explainedCodes } from '../src/explain-codes.ts';
import { errors, findings, warnings } from '../src/explanations.ts';
import { main } from '../src/main.ts';
import { FakeShell } from './support/fake-shell.ts';
import { schemaProblems } from './support/schema-problems.ts';

const packages = fileURLToPath(new URL('../../', import.meta.url));
const pagesFolder = fileURLToPath(new URL('../../../docs/reference/', import.meta.url));
const howTo = 'run: node -C tintype-source scripts/write-reference.ts';

test('the pages are those that the code makes', async () => {
  const pages = await referencePages();
  for (const [file, text] of Object.entries(pages))
    expect(await readFile(join(pagesFolder, file), 'utf8'), howTo).toBe(text);
  const others = (await readdir(pagesFolder)).filter((name) => !(name in pages));
  expect(others.filter((name) => name !== 'index.md')).toEqual([]);
});

test('the README lists the commands', async () => {
  const readme = await readFile(join(packages, 'cli/README.md'), 'utf8');
  expect(withCommands(readme), howTo).toBe(readme);
});

test.each(['core', 'cli'])('the schema of manifests in %s is that of the parser', async (name) => {
  const file = join(packages, name, 'schema/manifest.json');
  const how = 'run: node -C tintype-source scripts/write-schema.ts';
  expect(await readFile(file, 'utf8'), how).toBe(manifestSchemaText(await fieldNotes()));
});

test('every option is documented', async () => {
  await using project = await testProject({});
  const { config } = await loadProject({ cwd: project.root, env: {} });
  const inForce = optionsInForce(config, { written: {}, overrides: {}, realEnv: {} });
  const source = await readFile(join(packages, 'core/src/config.ts'), 'utf8');
  const documented = membersOf(source, 'Options');
  expect(documented.map(({ name }) => name).toSorted()).toEqual(
    inForce.map(({ option }) => option).toSorted(),
  );
  expect(documented.filter(({ help }) => help.length < 20)).toEqual([]);
});

/** The sources of the packages that users install. */
async function sources(): Promise<string[]> {
  const names = (await readdir(packages)).filter((name) => name !== 'emulators');
  const all = await Promise.all(
    names.map(async (name) => {
      const folder = join(packages, name, 'src');
      const files = [...(await filesBelow(folder)).keys()].filter(
        (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
      );
      return Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
    }),
  );
  return all.flat();
}

test('every environment variable that the code names is documented', async () => {
  const pattern = /['"`.[]((?:TINTYPE|OPENAI|REPLICATE|AWS|OTEL|AZURE_OPENAI)_[A-Z_]+)\b/g;
  const named = (await sources()).flatMap((text) =>
    [...text.matchAll(pattern)].map(([, name]) => name!),
  );
  const known = environmentVariables.map(({ name }) => name);
  // By the first a CI is recognised, and the other is passed on to the client of the API.
  const others = ['AWS_APP_ID', 'OPENAI_CUSTOM_HEADERS'];
  expect(named.length).toBeGreaterThan(20);
  expect([...new Set(named)].filter((name) => ![...known, ...others].includes(name))).toEqual([]);
});

test('every warning that the code reports is explained', async () => {
  const reported = (await sources()).flatMap((text) =>
    [...text.matchAll(/(?:type|severity): 'warning',\s*code: '([a-z-]+)'/g)].map(
      ([, code]) => code!,
    ),
  );
  const known = new Set(explainedCodes().map(({ code }) => code));
  expect(reported.length).toBeGreaterThan(15);
  expect([...new Set(reported)].filter((code) => !known.has(code))).toEqual([]);
  const all = new Set([...reported, ...Object.keys(errors), ...Object.keys(findings)]);
  const text = (await sources()).join('\n');
  const unused = Object.keys(warnings).filter(
    (code) => !all.has(code) && !text.includes(`'${code}'`),
  );
  expect(unused).toEqual([]);
});

describe('real output fits the schemas, with no member that they do not have', () => {
  const manifest = `presets: { blue: { prompt: "{{ prompt }}, blue" } }
images:
  hat: { prompt: a hat, alt: A hat, model: gpt-image-1.5, number_of_images: 2, widths: [64], crop: 128x128 }
  cap: { prompt: a cap, preset: blue, alt: A cap, crop: 128x128, provider: offline, sources: [{ media: "(width < 9px)", crop: "1:1" }] }
  late: { prompt: late, alt: Late, batch: true, model: gpt-image-2 }
`;

  test('of every command that prints JSON', async () => {
    await using api = await startOpenAiEmulator();
    await using project = await testProject({
      'site.images.yaml': manifest,
      'art/a.png': await picture('png'),
      'art/b.png': 'no picture',
    });
    const env = {
      PATH: process.env['PATH'],
      OPENAI_API_KEY: testKey,
      OPENAI_BASE_URL: api.baseUrl,
      TINTYPE_MISSING: 'buy',
    };
    const tintype = async (...args: string[]) => {
      const shell = new FakeShell({ cwd: project.root, env });
      shell.time = Date.parse('2026-11-23T12:00:00Z');
      await main(args, shell);
      return shell.stdout.text;
    };
    const lines = async (...args: string[]) =>
      (await tintype(...args, '--reporter', 'json'))
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { type: string });
    const document = async (...args: string[]) => JSON.parse(await tintype(...args)) as unknown;

    const plans = [
      await document('plan', '--json'),
      await document('plan', '--json', '--shard', '1/2'),
    ];
    api.fail({
      kind: 'error',
      status: 400,
      error: { message: 'no', type: 'x', param: null, code: 'x' },
    });
    const events = [
      ...(await lines('--concurrency', '1')),
      ...(await lines()),
      ...(await lines('--out-dir', 'other')),
    ];
    const types = new Set(events.map(({ type }) => type));
    for (const type of [
      'planned',
      'generating',
      'generated',
      'failed',
      'pending',
      'written',
      'diagnostic',
      'done',
    ])
      expect(types).toContain(type);
    expect(await schemaProblems('EventLine', events)).toEqual([]);
    expect(
      await schemaProblems('PlanDocument', [...plans, await document('plan', '--json')]),
    ).toEqual([]);
    const costs = [
      await document('costs', '--json'),
      await document('costs', '--json', '--by', 'image'),
    ];
    expect(await schemaProblems('CostsDocument', costs)).toEqual([]);
    expect(await schemaProblems('ModelsDocument', [await document('models', '--json')])).toEqual(
      [],
    );
    const reports = [
      await document('report', '--json'),
      await document('report', '--measure', '--json'),
    ];
    expect(reports[1]).toMatchObject({ measured: { length: 6 } });
    expect(await schemaProblems('ReportDocument', reports)).toEqual([]);
    expect(await schemaProblems('DoctorDocument', [await document('doctor', '--json')])).toEqual(
      [],
    );
    expect(await schemaProblems('ExplainDocument', [await document('explain', '--json')])).toEqual(
      [],
    );
    const assets = JSON.parse(
      String(await project.read('public/images/tintype.assets.json')),
    ) as unknown;
    expect(await schemaProblems('AssetsDocument', [assets])).toEqual([]);
    expect(
      await schemaProblems('ExportDocument', [await document('export', 'out', '--json')]),
    ).toEqual([]);
    expect(
      await schemaProblems('ImportDocument', [await document('import', 'art', '--json')]),
    ).toEqual([]);
  }, 300_000);

  test('a member that is missing or unknown is found', async () => {
    const event = { type: 'written', file: 'a', bytes: 1, time: '2026-11-29T00:00:00.000Z' };
    expect(await schemaProblems('EventLine', [event])).toEqual([]);
    expect(await schemaProblems('EventLine', [{ ...event, bytes: undefined }])).toHaveLength(1);
    expect(await schemaProblems('EventLine', [{ ...event, more: 1 }])).toHaveLength(1);
  });
});
