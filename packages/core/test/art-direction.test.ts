import { expect, test } from 'vitest';
import sharp from 'sharp';
import { billedPrompts, useApi } from './support/api.ts';
import { mistakeLinesOf } from './support/mistakes-of.ts';
import { testProject, type TestProject } from './support/project.ts';

const api = useApi();

function projectOf(hero: string, others = ''): Promise<TestProject> {
  const lines = hero.split('\n').map((line) => `    ${line}\n`);
  const text = `defaults: { alt: A pier, quality: low, placeholder: none, formats: [webp, jpeg] }\nimages:\n  hero:\n    prompt: A pier\n${lines.join('')}${others}`;
  return testProject({ 'a.images.yaml': text }, api().baseUrl);
}

const night = '  night: { prompt: A pier at night, widths: [256] }\n';

const sources = `aspect_ratio: '3:2'
widths: [320, 1200]
sizes: 100vw
sources:
  - { media: '(max-width: 600px)', crop: '3:4', widths: [96], sizes: 50vw }
  - { media: '(prefers-color-scheme: dark)', image: night }`;

test('a crop and another image are shown where a media query matches, and each picture is bought once', async () => {
  await using project = await projectOf(sources, night);
  const first = await project.generate();
  expect(first.error).toBeNull();
  expect(api().ledger).toHaveLength(2);
  const { images } = first.result!.assetMap;
  expect(Object.keys(images)).toEqual(['hero', 'hero-3x4', 'night']);
  expect(images['hero']!.art).toEqual([
    {
      media: '(max-width: 600px)',
      image: 'hero-3x4',
      width: 768,
      height: 1024,
      sizes: '50vw',
      sources: {
        webp: 'hero-3x4-96w.webp 96w, hero-3x4.webp 768w',
        jpeg: 'hero-3x4-96w.jpeg 96w, hero-3x4.jpeg 768w',
      },
    },
    {
      media: '(prefers-color-scheme: dark)',
      image: 'night',
      width: 1024,
      height: 1024,
      sizes: null,
      sources: images['night']!.sources,
    },
  ]);
  // The crop is the middle of the same picture.
  const whole = await project.read('public/images/hero.jpeg');
  const middle = sharp(whole).extract({ left: 384, top: 0, width: 768, height: 1024 });
  const cropped = await project.read('public/images/hero-3x4.jpeg');
  const [a, b] = await Promise.all(
    [await middle.toBuffer(), cropped].map((bytes) =>
      sharp(bytes).resize(24, 32, { fit: 'fill' }).raw().toBuffer(),
    ),
  );
  const difference = a!.reduce((sum, value, at) => sum + Math.abs(value - b![at]!), 0) / a!.length;
  expect(difference).toBeLessThan(4);

  const second = await project.generate();
  expect(second.result).toMatchObject({ written: 0, removed: 0, bought: 0 });
  expect(api().ledger).toHaveLength(2);
});

test('a run buys no other image than the ones that it names, and completes the art of those before', async () => {
  await using project = await projectOf(sources, night);
  const artOf = (outcome: Awaited<ReturnType<typeof project.generate>>) =>
    outcome.result!.assetMap.images['hero']!.art!.map(({ image }) => image);
  expect(artOf(await project.generate({ ids: ['hero'] }))).toEqual(['hero-3x4']);
  expect(billedPrompts(api())).toEqual(['A pier']);
  expect(artOf(await project.generate({ ids: ['night'] }))).toEqual(['hero-3x4', 'night']);
  expect(billedPrompts(api())).toEqual(['A pier', 'A pier at night']);

  const manifest = String(await project.read('a.images.yaml'));
  await project.write('a.images.yaml', manifest.replace('widths: [256]', 'widths: [128]'));
  const again = await project.generate({ ids: ['night'] });
  expect(artOf(again)).toEqual(['hero-3x4', 'night']);
  const [, dark] = again.result!.assetMap.images['hero']!.art!;
  expect(dark!.sources.webp).toBe('night-128w.webp 128w, night.webp 1024w');
});

