import { posix } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { choices, fieldNames, formats, isVector } from '../src/fields.ts';
import { outputNames } from '../src/file-names.ts';
import { sha256 } from '../src/hash.ts';
import { parseManifest } from '../src/manifest/parse-manifest.ts';
import { parseRows } from '../src/manifest/parse-rows.ts';
import { deliveriesOf } from '../src/plan/deliveries.ts';
import { modelTable } from '../src/plan/models.ts';
import { requestKey, requestOf } from '../src/plan/request-key.ts';
import { isLong } from './support/test-mode.ts';
import type { Diagnostic, Job } from '../src/types.ts';
import { expandText, jobsOf } from './support/expand-text.ts';

const seeds = [
  `defaults: { model: gpt-image-2.5-flare, quality: medium }
presets:
  brand:
    prompt: "{{ prompt }}. Flat, warm."
    input_images: [./brand/palette.png]
images:
  hero:
    preset: brand
    prompt: A lighthouse keeper
    aspect_ratio: "3:2"
    alt: A keeper
    widths: [640, 1280]
    formats: { avif: 50, webp: , jpeg: 80 }
    crop: { width: 1200, height: 630, position: attention }
  "icon-{{ name }}":
    each: [{ name: home, n: 1 }, { name: search, n: 2.5 }]
    prompt: A {{ name }} icon \\{{
    openai_api_key: \${TEAM_{{ n }}}
    background: transparent
    output_format: png
    decorative: true
    number_of_images: 4
    pick: 2
`,
  'images: {a: &a {prompt: x, alt: "y"}, b: *a}\n',
  '# only a comment\nimages:\r\n  日本: { prompt: |\r\n      灯台\r\n   }\r\n',
];

/** Pieces of text with a meaning in YAML, templates, ids or terminals. */
const tokens: readonly string[] = [
  ['{{', '}}', '{', '}', '[', ']', ': ', ':', '- ', '? ', '\n', '\r\n', '\t', '  ', '"', "'", '\\'],
  ['|', '>-', '#', '&a ', '*a', '!x ', '!!binary ', '---\n', '...\n', '%YAML 1.1\n', '<<: ', '~'],
  ['null', '1e400', '.nan', '0x1f', '..', '/', '../', '__proto__', 'constructor', '${', '\0'],
  ['\x1b[31m', '\u202e', '\ud800', '💡', 'images', 'each', ...fieldNames],
].flat();
const token = fc.constantFrom(...tokens);

const mutated = fc
  .tuple(
    fc.constantFrom(...seeds),
    fc.array(fc.record({ at: fc.nat(1200), cut: fc.nat(12), put: fc.oneof(token, fc.string()) }), {
      minLength: 1,
      maxLength: 8,
    }),
  )
  .map(([text, changes]) =>
    changes.reduce(
      (changed, { at, cut, put }) =>
        changed.slice(0, at % (changed.length + 1)) +
        put +
        changed.slice((at % (changed.length + 1)) + cut),
      text,
    ),
  );

/** Fields with known names and any values. */
const anyFields = fc.dictionary(
  fc.constantFrom<string>(...fieldNames, 'preset', 'each', 'pick', 'other'),
  fc.oneof(
    fc.jsonValue(),
    token,
    fc.constantFrom('{{ a }}', '16:9', '1024x1024', 'low', 'p'),
    fc.array(fc.oneof(token, fc.integer()), { maxLength: 3 }),
    fc.integer({ min: -2, max: 2000 }),
  ),
  { maxKeys: 8 },
);
const anyManifest = fc
  .record(
    {
      defaults: anyFields,
      presets: fc.dictionary(fc.oneof(fc.constant('p'), token), anyFields, { maxKeys: 3 }),
      images: fc.dictionary(
        fc.oneof(fc.constantFrom('a', 'b', 'i-{{ a }}'), token, fc.string()),
        anyFields,
        { maxKeys: 5 },
      ),
    },
    { requiredKeys: [] },
  )
  .map((manifest) => stringify(manifest));

/** The long form tries five times as many values. */
const times = isLong ? 5 : 1;

describe('arbitrary input', () => {
  test('bytes are parsed or diagnosed, and never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expectSane(parseManifest('a.images.yaml', bytes).diagnostics);
      }),
      { numRuns: 400 * times },
    );
  });

  test.each([
    ['strings', fc.string({ unit: 'binary', maxLength: 300 })],
    ['tokens of YAML', fc.array(token, { maxLength: 60 }).map((tokens) => tokens.join(''))],
    ['valid manifests with a few changes', mutated],
    ['fields of any value', anyManifest],
  ])('%s are parsed and expanded, or diagnosed, and never throw', (_, text) => {
    fc.assert(
      fc.property(text, (written) => {
        const { diagnostics, jobs } = expandText(written);
        expectSane(diagnostics);
        for (const job of jobs) expectInside(job);
      }),
      { numRuns: 200 * times },
    );
  });

  test.each(['r.csv', 'r.json', 'r.jsonl', 'r.yaml'])(
    '%s of any content has rows or diagnostics',
    (file) => {
      const cell = fc.constantFrom(
        'a',
        ',',
        '"',
        '\n',
        '\r\n',
        '{',
        '}',
        '[',
        ']',
        ':',
        ' ',
        '1',
        '__proto__',
        '💡',
        '- ',
      );
      const text = fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(cell, { maxLength: 40 }).map((cells) => cells.join('')),
        fc.jsonValue().map((value) => JSON.stringify([value])),
      );
      fc.assert(
        fc.property(text, (written) => {
          const { rows, diagnostics } = parseRows(file, Buffer.from(written));
          expectSane(diagnostics);
          expect(rows.length + diagnostics.length).toBeGreaterThan(0);
        }),
        { numRuns: 400 * times },
      );
    },
  );
});

