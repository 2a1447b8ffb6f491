import { describe, expect, test } from 'vitest';
import { parseManifest } from '../src/manifest/parse-manifest.ts';
import { parseRows } from '../src/manifest/parse-rows.ts';
import { expandJobs } from '../src/plan/expand-jobs.ts';
import { modelTable } from '../src/plan/models.ts';
import { requestKey, requestOf } from '../src/plan/request-key.ts';
import { cpuMsOf } from './support/cpu-time.ts';
import { isLong } from './support/test-mode.ts';
import { expandText, jobsOf } from './support/expand-text.ts';

/** The long form has 100,000 rows. */
const manyRows = isLong ? 100_000 : 20_000;

/** A slow machine stays within these bounds, but quadratic time does not. */
describe('large projects', () => {
  test('the keys of 10,000 images take seconds', () => {
    const images = range(10_000).map(
      (n) => `  i${n}: { preset: p, prompt: Number ${n}, alt: y, widths: [320, 640] }`,
    );
    const text = `presets: { p: { prompt: "{{ prompt }}.", quality: low } }\nimages:\n${images.join('\n')}\n`;
    const keys = within(20_000, () =>
      jobsOf(text).map((job) => requestKey(requestOf(job, 1, { images: [], overlay: null }))),
    );
    expect(new Set(keys).size).toBe(10_000);
  });

  test.each([
    [
      'r.csv',
      `name,n\n${range(manyRows)
        .map((n) => `r${n},${n}`)
        .join('\n')}\n`,
    ],
    [
      'r.jsonl',
      range(manyRows)
        .map((n) => `{"name":"r${n}","n":${n}}`)
        .join('\n'),
    ],
    [
      'r.json',
      `[${range(manyRows)
        .map((n) => `{"name":"r${n}","n":${n}}`)
        .join(',\n')}]`,
    ],
  ])(`${manyRows} rows of %s are images within seconds`, (file, text) => {
    const jobs = within(manyRows, () => {
      const { rows, diagnostics } = parseRows(file, Buffer.from(text));
      expect(diagnostics).toEqual([]);
      const { manifest } = parseManifest(
        'a.images.yaml',
        Buffer.from('images: { "i/{{ name }}": { prompt: "{{ n }}", alt: y } }'),
      );
      const images = manifest!.images.map((entry) => ({ ...entry, rows }));
      return expandJobs([{ ...manifest!, images }], options).jobs;
    });
    expect(jobs).toHaveLength(manyRows);
  });

  test('one name that is repeated over and over in a map takes linear time', () => {
    const text = `images:\n${range(50_000)
      .map((n) => `  i${n % 2}:`)
      .join('\n')}\n`;
    expect(within(20_000, () => expandText(text).diagnostics.length)).toBeGreaterThan(49_000);
  });
});

describe('thousands of mistakes take linear time', () => {
  const lines = (count: number, line: (n: number) => string) => range(count).map(line).join('\n');
  test.each<[string, (count: number) => string]>([
    ['unknown fields', (count) => `images:\n  a:\n${lines(count, (n) => `    f${n}: 1`)}\n`],
    [
      'unknown fields on one line',
      (count) => `images: { a: { ${lines(count, (n) => `f${n}: 1`).replaceAll('\n', ', ')} } }\n`,
    ],
    [
      'wrong values',
      (count) => `images:\n${lines(count, (n) => `  i${n}: { quality: best, take: 0 }`)}\n`,
    ],
    ['bad ids', (count) => `images:\n${lines(count, (n) => `  I${n}: { prompt: x, alt: y }`)}\n`],
    [
      'unknown presets',
      (count) =>
        `presets:\n${lines(count, (n) => `  p${n}: {}`)}\nimages:\n${lines(count, (n) => `  i${n}: { preset: q${n} }`)}\n`,
    ],
    [
      'mistakes in one preset',
      (count) =>
        `presets: { p: { model: gpt-image-2, quality: max } }\nimages:\n${lines(count, (n) => `  i${n}: { preset: p, prompt: x, alt: y }`)}\n`,
    ],
    [
      'unknown variables',
      (count) =>
        `images:\n  "i{{ n }}": { each: [${lines(count, (n) => `{ n: ${n} }`).replaceAll('\n', ', ')}], prompt: "{{ x }}", alt: y }\n`,
    ],
    [
      'names of one file',
      (count) =>
        `images:\n${lines(count, (n) => `  i${n}: { prompt: x, alt: y, widths: [9] }\n  i${n}-9w: { prompt: x, alt: y }`)}\n`,
    ],
    ['syntax errors', (count) => `images:\n${lines(count, (n) => `  i${n}: a: b`)}\n`],
    ['tags', (count) => `images:\n${lines(count, (n) => `  i${n}: !x { prompt: x, alt: y }`)}\n`],
    [
      'aliases',
      (count) =>
        `defaults: { prompt: &p x, alt: y }\nimages:\n${lines(count, (n) => `  i${n}: { prompt: *p, take: 0 }`)}\n`,
    ],
    [
      'aliases without an anchor',
      (count) => `images:\n${lines(count, (n) => `  i${n}: *a${n}`)}\n`,
    ],
    [
      'literal keys',
      (count) => `images:\n${lines(count, (n) => `  i${n}: { openai_api_key: k${n} }`)}\n`,
    ],
    [
      'literal keys deeper and deeper beside a syntax error',
      (count) =>
        `images: [\n${lines(Math.sqrt(count) * 4, (n) => `${' '.repeat(n)}openai_api_key:`)}\n`,
    ],
    [
      'ids of many variables that name no image',
      (count) =>
        `images:\n  "${'{{ a }}x'.repeat(8)}y": { each: none.csv, prompt: x, alt: y }\n  b: { prompt: x, alt: y, input_images: ["tintype:${'x'.repeat(count)}"] }\n`,
    ],
    [
      'loops of a long chain',
      (count) =>
        `images:\n  i0: { prompt: x, alt: y, input_images: [${lines(16, (n) => `tintype:i${count - 1 - n}`).replaceAll('\n', ', ')}] }\n${lines(count - 1, (n) => `  i${n + 1}: { prompt: x, alt: y, input_images: [tintype:i${n}, tintype:i0] }`)}\n`,
    ],
    [
      'a prompt that contains itself in many places',
      (count) =>
        `presets: { p: { prompt: "${'{{ prompt }}'.repeat(count / 2)}" } }\nimages:\n  a: { preset: p, prompt: x, alt: y }\n`,
    ],
    [
      'unknown variables with long names',
      (count) => `images:\n  a: { prompt: "{{ ${'x'.repeat(count * 10)} }}", alt: y }\n`,
    ],
    [
      'braces',
      (count) =>
        `images:\n  a: { prompt: "${'{{ '.repeat(count)}", alt: "${' '.repeat(count)}" }\n`,
    ],
  ])('%s', (_, write) => {
    const small = cpuMsOf(() => expandText(write(500)));
    const large = cpuMsOf(() => expandText(write(4000)));
    // In quadratic time, eight times as many would take 64 times as long. Small times are mostly noise.
    expect(large).toBeLessThan(Math.max(small * 30, 2000));
  });
});

