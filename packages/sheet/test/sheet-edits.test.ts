import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FieldChange } from '@tintype/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseManifest } from '../../core/src/manifest/parse-manifest.ts';
import { useApi } from '../../core/test/support/api.ts';
import { isLong, isQuick } from '../../core/test/support/test-mode.ts';
import { servedSheet } from './support/served-sheet.ts';

const api = useApi();

const manifest = `# The front page
defaults: { decorative: true, quality: low, crop: 64x64 } # cheap for now
presets:
  house:
    # The hand of the house
    prompt: "{{ prompt }}. Flat illustration, no text."
images:
  # What one sees first
  hero:
    preset: house
    prompt: A lighthouse  # at dawn
    number_of_images: 2   # two to choose from
  icon: { prompt: An icon, widths: [32, 64] } # small
  "tool-{{ name }}":
    each:
      - name: hammer # heavy
        what: A hammer
      - { name: saw, what: A saw }
    prompt: "{{ what }} on a bench"
  "goods-{{ name }}":
    each: goods.csv
    preset: house
    prompt: "{{ what }}"
`;
const goods = 'name,what\nrope,A rope\nsail,"A sail, white"\n';
const files = { 'a.images.yaml': manifest, 'goods.csv': goods };

const set = (layer: string, field: string, value: FieldChange['value']): FieldChange => ({
  layer,
  field,
  value,
});

describe('a form', () => {
  test('shows each field where it is written, with how many images have it', async () => {
    await using project = await servedSheet(files, api().baseUrl);
    const { layers, fields } = await project.form('goods-sail');
    expect(layers).toMatchObject([
      {
        name: 'row',
        file: 'goods.csv',
        line: 3,
        fields: { name: 'sail', what: 'A sail, white' },
        images: 1,
      },
      { name: 'image', file: 'a.images.yaml', fields: { prompt: '{{ what }}' }, images: 2 },
      {
        name: 'preset:house',
        fields: { prompt: '{{ prompt }}. Flat illustration, no text.' },
        images: 3,
      },
      { name: 'defaults', fields: { quality: 'low', crop: '64x64' }, images: 6 },
    ]);
    expect(fields.find(({ name }) => name === 'quality')).toMatchObject({ type: 'choice' });
    expect(api().requests).toEqual([]);
  });

  test('has no field that names a key, a provider or a file', async () => {
    await using project = await servedSheet(files, api().baseUrl);
    const { fields } = await project.form('icon');
    const names = fields.map(({ name }) => name);
    for (const name of ['openai_api_key', 'provider', 'provider_options', 'mask', 'user_id']) {
      expect(names).not.toContain(name);
      const reply = await project.post('propose', {
        id: 'icon',
        changes: [set('image', name, 'x')],
      });
      expect(reply.status, name).toBe(422);
    }
  });
});

test('other images can be worked from, and no file or address that the manifest does not have', async () => {
  const own = manifest.replace('prompt: An icon,', 'prompt: An icon, input_images: [./own.png],');
  await using project = await servedSheet(
    { ...files, 'a.images.yaml': own, 'own.png': 'x', 'secret.png': 'x' },
    api().baseUrl,
  );
  const propose = (value: FieldChange['value']) =>
    project.post('propose', { id: 'icon', changes: [set('image', 'input_images', value)] });
  for (const value of [
    ['./secret.png'],
    ['https://example.com/x.png'],
    ['tintype:hero', './secret.png'],
    './secret.png',
  ]) {
    const reply = await propose(value);
    expect(reply.status, String(value)).toBe(422);
    expect(await reply.text()).toContain('is not an image of this project');
  }
  expect((await propose(['tintype:hero', './own.png'])).status).toBe(200);
  const itself = await project.propose('icon', [set('image', 'input_images', ['tintype:icon'])]);
  expect(itself.diagnostics).toMatchObject([{ severity: 'error' }]);
  expect(api().requests).toEqual([]);
});