const id = fc
  .array(
    fc.string({ unit: fc.constantFrom('a', 'b', 'z', '0', '9', '-'), minLength: 1, maxLength: 6 }),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((segments) => segments.join('/'));
const valid = fc.record(
  {
    prompt: fc
      .string({ minLength: 1 })
      .map((text) => text.replaceAll('{{', '{'))
      .filter((text) => text !== ''),
    alt: fc.constant('An alternative'),
    quality: fc.constantFrom(...choices.quality),
    background: fc.constantFrom('auto', 'opaque'),
    aspect_ratio: fc.constantFrom('1:1', '3:2', '16:9', '9:16', '5:4'),
    take: fc.integer({ min: 1, max: 9 }),
    number_of_images: fc.integer({ min: 1, max: 10 }),
    widths: fc.array(fc.integer({ min: 1, max: 640 }), { minLength: 1, maxLength: 4 }),
    // Only a drawing becomes svg, and only some models make one.
    formats: fc.shuffledSubarray(
      formats.filter((name) => !isVector(name)),
      { minLength: 1 },
    ),
    output_compression: fc.integer({ min: 0, max: 100 }),
    user_id: fc
      .string({ minLength: 1 })
      .map((text) => text.replaceAll('{{', '{'))
      .filter((text) => text !== ''),
    model: fc.constantFrom(
      ...Object.keys(modelTable).filter((name) => name.startsWith('gpt-image-2.')),
    ),
  },
  { requiredKeys: ['prompt', 'alt'] },
);
const validManifest = fc.dictionary(id, valid, { minKeys: 1, maxKeys: 6 });

describe('arbitrary valid manifests', () => {
  test('expand to jobs, and their files stay inside the output folder', () => {
    fc.assert(
      fc.property(validManifest, (images) => {
        const { jobs, diagnostics } = expandText(stringify({ images }));
        const codes = diagnostics
          .filter(({ severity }) => severity === 'error')
          .map(({ code }) => code);
        expect(codes.filter((code) => code !== 'duplicate-output')).toEqual([]);
        expect(jobs.map((job) => job.id)).toEqual(Object.keys(images).toSorted(byFile(images)));
        for (const job of jobs) expectInside(job);
      }),
      { numRuns: 250 * times },
    );
  });

  test('have the same keys in every order of their names and in every style of YAML', () => {
    fc.assert(
      fc.property(validManifest, fc.infiniteStream(fc.nat()), (images, numbers) => {
        const shuffle = <T>(items: readonly T[]): T[] =>
          items
            .map((item) => [numbers.next().value, item] as const)
            .toSorted(([a], [b]) => a - b)
            .map(([, item]) => item);
        const shuffled = Object.fromEntries(
          shuffle(Object.entries(images)).map(([name, fields]) => [
            name,
            Object.fromEntries(shuffle(Object.entries(fields))),
          ]),
        );
        const keys = keysOf(stringify({ images }));
        expect(keysOf(stringify({ images: shuffled }))).toEqual(keys);
        expect(keysOf(JSON.stringify({ images }))).toEqual(keys);
        expect(
          keysOf(stringify({ images }, { defaultStringType: 'QUOTE_DOUBLE', lineWidth: 20 })),
        ).toEqual(keys);
      }),
      { numRuns: 150 * times },
    );
  });

  test('have the same keys in every time zone and language', () => {
    const text =
      'images:\n  a: { prompt: 2026-11-22, alt: y, user_id: "İ" }\n  b: { prompt: 1e3, alt: y }\n'.replace(
        '1e3',
        '"1e3"',
      );
    const zone = process.env['TZ'];
    const keys = ['UTC', 'Asia/Kathmandu', 'America/St_Johns'].map((name) => {
      process.env['TZ'] = name;
      return keysOf(text);
    });
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
    expect(keys[1]).toEqual(keys[0]);
    expect(keys[2]).toEqual(keys[0]);
  });
});

function expectSane(diagnostics: readonly Diagnostic[]): void {
  for (const { line, column, message, frame } of diagnostics) {
    expect(line).toBeGreaterThan(0);
    expect(column).toBeGreaterThan(0);
    expect(message).not.toMatch(/undefined|\[object/);
    expect(message).not.toBe('');
    // No line of a frame is wider than a terminal, and the caret is below the line with the mistake.
    expect(frame ?? '').not.toMatch(/\n.*\n.*\n.*\n/);
  }
}

/** However a path is joined, a job's files are inside the output folder. */
function expectInside(job: Job): void {
  for (const delivery of deliveriesOf(job)) {
    for (const file of outputNames(delivery, job)) {
      expect(posix.isAbsolute(file)).toBe(false);
      expect(posix.normalize(file)).toBe(file);
      expect(file).toMatch(/^[a-z0-9-]+(?:\/[a-z0-9-]+)*\.(?:avif|webp|jpeg|png|gif)$/);
    }
  }
}

/** The keys of all candidates, by image id. */
function keysOf(text: string): Map<string, string[]> {
  return new Map(
    jobsOf(text)
      .map((job): [string, string[]] => [
        job.id,
        Array.from({ length: job.picture.numberOfImages }, (_, index) =>
          requestKey(requestOf(job, index + 1, { images: [sha256('x')], overlay: null })),
        ),
      ])
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Keeps the order of the file. `stringify` puts names that are whole numbers first, because JavaScript does. */
function byFile(images: object): (a: string, b: string) => number {
  const order = Object.keys(images);
  return (a, b) => order.indexOf(a) - order.indexOf(b);
}
