/** Edits that are guided by markup, a transparent PNG over the first input. */
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { fromAiSdk, submitBatches } from '../src/index.ts';
import { sha256 } from '../src/hash.ts';
import { eventsOf, useApi } from './support/api.ts';
import { picture } from './support/pictures.ts';
import { mistakeLinesOf } from './support/mistakes-of.ts';
import { isQueued, testProject, type TestProject } from './support/project.ts';

const api = useApi();

/** A PNG whose left half is transparent. */
const markup = (width = 64, height = 48): Promise<Buffer> =>
  picture('png', { width, height, alpha: 0.5 });

/** With an alpha channel. */
const opaque = async () =>
  sharp(await picture())
    .ensureAlpha()
    .png()
    .toBuffer();

const projectOf = async (
  fields: string,
  files: Readonly<Record<string, Uint8Array>> = {},
): Promise<TestProject> =>
  testProject(
    {
      'a.images.yaml': `defaults: { quality: low, decorative: true, placeholder: none, output_format: jpeg }
images:
  base: { prompt: base, size: 1408x480, crop: 64x64 }
  hat: { prompt: hat, size: 1408x480, crop: 64x64, ${fields} }
`,
      'one.png': await picture(),
      'notes.png': await markup(),
      ...files,
    },
    api().baseUrl,
  );
const onHat = { ids: ['hat'] };

async function mistakes(project: TestProject): Promise<string[]> {
  const mistakes = await mistakeLinesOf(project, onHat);
  expect(api().requests).toEqual([]);
  return mistakes;
}

test('markup is sent over the first picture, is bought once, and its change is said', async () => {
  await using project = await projectOf('input_images: [one.png], markup: notes.png');
  expect((await project.generate(onHat)).result).toMatchObject({ bought: 1, delivered: 1 });
  const { files, costUsd } = api().ledger[0]!;
  expect(files.map(({ name, contentType }) => `${name} ${contentType}`).toSorted()).toEqual([
    'image[] image/png',
    'markup image/png',
  ]);
  expect(files.find(({ name }) => name === 'markup')?.sha256).toBe(sha256(await markup()));
  expect(costUsd).toBeGreaterThan(0);
  expect((await project.generate(onHat)).result).toMatchObject({ bought: 0 });
  await project.write('notes.png', await picture('png', { alpha: 0.8 }));
  const { requests } = await project.plan(onHat);
  expect(requests).toMatchObject([
    { status: 'missing', reason: expect.stringMatching(/^markup changed/) },
  ]);
});

test('the estimate holds, whether markup is counted or not', async () => {
  await using project = await projectOf('input_images: [one.png], markup: notes.png');
  const [row] = (await project.plan(onHat)).requests;
  await project.generate(onHat);
  const [entry] = api().ledger;
  expect(entry!.costUsd).toBeGreaterThanOrEqual(row!.costUsd!.low);
  // 1,536 tokens at $8 a million.
  expect(entry!.costUsd + 0.012).toBeLessThanOrEqual(row!.costUsd!.high);
});

test('it has the size of the picture as it is shown, not as it is stored', async () => {
  const turned = await sharp(await picture('jpeg', { width: 48, height: 64 }))
    .withMetadata({ orientation: 6 })
    .toBuffer();
  await using project = await projectOf('input_images: [in.jpg], markup: notes.png', {
    'in.jpg': turned,
  });
  expect((await project.generate(onHat)).result).toMatchObject({ bought: 1 });
});

describe('markup that cannot be used is a mistake at its place', () => {
  const edit = 'input_images: [one.png], markup: notes.png';
  test.each<readonly [string, string, (() => Promise<Buffer>) | null, RegExp]>([
    [
      'has no alpha channel',
      edit,
      () => picture(),
      /4: the markup notes\.png has no alpha channel/,
    ],
    [
      'is not a PNG',
      edit,
      () => picture('webp', { alpha: 0.5 }),
      /is webp, but markup must be a PNG/,
    ],
    ['is opaque', edit, () => opaque(), /has no transparent pixel/],
    ['is empty', edit, () => picture('png', { alpha: 0 }), /is empty; draw on it/],
    ['has another size', edit, () => markup(32, 48), /is 32x48, but one\.png is 64x48/],
    [
      'has another size than the picture that will be bought',
      'input_images: [tintype:base], markup: notes.png',
      null,
      /is 64x48, but "base" is 1408x480/,
    ],
    [
      'is beside a mask',
      `${edit}, mask: notes.png`,
      null,
      /mask and markup cannot be used together/,
    ],
    ['has no input image', 'markup: notes.png', null, /markup needs input_images/],
    [
      'is a URL',
      'input_images: [one.png], markup: "https://example.com/a.png"',
      null,
      /must be the path of a PNG/,
    ],
    [
      'is for a model without it',
      `${edit}, model: gpt-image-2`,
      null,
      /gpt-image-2 does not take markup; use .*2\.5/,
    ],
  ])('because it %s', async (_, fields, make, message) => {
    await using project = await projectOf(
      fields,
      make === null ? {} : { 'notes.png': await make() },
    );
    expect(await mistakes(project)).toEqual([expect.stringMatching(message)]);
  });

  test('because a mask has no transparent pixel, either', async () => {
    await using project = await projectOf('input_images: [one.png], mask: notes.png', {
      'notes.png': await opaque(),
    });
    expect(await mistakes(project)).toEqual([expect.stringContaining('has no transparent pixel')]);
  });

  test('because its provider cannot send it', async () => {
    await using project = await projectOf(`${edit}, provider: sdk`);
    const model = {
      provider: 'openai.image',
      modelId: 'gpt-image-2.5-flare',
      specificationVersion: 'v3',
    };
    const providers = {
      sdk: fromAiSdk({ ...model, doGenerate: () => Promise.reject(new Error()) } as never),
    };
    const { events } = await project.generate({
      ...onHat,
      options: { providers },
    });
    expect(eventsOf(events, 'diagnostic').map(({ message }) => message)).toEqual([
      expect.stringMatching(/takes no markup/),
    ]);
  });
});

test.skipIf(isQueued)(
  'a picture that comes in another size than was asked for is not edited with markup that does not fit',
  async () => {
    await using project = await projectOf('input_images: [tintype:base], markup: notes.png', {
      'notes.png': await markup(1408, 480),
    });
    api().fail({ kind: 'wrong-size', width: 1024, height: 1024 }, { prompt: 'base' });
    const { events } = await project.generate(onHat);
    expect(api().ledger.map(({ prompt }) => prompt)).toEqual(['base']);
    expect(eventsOf(events, 'failed')).toMatchObject([
      {
        id: 'hat',
        maybeBilled: false,
        message: expect.stringContaining('is 1408x480, but "base" is 1024x1024'),
      },
    ]);
  },
);

test('a batch has the file of the markup', async () => {
  await using project = await projectOf('input_images: [one.png], markup: notes.png');
  await submitBatches(await project.context(), ['hat']);
  await api().batches.finishAll();
  expect(api().ledger.map(({ files }) => files.map(({ name }) => name))).toEqual([
    ['image', 'markup'],
  ]);
});