test('a manifest without defaults gets some, and loses them again', async () => {
  const own =
    '# The icons\n\n# All of them\nimages:\n  icon: { prompt: An icon, decorative: true }\n';
  await using project = await servedSheet({ 'a.images.yaml': own }, api().baseUrl);
  const { revision, layers } = await project.form('icon');
  expect(layers.at(-1)).toMatchObject({ name: 'defaults', fields: {}, images: 1 });
  const changes = [
    set('defaults', 'quality', 'high'),
    set('defaults', 'formats', ['avif', 'webp']),
  ];
  expect((await project.post('edit', { id: 'icon', revision, changes })).status).toBe(200);
  expect((await project.project.read('a.images.yaml')).toString()).toBe(
    '# The icons\n\ndefaults:\n  quality: high\n  formats: [avif, webp]\n# All of them\nimages:\n  icon: { prompt: An icon, decorative: true }\n',
  );
  expect((await project.post('undo', {})).status).toBe(200);
  expect((await project.project.read('a.images.yaml')).toString()).toBe(own);
});

describe('a proposal', () => {
  test('has the diff, the price of the image, and what it would buy, and writes nothing', async () => {
    await using project = await servedSheet(files, api().baseUrl);
    await project.project.generate({ ids: ['hero', 'icon'] });
    const spent = api().ledger.length;
    const one = await project.propose('icon', [set('image', 'prompt', 'An icon: "new"')]);
    expect(one.files).toMatchObject([{ file: 'a.images.yaml' }]);
    expect(
      one.files[0]!.hunks.flatMap(({ lines }) => lines).filter((line) => !line.startsWith(' ')),
    ).toEqual([
      '-  icon: { prompt: An icon, widths: [32, 64] } # small',
      `+  icon: { prompt: 'An icon: "new"', widths: [32, 64] } # small`,
    ]);
    expect(one).toMatchObject({
      price: { pictures: 1 },
      buysMore: { pictures: 1, images: ['icon'] },
    });
    const style = await project.propose('hero', [
      set('preset:house', 'prompt', '{{ prompt }}. Gouache.'),
    ]);
    expect(style.buysMore).toMatchObject({ images: ['hero', 'goods-rope', 'goods-sail'] });
    const alt = await project.propose('hero', [
      set('image', 'alt', 'A lighthouse'),
      set('image', 'decorative', null),
    ]);
    expect(alt).toMatchObject({ buysMore: null, price: null, diagnostics: [] });
    expect((await project.project.read('a.images.yaml')).toString()).toBe(manifest);
    expect(api().ledger).toHaveLength(spent);
  });

  test('costs nothing where the words were bought before', async () => {
    await using project = await servedSheet(files, api().baseUrl);
    await project.project.generate({ ids: ['icon'] });
    const { revision } = await project.form('icon');
    await project.post('edit', {
      id: 'icon',
      revision,
      changes: [set('image', 'prompt', 'A sign')],
    });
    expect((await project.sheet()).images.find(({ id }) => id === 'icon')).toMatchObject({
      status: 'missing',
    });
    const back = await project.propose('icon', [set('image', 'prompt', 'An icon')]);
    expect(back).toMatchObject({ price: null, buysMore: null });
  });

  test("has the manifest's own messages, and a mistake is not written", async () => {
    await using project = await servedSheet(files, api().baseUrl);
    const wrong = [set('image', 'quality', 'hihg')];
    const { diagnostics } = await project.propose('icon', wrong);
    expect(diagnostics).toMatchObject([
      {
        severity: 'error',
        code: 'not-allowed',
        file: 'a.images.yaml',
        message: expect.stringContaining('did you mean "high"?'),
      },
    ]);
    const { revision } = await project.form('icon');
    const reply = await project.post('edit', { id: 'icon', revision, changes: wrong });
    expect(reply.status).toBe(422);
    expect(await reply.json()).toMatchObject({
      code: 'manifest',
      message: expect.stringContaining('quality'),
    });
    expect((await project.project.read('a.images.yaml')).toString()).toBe(manifest);
  });

  test('says what cannot be written, and where', async () => {
    await using project = await servedSheet({
      'a.images.yaml': 'images:\n  a: &x { prompt: x, decorative: true }\n  b: *x\n',
    });
    const reply = await project.post('propose', {
      id: 'a',
      changes: [set('image', 'prompt', 'y')],
    });
    expect(await reply.json()).toMatchObject({
      message: expect.stringMatching(
        /^a\.images\.yaml:2: .*anchor is shared; write prompt there by hand$/,
      ),
    });
  });
});

