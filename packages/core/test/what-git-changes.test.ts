import { describe, expect, test } from 'vitest';
import { type TestProject, testProject } from './support/project.ts';
import { picture } from './support/pictures.ts';

/** Changes of a text file by git (`core.autocrlf`) and by editors that leave its meaning alone. */
const edits: Readonly<Record<string, (text: string) => string>> = {
  'the line ends of Windows': (text) => text.replaceAll('\n', '\r\n'),
  'mixed line ends': (text) => text.replace('\n', '\r\n'),
  'a byte order mark': (text) => `\uFEFF${text}`,
  'no last line end': (text) => text.replace(/\n+$/, ''),
  'more lines at the end': (text) => `${text}\n\n`,
  'all of it': (text) => `\uFEFF${text.trimEnd()}\n\n`.replaceAll('\n', '\r\n'),
};

const manifest = `images:
  "a-{{ n }}":
    each: ROWS
    decorative: true
    prompt: "{{ text }}"
  plain: { decorative: true, input_images: [ref.svg], prompt: "one
    line" }
  block:
    decorative: true
    prompt: |
      two
        lines
  folded:
    decorative: true
    prompt: >
      one
      line

      two
`;

const rows: Readonly<Record<string, string>> = {
  'rows.csv': 'n,text\n1,"one\ntwo\n\nthree"\n2,"a, b"\n3,plain\n',
  'rows.jsonl': '{"n":1,"text":"one\\ntwo"}\n{"n":2,"text":"b"}\n',
  'rows.json': '[\n  {"n": 1, "text": "one\\ntwo"},\n  {"n": 2, "text": "b"}\n]\n',
  'rows.yaml': '- n: 1\n  text: |\n    one\n    two\n- n: 2\n  text: "a\n    b"\n',
};

const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64">
<rect width="64" height="64" fill="#c22"/>
</svg>
`;

describe.each(Object.entries(edits))('no key moves with %s', (_, edit) => {
  test.each(Object.entries(rows))('in a manifest, an SVG and %s', async (file, text) => {
    const files = { 'a.images.yaml': manifest.replace('ROWS', file), [file]: text, 'ref.svg': svg };
    await using before = await testProject(files);
    // The key of an SVG ignores only what git changes, so its last lines stay as they are.
    const end = (text: string) => text.slice(text.trimEnd().length);
    const edited = Object.entries(files).map(([name, content]) => [
      name,
      name === 'ref.svg' ? edit(content).trimEnd() + end(content) : edit(content),
    ]);
    await using after = await testProject(Object.fromEntries(edited) as typeof files);
    const keys = await keysOf(before);
    expect(keys.size).toBeGreaterThan(4);
    expect(await keysOf(after)).toEqual(keys);
  });
});

test.each([
  ['Caf\u00e9/\u00fc.png', 'Cafe\u0301/u\u0308.png'],
  ['Cafe\u0301/u\u0308.png', 'Caf\u00e9/\u00fc.png'],
])('a path is found where the disk has its other normal form', async (written, onDisk) => {
  const text = `images:\n  "{{ id }}": { each: ${written}.csv, prompt: x, alt: y, input_images: [${written}] }\n`;
  const files = { 'a.images.yaml': text };
  await using same = await testProject({
    ...files,
    [written]: await picture(),
    [`${written}.csv`]: 'id\nhero\n',
  });
  await using other = await testProject({
    ...files,
    [onDisk]: await picture(),
    [`${onDisk}.csv`]: 'id\nhero\n',
  });
  const keys = await keysOf(other);
  expect([...keys.keys()]).toEqual(['hero']);
  expect(keys).toEqual(await keysOf(same));
});

test('a path that exists in no form of its letters is missing', async () => {
  await using project = await testProject({
    'a.images.yaml': 'images:\n  a: { prompt: x, alt: y, input_images: [art/\u00e9.png] }\n',
    'art/e.png': await picture(),
  });
  await expect(project.plan()).rejects.toMatchObject({
    diagnostics: [
      { code: 'bad-input', message: expect.stringContaining('does not exist') as string },
    ],
  });
});

test('a Git LFS pointer is reported as one, with the command that fetches the file', async () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 9\n`;
  await using project = await testProject({
    'a.images.yaml': `images:
  a: { prompt: x, alt: y, input_images: [ref.png] }
  "b-{{ n }}": { prompt: x, alt: y, each: rows.csv }
`,
    'b.images.yaml': pointer,
    'ref.png': pointer,
    'rows.csv': pointer,
  });
  const error = (await project.plan().catch((thrown: unknown) => thrown)) as {
    diagnostics: readonly { file: string; message: string }[];
  };
  const pointers = error.diagnostics.filter(({ message }) => message.includes('git lfs pull'));
  expect(pointers.map(({ file }) => file).toSorted()).toEqual([
    'a.images.yaml',
    'b.images.yaml',
    'rows.csv',
  ]);
});

async function keysOf(project: TestProject): Promise<Map<string, string>> {
  const { requests } = await project.plan();
  return new Map(requests.map(({ id, key }) => [id, key!]));
}
