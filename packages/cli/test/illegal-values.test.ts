import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TimedEvent } from '@tintype/core';
import { type OpenAiEmulator, startOpenAiEmulator } from '@tintype/emulators/openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { main } from '../src/main.ts';
import { FakeShell } from './support/fake-shell.ts';
import { runBin } from './support/run-bin.ts';

const secret = 'sk-literal-SECRET-0123456789';

/** Wrong values of each of the twelve parameters, as YAML, with the expected code. */
const illegal: Readonly<
  Record<string, readonly (readonly [value: string, code: string, more?: string])[]>
> = {
  openai_api_key: [
    [secret, 'literal-api-key'],
    [`"Bearer ${secret}"`, 'literal-api-key'],
    ['OPENAI_API_KEY', 'literal-api-key'],
    ['$OPENAI_API_KEY', 'literal-api-key'],
    ['"${}"', 'literal-api-key'],
    ['"${MY KEY}"', 'literal-api-key'],
    [`"\${KEY} ${secret}"`, 'literal-api-key'],
    ['""', 'literal-api-key'],
    ['5', 'literal-api-key'],
    ['["${KEY}"]', 'literal-api-key'],
  ],
  prompt: [
    ['""', 'out-of-range'],
    [`"${'x'.repeat(32_001)}"`, 'out-of-range'],
    ['5', 'wrong-type'],
    ['true', 'wrong-type'],
    ['[a hat]', 'wrong-type'],
    ['{ a: hat }', 'wrong-type'],
    ['"a {{ color }} hat"', 'unknown-variable'],
  ],
  aspect_ratio: [
    ['wide', 'bad-format'],
    ['"1:0"', 'bad-format'],
    ['"0:1"', 'bad-format'],
    ['"-1:1"', 'bad-format'],
    ['"1:1:1"', 'bad-format'],
    ['"16x9"', 'bad-format'],
    ['1.5', 'wrong-type'],
    ['["1:1"]', 'wrong-type'],
    ['"10:1"', 'not-supported-by-model'],
    ['"16:9"', 'not-supported-by-model', 'model: gpt-image-1.5'],
  ],
  background: [
    ['white', 'not-allowed'],
    ['Transparent', 'not-allowed'],
    ['""', 'not-allowed'],
    ['true', 'wrong-type'],
  ],
  input_fidelity: [
    ['medium', 'not-allowed'],
    ['1', 'wrong-type'],
    ['high', 'conflict', 'model: gpt-image-1.5'],
    ['high', 'not-supported-by-model', 'input_images: [in.png]'],
    ['high', 'not-supported-by-model', 'input_images: [in.png]\n    model: gpt-image-1-mini'],
  ],
  input_images: [
    ['in.png', 'wrong-type'],
    ['[5]', 'wrong-type'],
    ['[""]', 'out-of-range'],
    [`[${Array(17).fill('in.png').join(', ')}]`, 'out-of-range'],
    ['[nope.png]', 'bad-input'],
    ['["http://example.com/a.png"]', 'bad-input'],
    ['["ftp://example.com/a.png"]', 'bad-input'],
    ['["../outside.png"]', 'bad-input'],
    ['["tintype:nobody"]', 'unknown-image'],
    ['["tintype:a"]', 'cycle'],
  ],
  moderation: [
    ['high', 'not-allowed'],
    ['none', 'not-allowed'],
    ['false', 'wrong-type'],
  ],
  number_of_images: [
    ['0', 'out-of-range'],
    ['11', 'out-of-range'],
    ['-1', 'out-of-range'],
    ['1.5', 'wrong-type'],
    ['"4"', 'wrong-type'],
    ['.nan', 'wrong-type'],
    ['.inf', 'wrong-type'],
  ],
  output_compression: [
    ['-1', 'out-of-range'],
    ['101', 'out-of-range'],
    ['50.5', 'wrong-type'],
    ['"90"', 'wrong-type'],
    ['high', 'wrong-type'],
  ],
  output_format: [
    ['tiff', 'not-allowed'],
    ['jpg', 'not-allowed'],
    ['PNG', 'not-allowed'],
    ['5', 'wrong-type'],
    ['[png]', 'wrong-type'],
    ['jpeg', 'conflict', 'background: transparent'],
  ],
  quality: [
    ['ultra', 'not-allowed'],
    ['standard', 'not-allowed'],
    ['hd', 'not-allowed'],
    ['5', 'wrong-type'],
    ['xhigh', 'not-supported-by-model', 'model: gpt-image-2'],
    ['max', 'not-supported-by-model', 'model: gpt-image-1.5'],
  ],
  user_id: [
    ['5', 'wrong-type'],
    ['[someone]', 'wrong-type'],
    ['""', 'out-of-range'],
  ],
};