describe('an edit', () => {
  test('is written where the field is, and buys nothing', async () => {
    await using project = await servedSheet(files, api().baseUrl);
    for (const [id, change, file, before, after] of [
      [
        'hero',
        set('image', 'prompt', 'A lamp'),
        'a.images.yaml',
        'prompt: A lighthouse  #',
        'prompt: "A lamp"  #',
      ],
      [
        'hero',
        set('preset:house', 'prompt', 'x {{ prompt }}'),
        'a.images.yaml',
        '"{{ prompt }}. Flat illustration, no text."',
        '"x {{ prompt }}"',
      ],
      [
        'tool-hammer',
        set('row', 'what', 'A nail'),
        'a.images.yaml',
        'what: A hammer',
        'what: A nail',
      ],
      [
        'goods-sail',
        set('row', 'what', 'A "sail"'),
        'goods.csv',
        '"A sail, white"',
        '"A ""sail"""',
      ],
      [
        'icon',
        set('defaults', 'quality', 'high'),
        'a.images.yaml',
        'quality: low,',
        'quality: high,',
      ],
    ] as const) {
      const text = (await project.project.read(file)).toString();
      const { revision } = await project.form(id);
      const reply = await project.post('edit', { id, revision, changes: [change] });
      expect(reply.status, await reply.text()).toBe(200);
      expect((await project.project.read(file)).toString()).toBe(text.replace(before, () => after));
    }
    expect((await project.sheet()).live?.undo).toBe('quality of "icon"');
    expect(api().requests).toEqual([]);
  });

  test('is refused if the manifest was edited meanwhile, with the fields as they are now', async () => {
    await using project = await servedSheet(files, api().baseUrl);
    const { revision } = await project.form('hero');
    const other = manifest.replace('A lighthouse', 'A windmill');
    await project.project.write('a.images.yaml', other);
    const changes = [set('image', 'prompt', 'A lamp')];
    const reply = await project.post('edit', { id: 'hero', revision, changes });
    expect(reply.status).toBe(409);
    const conflict = (await reply.json()) as {
      message: string;
      image: { revision: string; layers: unknown[] };
    };
    expect(conflict.message).toMatch(/has changed since you opened it/);
    expect(conflict.image.layers[0]).toMatchObject({ fields: { prompt: 'A windmill' } });
    expect((await project.project.read('a.images.yaml')).toString()).toBe(other);
    const again = await project.post('edit', {
      id: 'hero',
      revision: conflict.image.revision,
      changes,
    });
    expect(again.status).toBe(200);
  });

  test('of two tabs that save at once one is written and one is refused', async () => {
    await using project = await servedSheet(files, api().baseUrl);
    const { revision } = await project.form('hero');
    const replies = await Promise.all(
      ['One', 'Two'].map((prompt) =>
        project.post('edit', { id: 'hero', revision, changes: [set('image', 'prompt', prompt)] }),
      ),
    );
    expect(replies.map(({ status }) => status)).toEqual([200, 409]);
    expect((await project.project.read('a.images.yaml')).toString()).toBe(
      manifest.replace('A lighthouse', '"One"'),
    );
  });

  test('is not taken back over what another program wrote', async () => {
    await using project = await servedSheet(files, api().baseUrl);
    const { revision } = await project.form('hero');
    await project.post('edit', {
      id: 'hero',
      revision,
      changes: [set('image', 'prompt', 'A lamp')],
    });
    const other = `${(await project.project.read('a.images.yaml')).toString()}# more\n`;
    await project.project.write('a.images.yaml', other);
    const reply = await project.post('undo', {});
    expect(reply.status).toBe(409);
    const { files: diffs } = (await reply.json()) as { files: { hunks: { lines: string[] }[] }[] };
    const lines = diffs[0]!.hunks.flatMap((hunk) => hunk.lines);
    expect(lines).toContain('-    prompt: "A lamp"  # at dawn');
    expect(lines).toContain('+    prompt: A lighthouse  # at dawn');
    expect((await project.project.read('a.images.yaml')).toString()).toBe(other);
    expect((await project.post('undo', {})).status).toBe(422);
  });

  test('a pick is taken back like an edit', async () => {
    await using project = await servedSheet(files, api().baseUrl);
    await project.project.generate({ ids: ['hero'] });
    await project.post('pick', { id: 'hero', candidate: 2 });
    expect((await project.sheet()).live?.undo).toBe('pick of "hero"');
    expect((await project.post('undo', {})).status).toBe(200);
    expect((await project.project.read('a.images.yaml')).toString()).toBe(manifest);
  });
});

