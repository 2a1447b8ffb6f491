import { startOpenAiEmulator } from '@tintype/emulators/openai';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import {
  measureFiles,
  openAi,
  openImages,
  pickCandidate,
  submitBatches,
  verifyProject,
} from '../src/index.ts';
import { openWorker } from '../src/operations/open-worker.ts';
import { ownRates } from '../src/purchase/rates.ts';
import { animatedGif, animatedWebp } from './support/animations.ts';
import { eventsOf, useApi } from './support/api.ts';
import { mistakeLinesOf } from './support/mistakes-of.ts';
import { testProject, type TestProject } from './support/project.ts';

const api = useApi();

const fields =
  'prompt: A moth\n    alt: A moth\n    model: gpt-image-2.6-flare\n    quality: low\n    placeholder: none';

function projectOf(more = '', base = fields, baseUrl = api().baseUrl): Promise<TestProject> {
  const lines = `${base}\n${more}`.split('\n').map((line) => `    ${line.trim()}\n`);
  return testProject(
    { 'a.images.yaml': `images:\n  moth:\n${lines.join('')}    output_format: gif\n` },
    baseUrl,
  );
}

const outputs = 'public/images';

/** What a delivered file is. */
async function headerOf(project: TestProject, file: string) {
  const bytes = await project.read(`${outputs}/${file}`);
  const { format, width, height, pages, delay, loop, xmp } = await sharp(bytes, {
    animated: true,
  }).metadata();
  const frames = pages ?? 1;
  const hasXmp = bytes.includes('digitalsourcetype/') && (format === 'gif' || xmp !== undefined);
  return { format, width, height: height / frames, frames, delay, loop, hasXmp };
}

/** The pixels of one frame, over white. */
async function frameOf(project: TestProject, file: string, page = 0): Promise<Buffer> {
  const { format } = await headerOf(project, file);
  const opened = sharp(
    await project.read(`${outputs}/${file}`),
    format === 'webp' || format === 'gif' ? { page } : {},
  );
  return opened.flatten({ background: '#fff' }).resize(32, 32).raw().toBuffer();
}

/** The mean difference of two pictures, of 255. */
function difference(a: Buffer, b: Buffer): number {
  return a.reduce((sum, value, at) => sum + Math.abs(value - b[at]!), 0) / a.length;
}

async function removeFrom(project: TestProject, path: string): Promise<void> {
  await rm(join(project.root, path), { recursive: true });
}

async function mistakes(project: TestProject): Promise<string[]> {
  const mistakes = await mistakeLinesOf(project);
  expect(api().requests).toEqual([]);
  return mistakes;
}

test('an animation is ordered as gif, bought once, and delivered as WebP and GIF with all its frames', async () => {
  await using project = await projectOf(
    'size: 320x256\nframe_count: 6\nframe_duration_ms: 120\nwidths: [64]',
    fields.replace('low', 'high'),
  );
  const plan = await project.plan();
  const { low, high } = plan.totals.costUsd!;
  const first = await project.generate();
  expect(first.error).toBeNull();
  expect(api().ledger).toHaveLength(1);
  const { body, costUsd } = api().ledger[0]!;
  expect(body).toEqual({
    model: 'gpt-image-2.6-flare',
    prompt: 'A moth',
    n: 1,
    size: '320x256',
    quality: 'high',
    output_format: 'gif',
    frame_count: 6,
    frame_duration_ms: 120,
  });
  expect(costUsd).toBeGreaterThanOrEqual(low);
  expect(costUsd).toBeLessThanOrEqual(high);
  expect(first.result!.costUsd).toBeCloseTo(costUsd, 6);

  const { files, src, sources, still } = first.result!.assetMap.images['moth']!;
  expect(files.map(({ file, width, height, isStill }) => [file, width, height, isStill])).toEqual([
    ['moth.still-64w.webp', 64, 51, true],
    ['moth.still.webp', 320, 256, true],
    ['moth-64w.webp', 64, 51, undefined],
    ['moth.webp', 320, 256, undefined],
    ['moth-64w.gif', 64, 51, undefined],
    ['moth.gif', 320, 256, undefined],
  ]);
  expect(src).toBe('moth.gif');
  expect(sources).toMatchObject({ gif: 'moth-64w.gif 64w, moth.gif 320w' });
  expect(still).toBe('moth.still-64w.webp 64w, moth.still.webp 320w');
  for (const { file, width, height, format, isStill } of files) {
    const moving = { frames: 6, delay: Array<number>(6).fill(120), loop: 0 };
    expect(await headerOf(project, file)).toMatchObject({
      format,
      width,
      height,
      hasXmp: true,
      ...(isStill ? { frames: 1 } : moving),
    });
  }
  const shown = await frameOf(project, 'moth.still.webp');
  expect(difference(shown, await frameOf(project, 'moth.webp', 0))).toBeLessThan(3);
  expect(difference(shown, await frameOf(project, 'moth.gif', 0))).toBeLessThan(6);
  expect(difference(shown, await frameOf(project, 'moth.webp', 3))).toBeGreaterThan(10);

  const second = await project.generate();
  expect(second.result).toMatchObject({ delivered: 1, bought: 0, written: 0 });
  await removeFrom(project, outputs);
  expect((await project.generate()).result).toMatchObject({ bought: 0, written: 7 });
  expect(api().ledger).toHaveLength(1);
  expect(await verifyProject(await project.context())).toMatchObject({ errors: 0, records: 1 });
});