const cases = Object.entries(illegal).flatMap(([field, values]) =>
  values.map(([value, code, more]) => ({ field, value, code, more: more ?? null })),
);

/** A manifest with the wrong value on line 4. */
function manifest(id: string, { field, value, more }: (typeof cases)[number]): string {
  const prompt = field === 'prompt' ? [] : ['    prompt: hat'];
  const lines = [
    `  ${id}:`,
    '    decorative: true',
    `    ${field}: ${value}`,
    ...prompt,
    ...(more === null ? [] : [`    ${more}`]),
  ];
  return `${lines.join('\n')}\n`;
}

let folder: string;
let api: OpenAiEmulator;
beforeAll(async () => {
  api = await startOpenAiEmulator();
  folder = await mkdtemp(join(tmpdir(), 'tintype-'));
  await writeFile(join(folder, 'package.json'), '{}');
  const png =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  await writeFile(join(folder, 'in.png'), Buffer.from(png, 'base64'));
  return async () => {
    await rm(folder, { recursive: true });
  };
});
afterAll(() => api.close());

const env = () => ({
  OPENAI_API_KEY: 'sk-test-0123456789',
  OPENAI_BASE_URL: api.baseUrl,
  TINTYPE_MISSING: 'buy',
});

function mistakesOf(
  stdout: string,
): { code: string; line: number; message: string; frame: string | null }[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TimedEvent)
    .filter((event) => event.type === 'diagnostic')
    .filter(({ severity }) => severity === 'error');
}

describe('an illegal value', () => {
  test.each(
    cases.map(
      (each) =>
        [
          each.field,
          each.value.length > 60 ? `${each.value.slice(0, 40)}…` : each.value,
          each.code,
          each,
        ] as const,
    ),
  )('%s: %s is exit 2, %s, at its line, and sends nothing', async (field, value, code, each) => {
    await writeFile(join(folder, 'a.images.yaml'), `images:\n${manifest('a', each)}`);
    const shell = new FakeShell({ cwd: folder, env: env() });
    expect(await main(['--reporter', 'json'], shell)).toBe(2);
    const mistakes = mistakesOf(shell.stdout.text);
    expect(mistakes.map((mistake) => [mistake.code, mistake.line])).toEqual([[code, 4]]);
    expect(shell.stdout.text + shell.stderr.text).not.toContain('SECRET');
    expect(mistakes[0]?.frame).toContain(field);
    expect(api.requests).toEqual([]);
  });

  test('of every parameter, all in one run of the real command: each is reported at its line', async () => {
    // The graph is only checked if all values are valid.
    const ownMistakes = cases.filter(({ code }) => !['cycle', 'unknown-image'].includes(code));
    let text = 'images:\n';
    const lines = ownMistakes.map((each, index) => {
      const line = text.split('\n').length + 2;
      text += manifest(`image-${index}`, each);
      return line;
    });
    await writeFile(join(folder, 'a.images.yaml'), text);
    const { code, stdout, stderr } = await runBin(folder, ['--reporter', 'json'], env());
    expect(code).toBe(2);
    const found = mistakesOf(stdout);
    expect(found.map((mistake) => [mistake.line, mistake.code])).toEqual(
      ownMistakes.map(({ code }, index) => [lines[index], code]),
    );
    expect(stderr).toMatch(
      new RegExp(`${ownMistakes.length} mistakes in 1 file; nothing was done`),
    );
    expect(stdout + stderr).not.toContain('SECRET');
    expect([...api.requests, ...api.ledger]).toEqual([]);
  });
});