describe('what a request can write', () => {
  test.each([
    ['no such image', { id: '../a', changes: [set('image', 'prompt', 'x')] }],
    ['no such layer', { id: 'icon', changes: [set('preset:house', 'prompt', 'x')] }],
    ['a layer of a path', { id: 'icon', changes: [set('../../x', 'prompt', 'x')] }],
    ['a field that is a path', { id: 'icon', changes: [set('image', '../prompt', 'x')] }],
    ['a name of every object', { id: 'icon', changes: [set('image', '__proto__', 'x')] }],
    [
      'a column that the row does not have',
      { id: 'goods-sail', changes: [set('row', 'prompt', 'x')] },
    ],
    ['a map in a row', { id: 'goods-sail', changes: [set('row', 'what', { a: 'x' })] }],
  ])('refused: %s', async (_, body) => {
    await using project = await servedSheet(files, api().baseUrl);
    const { revision } = await project.form('icon');
    expect((await project.post('edit', { ...body, revision })).status).toBe(422);
    expect((await project.project.read('a.images.yaml')).toString()).toBe(manifest);
    expect((await project.project.read('goods.csv')).toString()).toBe(goods);
  });

  test.each([
    ['no list', 'x'],
    ['no layer', [{ field: 'prompt', value: 'x' }]],
    ['a value that is too deep', [set('image', 'crop', { a: { b: { c: { d: { e: 1 } } } } })]],
    ['a value without a meaning', [{ layer: 'image', field: 'prompt' }]],
  ])('a bad request: %s', async (_, changes) => {
    await using project = await servedSheet(files, api().baseUrl);
    expect((await project.post('propose', { id: 'icon', changes })).status).toBe(400);
    expect((await project.post('edit', { id: 'icon', revision: '', changes })).status).toBe(400);
  });

  test.each(['propose', 'edit', 'undo'])(
    '%s needs the origin of the page and JSON',
    async (path) => {
      await using project = await servedSheet(files, api().baseUrl);
      const origin = new URL(project.server.url).origin;
      const body = JSON.stringify({ id: 'icon', revision: '', changes: [] });
      for (const headers of [
        { 'content-type': 'application/json' },
        { 'content-type': 'application/json', origin: 'https://attacker.example' },
        { 'content-type': 'text/plain', origin },
      ] as const) {
        const reply = await fetch(project.server.url + path, { method: 'POST', headers, body });
        expect(reply.status).toBe(403);
      }
      const wrong = project.server.url.replace(/.\/$/, '_/');
      const reply = await fetch(wrong + path, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', origin },
      });
      expect(reply.status).toBe(403);
      expect((await fetch(project.server.url + path)).status).toBe(404);
    },
  );

  test.skipIf(process.platform === 'win32')(
    'not through a link that leads out of the project',
    async () => {
      const outside = await mkdtemp(join(tmpdir(), 'tintype-outside-'));
      const rows = join(outside, 'rows.csv');
      await writeFile(rows, goods);
      await using project = await servedSheet(
        {
          'a.images.yaml': manifest.replace('goods.csv', 'linked/rows.csv'),
          'linked/rows.csv': goods,
        },
        api().baseUrl,
      );
      const { revision } = await project.form('goods-sail');
      // The folder becomes a link after it was read.
      await rm(join(project.project.root, 'linked'), { recursive: true });
      await symlink(outside, join(project.project.root, 'linked'));
      const reply = await project.post('edit', {
        id: 'goods-sail',
        revision,
        changes: [set('row', 'what', 'x')],
      });
      expect(reply.status).toBe(422);
      expect(await readFile(rows, 'utf8')).toBe(goods);
      await mkdir(join(project.project.root, 'none'));
      await rm(outside, { recursive: true });
    },
  );
});

