/** What an editor shows of the JSON Schema of manifests, asked of the language server that editors run. */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { runBin } from './support/run-bin.ts';
import { openYamlEditor, type YamlEditor } from './support/yaml-editor.ts';

let folder: string;
let editor: YamlEditor;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tintype-'));
  mkdirSync(join(folder, 'node_modules'));
  const cli = fileURLToPath(new URL('..', import.meta.url));
  symlinkSync(cli, join(folder, 'node_modules/tintype'));
  await runBin(folder, ['init']);
  editor = await openYamlEditor(join(folder, 'tintype.images.yaml'));
});
afterAll(async () => {
  await editor[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

test('the manifest that init writes has no mistake, and one with a mistake has it', async () => {
  const manifest = readFileSync(join(folder, 'tintype.images.yaml'), 'utf8');
  expect(await editor.diagnose(manifest.split('\n').slice(1).join('\n'))).toEqual([]);
  expect(await editor.diagnose('images:\n  hero: { prompt: x, qualty: low }\n')).toEqual([
    'Property qualty is not allowed.',
  ]);
});

test('the schema may be named by a key, and be at an address', async () => {
  const server = createServer((_, response) => {
    response.end(readFileSync(new URL('../schema/manifest.json', import.meta.url)));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const file = join(folder, 'other.images.yaml');
  writeFileSync(file, `$schema: http://127.0.0.1:${port}/manifest.json\n`);
  await using other = await openYamlEditor(file);
  expect(await other.diagnose('images:\n  hero: { prompt: x, qualty: low }\n')).toEqual([
    'Property qualty is not allowed.',
  ]);
});

test('the fields of an image are offered, and those of a crop', async () => {
  const fields = await editor.complete('images:\n  hero:\n    prompt: A pier\n    |');
  for (const name of ['alt', 'model', 'quality', 'widths', 'sources', 'each', 'pick'])
    expect([...fields.keys()]).toContain(name);
  const crop = await editor.complete('images:\n  hero:\n    prompt: x\n    crop:\n      |');
  expect([...crop.keys()]).toEqual(
    expect.arrayContaining(['width', 'height', 'ratio', 'position']),
  );
});

test.each([
  ['quality', ['low', 'medium', 'high', 'xhigh', 'max']],
  ['model', ['gpt-image-2.6-flare', 'gpt-image-2.5-flare', 'gpt-image-2']],
  ['aspect_ratio', ['16:9', '3:2']],
  ['decorative', ['true', 'false']],
])('the values of %s are offered', async (field, values) => {
  const offered = await editor.complete(`images:\n  hero:\n    prompt: x\n    ${field}: |`);
  const labels = [...offered.keys()].map((label) => label.replaceAll('"', ''));
  for (const value of values) expect(labels).toContain(value);
});

test('a new image is offered as a snippet', async () => {
  const offered = await editor.complete('images:\n  |');
  expect(offered.get('image')).toMatch(/hero[^]*prompt[^]*alt[^]*widths/);
  expect([...offered.keys()]).toContain('images from rows');
});

test.each([
  ['quality', [/decides most of the price/, /gpt-image-2\.6-flare/, /medium \$0\.0\d+/]],
  ['model', [/gpt-image-2: low \$0\.00\d+/]],
  ['output_format', [/svg and gif: gpt-image-2\.6-flare/]],
  ['alt', [/Required, unless decorative/]],
])(
  'the hover of %s says what it means, what it costs and which models take it',
  async (field, words) => {
    const shown = await editor.hover(`images:\n  hero:\n    prompt: x\n    ${field}|: x\n`);
    const text = shown.replaceAll('\\', '').replaceAll('&nbsp;', ' ');
    for (const word of words) expect(text).toMatch(word);
  },
);
