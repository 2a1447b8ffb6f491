import { startOpenAiEmulator, svgAuthorPrices } from '@tintype/emulators/openai';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { hostileSvgs } from './fixtures/hostile-svgs.ts';
import { eventsOf, useApi } from './support/api.ts';
import { mistakeLinesOf } from './support/mistakes-of.ts';
import { testProject, type TestProject } from './support/project.ts';

const api = useApi();

const fields =
  'prompt: A tag\n    alt: Tag\n    model: gpt-image-2.6-flare\n    quality: low\n    placeholder: none';

function projectOf(more = '', base = fields, baseUrl = api().baseUrl): Promise<TestProject> {
  const lines = `${base}\n${more}`.split('\n').map((line) => `    ${line.trim()}\n`);
  return testProject(
    { 'a.images.yaml': `images:\n  tag:\n${lines.join('')}    output_format: svg\n` },
    baseUrl,
  );
}

const outputs = 'public/images';

async function mistakes(project: TestProject): Promise<string[]> {
  const mistakes = await mistakeLinesOf(project);
  expect(api().requests).toEqual([]);
  return mistakes;
}

test('a drawing is ordered as svg, bought once, and delivered as a clean file', async () => {
  await using project = await projectOf(
    'size: 1536x1024\nsvg_model: svg-author-2\nsvg_effort: high',
  );
  const first = await project.generate();
  expect(first.error).toBeNull();
  expect(api().ledger).toHaveLength(1);
  expect(api().ledger[0]!.body).toEqual({
    model: 'gpt-image-2.6-flare',
    prompt: 'A tag',
    n: 1,
    size: '1536x1024',
    quality: 'low',
    output_format: 'svg',
    svg: { model: 'svg-author-2', reasoning: { effort: 'high' } },
  });
  const svg = (await project.read(`${outputs}/tag.svg`)).toString();
  expect(svg).toMatch(/^<svg [^>]*viewBox="0 0 1536 1024"/);
  expect(svg).not.toMatch(/<style|class=/);
  expect(svg).toContain('digitalsourcetype/trainedAlgorithmicMedia');
  expect(first.result!.assetMap.images['tag']).toMatchObject({
    src: 'tag.svg',
    width: 1536,
    height: 1024,
    sources: { svg: 'tag.svg 1536w' },
  });

  const second = await project.generate();
  expect(second.result).toMatchObject({ delivered: 1, bought: 0, written: 0 });
  expect(api().ledger).toHaveLength(1);
});

test('its original is kept by its bytes, with the usage of the picture and of the drawing apart', async () => {
  await using project = await projectOf();
  const { result } = await project.generate({
    options: {
      models: { 'svg-author-1': { prices: { ...svgAuthorPrices } } },
    },
  });
  const { costUsd, svgUsage } = api().ledger[0]!;
  expect(result!.costUsd).toBeCloseTo(costUsd, 9);
  const context = await project.context();
  const { openStore } = await import('../src/store/open-store.ts');
  const store = await openStore(context);
  const [stored] = [...(await store.stored()).values()];
  if (stored?.kind !== 'record') return expect.unreachable();
  expect(stored.record.original).toMatchObject({ format: 'svg', width: 1024, height: 1024 });
  expect(stored.record.usage!.svg).toEqual({
    model: 'svg-author-1',
    inputTokens: svgUsage!.input_tokens,
    outputTokens: svgUsage!.output_tokens,
  });
  expect(stored.record.costUsd).toBeCloseTo(costUsd, 6);
  expect((await store.read(stored.record)).toString()).toContain('class="bar"');
});