const idsWith = {
  image: ['hero', 'icon', 'tool-hammer', 'goods-rope'],
  row: ['tool-hammer', 'tool-saw', 'goods-rope', 'goods-sail'],
  'preset:house': ['hero', 'goods-sail'],
  defaults: ['icon'],
};

test('after any edits and undos manifests can be read, with all comments, and after all undos they have their first bytes', async () => {
  const words = fc.oneof(
    fc.constantFrom(
      'A lamp',
      'x: y',
      '# no comment',
      '"quoted"',
      'two\nlines',
      "it's",
      '{{ prompt }}',
      '- a',
      '007',
    ),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
  );
  const value = (field: string): fc.Arbitrary<FieldChange['value']> => {
    const known: Readonly<Record<string, readonly FieldChange['value'][]>> = {
      quality: ['low', 'high', null, 'wrong'],
      size: ['1024x1536', '1536x1024', null],
      number_of_images: [3, 4, null, 99],
      crop: ['600x400', { ratio: '3:2', position: [30, 20] }, null],
      background: ['opaque', null],
      input_images: [['tintype:icon'], ['tintype:hero'], ['tintype:none'], null],
      widths: [[320, 640], 'auto', [0], null],
      formats: [['avif', 'webp'], { avif: 80, webp: {}, jpeg: { chroma: '4:4:4' } }, ['bmp'], null],
      sources: [
        [
          {
            media: '(max-width: 600px)',
            crop: { ratio: '3:4', position: [30, 20] },
            widths: [320],
          },
        ],
        [{ media: 'print', image: 'icon' }],
        [{ media: '' }],
        null,
      ],
    };
    return known[field] === undefined
      ? fc.oneof(words, fc.constant(null))
      : fc.constantFrom(...known[field]);
  };
  const fieldIn = {
    image:
      'prompt prompt alt quality size number_of_images crop background input_images widths formats sources'.split(
        ' ',
      ),
    row: ['what', 'what', 'name'],
    'preset:house': ['prompt', 'quality'],
    defaults: ['quality', 'size', 'decorative'],
  };
  const edit = fc
    .constantFrom(
      'image' as const,
      'image' as const,
      'row' as const,
      'preset:house' as const,
      'defaults' as const,
    )
    .chain((layer) => fc.constantFrom(...fieldIn[layer]).map((field) => ({ layer, field })))
    .chain(({ layer, field }) =>
      fc.record({
        id: fc.constantFrom(...idsWith[layer]),
        layer: fc.constant(layer),
        field: fc.constant(field),
        value: value(field),
      }),
    );
  const step = fc.oneof(
    { weight: 3, arbitrary: edit },
    { weight: 1, arbitrary: fc.constant('undo' as const) },
  );
  const sequences = isLong ? 200 : isQuick ? 3 : 20;
  const comments = manifest.match(/# .*/g)!;
  await using project = await servedSheet(files, api().baseUrl);
  const text = async () => (await project.project.read('a.images.yaml')).toString();
  let written = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      for (const one of steps) {
        if (one === 'undo') await project.post('undo', {});
        else {
          const { id, ...change } = one;
          const { revision } = await project.form(id);
          const reply = await project.post('edit', { id, revision, changes: [change] });
          expect([200, 422]).toContain(reply.status);
          if (reply.status === 200) written++;
        }
        const now = await text();
        const { diagnostics } = parseManifest('a.images.yaml', Buffer.from(now));
        expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
        for (const comment of comments) expect(now).toContain(comment);
        expect(
          (await project.sheet()).diagnostics.filter(({ severity }) => severity === 'error'),
        ).toEqual([]);
      }
      while ((await project.sheet()).live?.undo !== null)
        expect((await project.post('undo', {})).status).toBe(200);
      expect(await text()).toBe(manifest);
      expect((await project.project.read('goods.csv')).toString()).toBe(goods);
    }),
    { numRuns: sequences },
  );
  // Some edits of a sequence are refused.
  expect(written).toBeGreaterThan(sequences / 2);
  expect(api().requests).toEqual([]);
});