test('its original is kept by its bytes, and the record says how many frames it has', async () => {
  await using project = await projectOf('size: 320x256\nframe_count: 3');
  await project.generate();
  const context = await project.context();
  const { openStore } = await import('../src/store/open-store.ts');
  const store = await openStore(context);
  const [stored] = [...(await store.stored()).values()];
  if (stored?.kind !== 'record') return expect.unreachable();
  expect(stored.record.original).toMatchObject({
    format: 'gif',
    width: 320,
    height: 256,
    frames: 3,
  });
  expect(stored.record.costUsd).toBeCloseTo(api().ledger[0]!.costUsd, 6);
});

test('the size is that of a frame, and all frames fit on a sheet that the API draws', async () => {
  await using project = await projectOf();
  expect((await project.generate()).error).toBeNull();
  expect(api().ledger[0]!.body).toMatchObject({ size: '512x512', output_format: 'gif' });
  expect(await headerOf(project, 'moth.gif')).toMatchObject({ width: 512, frames: 9 });
});

test('the first frame stands for it where a format does not move, and in previews', async () => {
  await using project = await projectOf(
    'size: 320x256\nformats: [webp, png]',
    fields.replace('placeholder: none', 'placeholder: blur'),
  );
  const { result } = await project.generate();
  const { src, sources, placeholder, color } = result!.assetMap.images['moth']!;
  expect(src).toBe('moth.png');
  // The PNG is smaller, and does not move.
  expect(Object.keys(sources)).toEqual(['webp', 'png']);
  expect(await headerOf(project, 'moth.png')).toMatchObject({ frames: 1, width: 320, height: 256 });
  expect(
    difference(await frameOf(project, 'moth.png'), await frameOf(project, 'moth.webp')),
  ).toBeLessThan(3);
  expect(placeholder).toMatch(/^data:image\/webp/);
  expect(color).toMatch(/^#/);
});

test.each(['attention', 'left top'])(
  'all frames are cropped at one place: %s',
  async (position) => {
    const bytes = await animatedGif({ width: 96, height: 64, frames: 4 });
    await using server = await startOpenAiEmulator({ pictures: [bytes] });
    await using project = await projectOf(
      `size: 320x256\nformats: [webp]\ncrop: { width: 40, height: 50, position: ${position} }`,
      fields,
      server.baseUrl,
    );
    const { error } = await project.generate();
    expect(error).toBeNull();
    expect(await headerOf(project, 'moth.webp')).toMatchObject({
      width: 40,
      height: 50,
      frames: 4,
    });
    // A grey wall behind the disc does not move.
    const corners = [];
    for (const page of [0, 1, 2, 3]) {
      const { data } = await sharp(await project.read(`${outputs}/moth.webp`), { page })
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      corners.push(data.subarray(0, 3));
    }
    for (const corner of corners) expect(difference(corner, corners[0]!)).toBeLessThan(12);
  },
);

test('transparent frames stay transparent, and delays and the number of rounds are kept', async () => {
  const bytes = await animatedGif({
    width: 96,
    height: 64,
    frames: 3,
    isTransparent: true,
    delay: [100, 250, 70],
    loop: 2,
  });
  await using server = await startOpenAiEmulator({ pictures: [bytes] });
  await using project = await projectOf('size: 320x256\nwidths: [48]', fields, server.baseUrl);
  await project.generate();
  for (const file of ['moth.webp', 'moth.gif', 'moth-48w.webp', 'moth-48w.gif']) {
    expect(await headerOf(project, file)).toMatchObject({ delay: [100, 250, 70], loop: 2 });
    const { channels } = await sharp(await project.read(`${outputs}/${file}`), { page: 1 }).stats();
    expect(channels[3]).toMatchObject({ min: 0, max: 255 });
  }
});

test('a stand-in is an animation, too, and equal each time', async () => {
  await using project = await projectOf(
    'provider: offline\nsize: 320x256\nframe_count: 4\nframe_duration_ms: 90',
  );
  await project.generate();
  expect(api().requests).toEqual([]);
  const header = await headerOf(project, 'moth.webp');
  expect(header).toMatchObject({ frames: 4, delay: [90, 90, 90, 90], width: 320, height: 256 });
  const before = await project.read(`${outputs}/moth.gif`);
  await removeFrom(project, outputs);
  await rm((await project.context()).config.cacheDir, { recursive: true });
  await project.generate();
  expect(before.equals(await project.read(`${outputs}/moth.gif`))).toBe(true);
});

test('an animation that was not asked for moves as well', async () => {
  const bytes = await animatedWebp({ width: 96, height: 64, frames: 5 });
  await using server = await startOpenAiEmulator({ pictures: [bytes] });
  await using project = await testProject(
    {
      'a.images.yaml': `images:\n  moth:\n    ${fields}\n    provider: other\n    formats: [webp, gif]\n`,
    },
    server.baseUrl,
  );
  const providers = { other: openAi({ baseUrl: server.baseUrl, originalFormat: 'any' }) };
  const { error, events } = await project.generate({ options: { providers, allowUnpriced: true } });
  expect(error).toBeNull();
  expect(eventsOf(events, 'warning').map(({ message }) => message)).toContainEqual(
    expect.stringContaining('it has 5 frames: its webp and gif files move'),
  );
  expect(await headerOf(project, 'moth.webp')).toMatchObject({ frames: 5 });
  expect(await headerOf(project, 'moth.gif')).toMatchObject({ frames: 5 });
  expect(await headerOf(project, 'moth.still.webp')).toMatchObject({ frames: 1 });
});

test('another number of frames is used, with a warning', async () => {
  await using server = await startOpenAiEmulator({
    pictures: [await animatedGif({ width: 32, height: 32, frames: 2 })],
  });
  await using project = await projectOf('frame_count: 4', fields, server.baseUrl);
  const { result, events } = await project.generate();
  expect(result).toMatchObject({ bought: 1, delivered: 1 });
  expect(eventsOf(events, 'warning').map(({ message }) => message)).toContainEqual(
    expect.stringContaining('it has 2 frames, and 4 were asked for'),
  );
});

test.each([
  [
    'a still PNG',
    sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .png()
      .toBuffer(),
    'it is png and not gif',
  ],
  [
    'a GIF that is cut short',
    cut(animatedGif({ width: 32, height: 32, frames: 4 })),
    'it is cut short',
  ],
  [
    'a WebP that is cut short',
    cut(animatedWebp({ width: 32, height: 32, frames: 4 })),
    'it does not decode',
  ],
])('%s is paid for, kept aside, and not bought again', async (_, bytes, why) => {
  await using server = await startOpenAiEmulator({ pictures: [await bytes] });
  await using project = await projectOf('', fields, server.baseUrl);
  const { events } = await project.generate();
  expect(eventsOf(events, 'failed')[0]).toMatchObject({
    code: 'original-rejected',
    message: expect.stringContaining(why),
  });
  await project.generate();
  expect(server.ledger).toHaveLength(1);
});

async function cut(bytes: Promise<Buffer>): Promise<Buffer> {
  const whole = await bytes;
  return whole.subarray(0, Math.floor(whole.length * 0.7));
}

test('an image that is made from an animation gets its first frame as PNG', async () => {
  await using project = await projectOf('size: 320x256');
  await project.write(
    'b.images.yaml',
    `images:\n  card:\n    ${fields}\n    input_images: [tintype:moth]\n`,
  );
  expect((await project.generate()).error).toBeNull();
  expect(api().ledger[1]!.files).toMatchObject([
    { fileName: expect.stringMatching(/\.png$/), contentType: 'image/png' },
  ]);
});

test.each([
  ['model: gpt-image-2.5-flare', 'does not make gif; use gpt-image-2.6-flare'],
  ['formats: [avif, webp]', 'avif files do not move, and browsers would take them instead of webp'],
  ['mask: a.png', 'an animation takes no mask'],
  ['size: 1024x1024', 'is wrong for 9 frames, which the model draws as one picture of 3072x3072'],
  ['size: 100x100', 'has a side that is not a multiple of 16'],
])('%s is a mistake', async (field, message) => {
  const base = field.startsWith('model')
    ? fields.replace(/model: \S+/, field)
    : `${fields}\n${field}`;
  await using project = await projectOf('', base);
  expect(await mistakes(project)).toContainEqual(expect.stringContaining(message));
});

test.each([
  ['frame_count: 4', 'frame_count needs output_format: gif'],
  ['frame_duration_ms: 100', 'frame_duration_ms needs output_format: gif'],
])('%s of a picture that does not move is a mistake', async (field, message) => {
  await using project = await testProject(
    { 'a.images.yaml': `images:\n  moth:\n    ${fields}\n    ${field}\n` },
    api().baseUrl,
  );
  expect(await mistakes(project)).toEqual([expect.stringContaining(message)]);
});

test('files of which none moves are made, with a warning', async () => {
  await using project = await projectOf('size: 320x256\nformats: [jpeg]');
  const { result, events } = await project.generate();
  expect(eventsOf(events, 'diagnostic')).toMatchObject([
    { severity: 'warning', code: 'nothing-moves' },
  ]);
  expect(result!.assetMap.images['moth']!.files.map(({ file }) => file)).toEqual(['moth.jpeg']);
  expect(result!.assetMap.images['moth']).not.toHaveProperty('still');
});

test('a provider that makes no animations says so before it is asked', async () => {
  await using project = await projectOf(
    'provider: replicate',
    fields.replace(/model: \S+/, 'model: a/b').replace('quality: low', ''),
  );
  const { error, events } = await project.generate({ env: { REPLICATE_API_TOKEN: 'r8_test' } });
  expect(error).toMatchObject({ code: 'manifest' });
  expect(eventsOf(events, 'diagnostic')[0]!.message).toContain('takes no output_format');
});

test('candidates of an animation are delivered apart, and the one that is picked under its own name', async () => {
  await using project = await projectOf('size: 320x256\nframe_count: 2\nnumber_of_images: 2');
  const first = await project.generate();
  expect(first.result).toMatchObject({ bought: 2, delivered: 2 });
  for (const file of ['moth-1.gif', 'moth-2.webp'])
    expect(await headerOf(project, file)).toMatchObject({ frames: 2 });
  expect(first.result!.assetMap.images['moth-2']!.still).toBe('moth-2.still.webp 320w');
  const second = await project.read(`${outputs}/moth-2.webp`);
  await pickCandidate(await project.context(), 'moth', 2);
  expect((await project.generate()).result).toMatchObject({ bought: 0, delivered: 1 });
  expect(second.equals(await project.read(`${outputs}/moth.webp`))).toBe(true);
  expect(api().ledger).toHaveLength(2);
});

test('in a batch it costs half', async () => {
  await using project = await projectOf('size: 320x256\nframe_count: 2');
  const options = { models: { 'gpt-image-2.6-flare': { batches: true } } };
  await submitBatches(await project.context({ options }), []);
  await api().batches.finishAll();
  const { result } = await project.generate({ options });
  expect(result).toMatchObject({ delivered: 1, failed: 0 });
  expect(await headerOf(project, 'moth.webp')).toMatchObject({ frames: 2 });
  const [stored] = (await project.plan()).requests.map(({ stored: one }) => one);
  if (stored?.kind !== 'record') return expect.unreachable();
  expect(api().ledger).toMatchObject([{ batchId: expect.any(String) }]);
  expect(stored.record.costUsd).toBeCloseTo(api().ledger[0]!.costUsd, 6);
});

test('a worker makes all files of it', async () => {
  await using project = await projectOf('size: 320x256\nframe_count: 2\nwidths: [64]');
  await project.generate();
  const context = await project.context();
  await rm(context.config.cacheDir, { recursive: true });
  const images = async () => {
    const opened = await openImages(context);
    const image = opened.images.get('moth')!;
    return { opened, image, original: await opened.obtain(image.planned) };
  };
  const { opened, image, original } = await images();
  expect(opened.findDelivered(image, original)).toBeNull();
  const worker = await openWorker(context, ownRates(null, 1, context.now));
  const specs = opened.variants(image, original);
  const order = { key: image.planned.key, specs, placeholder: 'none' };
  await worker.encode(JSON.parse(JSON.stringify(order)));
  await worker.close();
  const again = await images();
  const files = again.opened.findDelivered(again.image, again.original)!.encoded;
  expect(files.map(({ spec }) => spec)).toEqual(specs);
  for (const file of files) {
    const written = await project.read(`${outputs}/${file.spec.file}`);
    expect(written.equals(await file.read()), file.spec.file).toBe(true);
  }
});

test('another image may have nearly the name of the still, whether the animation was asked for or not', async () => {
  const bytes = await animatedWebp({ width: 96, height: 64, frames: 5 });
  await using server = await startOpenAiEmulator({ pictures: [bytes] });
  await using project = await testProject({
    'a.images.yaml': `images:\n${['moth', 'moth-still']
      .map(
        (id) =>
          `  ${id}:\n    ${fields.replace('A moth', id)}\n    provider: other\n    formats: [webp, gif]\n`,
      )
      .join('')}`,
  });
  const providers = { other: openAi({ baseUrl: server.baseUrl, originalFormat: 'any' }) };
  const { result } = await project.generate({ options: { providers, allowUnpriced: true } });
  expect(result).toMatchObject({ bought: 2, delivered: 2, failed: 0 });
  const { moth, 'moth-still': other } = result!.assetMap.images;
  expect(moth!.still).toBe('moth.still.webp 96w');
  expect(other!.sources.webp).toBe('moth-still.webp 96w');
  expect(await headerOf(project, 'moth.still.webp')).toMatchObject({ frames: 1 });
  expect(await headerOf(project, 'moth-still.webp')).toMatchObject({ frames: 5 });
});

test('the still of a lossless animation is lossless', async () => {
  await using server = await startOpenAiEmulator({
    pictures: [await animatedWebp({ width: 96, height: 64, frames: 3 })],
  });
  await using project = await testProject({
    'a.images.yaml': `images:\n  moth:\n    ${fields}\n    provider: other\n    formats: { webp: { lossless: true } }\n`,
  });
  const providers = { other: openAi({ baseUrl: server.baseUrl, originalFormat: 'any' }) };
  const { error } = await project.generate({ options: { providers, allowUnpriced: true } });
  expect(error).toBeNull();
  const rawOf = async (file: string) =>
    sharp(await project.read(`${outputs}/${file}`), { page: 0 })
      .ensureAlpha()
      .raw()
      .toBuffer();
  expect(await rawOf('moth.still.webp')).toEqual(await rawOf('moth.webp'));
});

test('how files look is measured for pictures that stand still', async () => {
  const image = 'model: gpt-image-2.6-flare, quality: low, placeholder: none';
  const manifest = `images:
  tag: { prompt: A tag, alt: Tag, ${image}, size: 1024x1024, output_format: svg, formats: [svg, webp] }
  moth: { prompt: A moth, alt: Moth, ${image}, size: 320x256, output_format: gif, formats: [gif, webp] }
`;
  await using project = await testProject({ 'a.images.yaml': manifest }, api().baseUrl);
  await project.generate();
  const { files: looks } = await measureFiles(await project.context(), []);
  const measured = looks.filter(({ look }) => look !== null).map(({ file }) => file);
  expect(measured).toEqual(['tag.webp', 'moth.still.webp']);
  expect(looks).toHaveLength(5);
});
