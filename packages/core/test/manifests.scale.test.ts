import { describe, expect, test } from 'vitest';
import { parseManifest } from '../src/manifest/parse-manifest.ts';
import { parseRows } from '../src/manifest/parse-rows.ts';
import { expandJobs } from '../src/plan/expand-jobs.ts';
import { modelTable } from '../src/plan/models.ts';
import { requestKey, requestOf } from '../src/plan/request-key.ts';
import { cpuMsOf } from './support/cpu-time.ts';
import { expandText, jobsOf } from './support/expand-text.ts';

/** Bounds that hold on a slow machine, and not where something takes quadratic time. */
describe('large projects', () => {
  test('10,000 images have their keys within seconds', () => {
    const images = range(10_000).map(
      (n) => `  i${n}: { preset: p, prompt: Number ${n}, alt: y, widths: [320, 640] }`,
    );
    const text = `presets: { p: { prompt: "{{ prompt }}.", quality: low } }\nimages:\n${images.join('\n')}\n`;
    const keys = within(20_000, () =>
      jobsOf(text).map((job) => requestKey(requestOf(job, 1, { images: [], mask: null }))),
    );
    expect(new Set(keys).size).toBe(10_000);
  });

  test.each([
    [
      'r.csv',
      `name,n\n${range(100_000)
        .map((n) => `r${n},${n}`)
        .join('\n')}\n`,
    ],
    [
      'r.jsonl',
      range(100_000)
        .map((n) => `{"name":"r${n}","n":${n}}`)
        .join('\n'),
    ],
    [
      'r.json',
      `[${range(100_000)
        .map((n) => `{"name":"r${n}","n":${n}}`)
        .join(',\n')}]`,
    ],
  ])('100,000 rows of %s are images within seconds', (file, text) => {
    const jobs = within(60_000, () => {
      const { rows, diagnostics } = parseRows(file, Buffer.from(text));
      expect(diagnostics).toEqual([]);
      const { manifest } = parseManifest(
        'a.images.yaml',
        Buffer.from('images: { "i/{{ name }}": { prompt: "{{ n }}", alt: y } }'),
      );
      const images = manifest!.images.map((entry) => ({ ...entry, rows }));
      return expandJobs([{ ...manifest!, images }], options).jobs;
    });
    expect(jobs).toHaveLength(100_000);
  });

  test('one name doubled over and over in a map takes no quadratic time', () => {
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
      'braces',
      (count) =>
        `images:\n  a: { prompt: "${'{{ '.repeat(count)}", alt: "${' '.repeat(count)}" }\n`,
    ],
  ])('%s', (_, write) => {
    const small = cpuMsOf(() => expandText(write(500)));
    const large = cpuMsOf(() => expandText(write(4000)));
    // Eight times as many take 64 times as long where the time is quadratic; small times are mostly noise.
    expect(large).toBeLessThan(Math.max(small * 30, 2000));
  });
});

const options = { defaults: {}, provider: 'openai', providers: ['openai'], models: modelTable };

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