describe('a small file can grow only up to a limit, which the message names', () => {
  test('a prompt that each of forty presets doubles', () => {
    const presets = range(40).map((n) => `  p${n}: { prompt: "{{ prompt }} {{ prompt }}" }`);
    const names = range(40).map((n) => `p${n}`);
    const text = `presets:\n${presets.join('\n')}\nimages:\n  a: { preset: [${names.join(', ')}], prompt: abc, alt: y }\n`;
    const { diagnostics } = within(10_000, () => expandText(text));
    expect(diagnostics).toMatchObject([{ code: 'out-of-range', line: 43 }]);
  });

  test.each([
    ['pictures', 'number_of_images: 10', 10_001, /100,000 pictures/],
    [
      'files',
      `widths: [${range(50)
        .map((n) => n + 16)
        .join(', ')}], formats: [webp, jpeg]`,
      9900,
      /1,000,000 files/,
    ],
    ['text', `sizes: ${'x'.repeat(30_000)}`, 8400, /250,000,000 characters/],
  ])('%s', (_, fields, count, says) => {
    const rows = range(count).map((n) => `{ n: ${n} }`);
    const text = `images:\n  b: { prompt: x, alt: y }\n  "i{{ n }}": { prompt: "{{ n }}", alt: y, ${fields}, each: [${rows.join(', ')}] }\n`;
    const { diagnostics } = within(60_000, () => expandText(text));
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    expect(errors).toMatchObject([{ code: 'too-many-images', line: 3, column: 3 }]);
    expect(errors[0]!.message).toMatch(says);
  });
});

describe('data files with thousands of mistakes take linear time', () => {
  const column = (count: number, text: (n: number) => string) => range(count).map(text);
  test.each<[string, string, (count: number) => string]>([
    [
      'columns',
      'a.csv',
      (count) => `${column(count, (n) => `c${n}`).join()}\n${column(count, String).join()}`,
    ],
    ['quotes', 'a.csv', (count) => `a\n"${'""'.repeat(count)}"`],
    ['an open quote', 'a.csv', (count) => `a\n"${'x\n'.repeat(count)}`],
    ['rows of too many values', 'a.csv', (count) => `a\n${'x,y\n'.repeat(count)}`],
    ['open lists', 'a.json', (count) => '['.repeat(count)],
    [
      'a map of many members',
      'a.json',
      (count) => `[{${column(count, (n) => `"c${n}":1`).join()}}]`,
    ],
    ['lines that are none', 'a.jsonl', (count) => 'x\n'.repeat(count)],
    ['open maps', 'a.yaml', (count) => '- '.repeat(count)],
  ])('%s', (_, file, write) => {
    const cost = (count: number) => cpuMsOf(() => parseRows(file, Buffer.from(write(count))));
    cost(100);
    expect(cost(32_000)).toBeLessThan(Math.max(cost(4000) * 30, 1000));
  });
});

const options = {
  defaults: {},
  provider: 'openai',
  providers: ['openai'],
  models: modelTable,
  partialImages: null,
};

function range(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

function within<T>(maxMs: number, work: () => T): T {
  let result: { readonly value: T } | null = null;
  const ms = cpuMsOf(() => {
    result = { value: work() };
  });
  expect(ms).toBeLessThan(maxMs);
  return result!.value;
}