test('its price is unknown until the config states one, and then it is in the plan', async () => {
  await using project = await projectOf();
  expect((await project.generate({ options: { maxCostUsd: 1 } })).error).toMatchObject({
    code: 'over-budget',
    option: 'allowUnpriced',
  });
  expect(api().requests).toEqual([]);
  expect((await project.plan()).totals).toMatchObject({ costUsd: null, unpriced: 1 });
  const models = { 'gpt-image-2.6-flare': { svgCostUsd: { low: 0.02, high: 0.05 } } };
  const priced = (await project.plan({ options: { models } })).totals.costUsd!;
  await using pixels = await testProject(
    { 'a.images.yaml': `images:\n  tag:\n    ${fields}\n` },
    api().baseUrl,
  );
  const plain = (await pixels.plan()).totals.costUsd!;
  expect(priced.low).toBeCloseTo(plain.low + 0.02, 9);
  expect(priced.high).toBeCloseTo(plain.high + 0.05, 9);
});

test('formats of pixels are made from it, at every width', async () => {
  await using project = await projectOf('formats: [svg, webp, png]\nwidths: [64, 320]');
  const { result } = await project.generate();
  const { files, sources } = result!.assetMap.images['tag']!;
  expect(files.map(({ file }) => file)).toEqual([
    'tag.svg',
    ...['webp', 'png'].flatMap((format) => [
      `tag-64w.${format}`,
      `tag-320w.${format}`,
      `tag.${format}`,
    ]),
  ]);
  expect(Object.keys(sources)).toEqual(['svg', 'webp', 'png']);
  const [drawn, pixels] = await Promise.all(
    ['svg', 'png'].map(async (format) =>
      sharp(await project.read(`${outputs}/tag.${format}`))
        .resize(256, 256)
        .removeAlpha()
        .raw()
        .toBuffer(),
    ),
  );
  const apart = drawn!.reduce((sum, value, at) => sum + Math.abs(value - pixels![at]!), 0);
  expect(apart / drawn!.length).toBeLessThan(1);
});

test('a stand-in is a drawing, too', async () => {
  await using project = await projectOf('provider: offline\nformats: [svg, webp]\nrecolor: true');
  const { error } = await project.generate();
  expect(error).toBeNull();
  expect(api().requests).toEqual([]);
  const svg = (await project.read(`${outputs}/tag.svg`)).toString();
  expect(svg).toContain('digitalsourcetype/algorithmicMedia');
  expect((await sharp(Buffer.from(svg)).stats()).entropy).toBeGreaterThan(1);
});

test('recolor makes the one colour that of the text', async () => {
  await using server = await startOpenAiEmulator({
    pictures: [
      Buffer.from(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="#123" d="M1 1h9v9z"/></svg>',
      ),
    ],
  });
  await using project = await projectOf('recolor: true', fields, server.baseUrl);
  await project.generate();
  expect((await project.read(`${outputs}/tag.svg`)).toString()).toContain('fill="currentColor"');
});

test('recolor of several colours fails without losing the picture', async () => {
  await using project = await projectOf('recolor: true');
  const { result, events } = await project.generate();
  expect(result).toMatchObject({ bought: 1, failed: 1 });
  expect(eventsOf(events, 'failed')[0]).toMatchObject({
    code: 'encode',
    message: expect.stringContaining('recolor needs a drawing in one colour'),
  });
  await project.write(
    'a.images.yaml',
    (await project.read('a.images.yaml')).toString().replace('recolor: true', ''),
  );
  expect((await project.generate()).result).toMatchObject({ bought: 0, delivered: 1, failed: 0 });
});

test('what is hostile in an answer reaches no file', async () => {
  await using server = await startOpenAiEmulator({ pictures: [Buffer.from(hostileSvgs[0]!.svg)] });
  await using project = await projectOf('', fields, server.baseUrl);
  await project.generate();
  const svg = (await project.read(`${outputs}/tag.svg`)).toString();
  expect(svg).not.toMatch(/evil|<script/);
});

const svg = (content: string) =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 24 24">${content}</svg>`,
  );
const dot =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

test('text stays, with a warning that every reader sees it in another font', async () => {
  await using server = await startOpenAiEmulator({
    pictures: [svg('<text x="2" y="20" font-family="Georgia">Moth</text>')],
  });
  await using project = await projectOf('', fields, server.baseUrl);
  const { result, events } = await project.generate();
  expect(result).toMatchObject({ bought: 1, delivered: 1 });
  expect(eventsOf(events, 'warning').map(({ message }) => message)).toEqual([
    expect.stringContaining('it has text, which every reader sees in a font of their own machine'),
  ]);
  expect((await project.read(`${outputs}/tag.svg`)).toString()).toContain('>Moth</text>');
});