test('the ratio of a picture whose size the model chooses is that of the picture', async () => {
  await using project = await projectOf(
    "size: auto\nsources: [{ media: '(max-width: 9px)', crop: { ratio: '2:1', position: top } }]",
  );
  const { result } = await project.generate();
  expect(result!.assetMap.images['hero-2x1']).toMatchObject({ width: 1254, height: 627 });
});

test('candidates without a pick have crops of their own', async () => {
  await using project = await projectOf(
    "number_of_images: 2\nsources: [{ media: '(max-width: 9px)', crop: 256x128 }]",
  );
  const { result } = await project.generate();
  expect(Object.keys(result!.assetMap.images)).toEqual([
    'hero-1',
    'hero-1-256x128',
    'hero-2',
    'hero-2-256x128',
  ]);
  expect(result!.assetMap.images['hero-2']!.art).toMatchObject([{ image: 'hero-2-256x128' }]);
});

test.each([
  ['crop and image', "{ media: a, crop: '1:1', image: night }", 'has crop and image; keep one'],
  ['neither', '{ media: a }', 'needs crop or image'],
  [
    'an unknown image',
    '{ media: a, image: nihgt }',
    'there is no image "nihgt"; did you mean "night"?',
  ],
  ['the image itself', '{ media: a, image: hero }', '"hero" has sources of its own'],
  ['widths of an image', '{ media: a, image: night, widths: [8] }', '"night" has its own widths'],
  ['a bad crop', '{ media: a, crop: 3-4 }', 'must be pixels such as "1200x630", or a ratio'],
  ['a bad ratio', "{ media: a, crop: { ratio: '3' } }", 'ratio'],
  ['a large crop', '{ media: a, crop: 2000x10 }', 'is larger than the picture, 1024x1024'],
  [
    'a wide width',
    "{ media: a, crop: '1:2', widths: [600] }",
    'width 600 is wider than the picture, 512',
  ],
  ['a misspelt field', "{ media: a, corp: '1:1' }", 'has no field "corp"; did you mean "crop"?'],
  ['no media query', "{ crop: '1:1' }", 'media is missing'],
  [
    'the same query',
    "{ media: a, crop: '1:1' }, { media: a, image: night }",
    'has the same media query',
  ],
  ['the same crop', "{ media: a, crop: '1:1' }, { media: b, crop: '1:1' }", 'has the same crop'],
])(
  'a source with %s is refused at its line, before anything is spent',
  async (_, source, message) => {
    await using project = await projectOf(`sources: [${source}]`, night);
    const mistakes = await mistakeLinesOf(project);
    expect(mistakes).toEqual([expect.stringMatching(/^5: /)]);
    expect(mistakes[0]).toContain(message);
    expect(api().requests).toEqual([]);
  },
);

test('an image that would have the files of a crop is refused', async () => {
  await using project = await projectOf(
    "sources: [{ media: a, crop: '3:4' }]",
    '  hero-3x4: { prompt: x }\n',
  );
  expect(await mistakeLinesOf(project)).toEqual([
    expect.stringContaining('which is a file of "hero"'),
  ]);
});

test('rows fill in the image of a source', async () => {
  await using project = await projectOf(
    'size: 1024x1024',
    `  '{{ name }}':
    prompt: '{{ name }}'
    each: [{ name: oak }, { name: elm }]
    sources: [{ media: '(max-width: {{ name }})', image: '{{ name }}-dark' }]
  '{{ name }}-dark':
    prompt: '{{ name }} in the dark'
    each: [{ name: oak }, { name: elm }]
`,
  );
  const { jobs } = await project.plan();
  expect(
    jobs.flatMap(({ id, sources }) => sources.map(({ media, image }) => [id, media, image])),
  ).toEqual([
    ['oak', '(max-width: oak)', 'oak-dark'],
    ['elm', '(max-width: elm)', 'elm-dark'],
  ]);
});