test('an embedded picture is left out, with a warning', async () => {
  const images = `<image href="${dot}" width="9" height="9"/><g><image xlink:href="${dot}" width="9" height="9"/></g>`;
  await using server = await startOpenAiEmulator({
    pictures: [svg(`<path d="M1 1h9v9z"/>${images}`)],
  });
  await using project = await projectOf('', fields, server.baseUrl);
  const { events } = await project.generate();
  expect(eventsOf(events, 'warning').map(({ message }) => message)).toEqual([
    expect.stringContaining('it embeds 2 pictures of pixels'),
  ]);
  expect((await project.read(`${outputs}/tag.svg`)).toString()).not.toMatch(/image|data:/);
});

test.each([
  [
    'a picture in the shape of a drawing',
    svg(`<image href="${dot}" width="9" height="9"/>`),
    'it draws nothing but embedded pictures, which are left out',
  ],
  [
    'pixels',
    sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .png()
      .toBuffer(),
    'it is png and not svg',
  ],
  [
    'an empty drawing',
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>'),
    'it draws nothing',
  ],
  [
    'a bomb',
    Buffer.from(hostileSvgs.find(({ what }) => what === 'a billion uses')!.svg),
    'it draws more than',
  ],
])(
  '%s in place of a drawing is paid for, kept aside, and not bought again',
  async (_, bytes, why) => {
    await using server = await startOpenAiEmulator({ pictures: [await bytes] });
    await using project = await projectOf('', fields, server.baseUrl);
    const { events } = await project.generate();
    expect(eventsOf(events, 'failed')[0]).toMatchObject({
      code: 'original-rejected',
      message: expect.stringContaining(why),
    });
    await project.generate();
    expect(server.ledger).toHaveLength(1);
  },
);

test('an image that is made from a drawing gets it as PNG', async () => {
  await using project = await projectOf();
  await project.write(
    'b.images.yaml',
    `images:\n  card:\n    ${fields}\n    input_images: [tintype:tag]\n`,
  );
  const { error } = await project.generate();
  expect(error).toBeNull();
  expect(api().ledger[1]!.files).toMatchObject([
    { fileName: expect.stringMatching(/\.png$/), contentType: 'image/png' },
  ]);
});

test.each([
  ['model: gpt-image-2.5-flare', 'does not make svg; use gpt-image-2.6-flare'],
  ['crop: 100x100', 'an svg file is not cropped'],
])('%s is a mistake', async (field, message) => {
  const base = field.startsWith('model')
    ? fields.replace(/model: \S+/, field)
    : `${fields}\n${field}`;
  await using project = await projectOf('', base);
  expect(await mistakes(project)).toEqual([expect.stringContaining(message)]);
});

test.each([
  ['formats: [svg, png]', 'write output_format: svg'],
  ['svg_model: x', 'svg_model needs output_format: svg'],
  ['svg_effort: low', 'svg_effort needs output_format: svg'],
  ['recolor: true', 'recolor changes svg files'],
])('%s of a picture of pixels is a mistake', async (field, message) => {
  await using project = await testProject(
    { 'a.images.yaml': `images:\n  tag:\n    ${fields}\n    ${field}\n` },
    api().baseUrl,
  );
  expect(await mistakes(project)).toEqual([expect.stringContaining(message)]);
});

test('a provider that makes no drawings says so before it is asked', async () => {
  await using project = await projectOf(
    'provider: replicate',
    fields.replace(/model: \S+/, 'model: a/b').replace('quality: low', ''),
  );
  const { error, events } = await project.generate({ env: { REPLICATE_API_TOKEN: 'r8_test' } });
  expect(error).toMatchObject({ code: 'manifest' });
  expect(eventsOf(events, 'diagnostic')[0]!.message).toContain('takes no output_format');
});
