import { describe, expect, test } from 'vitest';
import { parseManifest } from './parse-manifest.ts';

const parse = (text: string) => parseManifest('a.images.yaml', Buffer.from(text));

/** A manifest of one image with this line as its line 3. */
const withLine = (line: string, next = '    alt: x') => `images:\n  a:\n${line}\n${next}\n`;

describe('the message about a common mistake says what to type, at its line', () => {
  test.each<[string, string, string | RegExp, string?]>([
    ['    prompt: A bakery: warm light', '3:13', 'prompt: "A bakery: warm light"'],
    ['    prompt: It says "Go": red', '3:13', `prompt: 'It says "Go": red'`],
    ["    prompt: It's late: night", '3:13', `prompt: "It's late: night"`],
    ['    prompt: A hat:', '3:13', 'prompt: "A hat:"'],
    ['    prompt: {{ name }} icon', '3:13', 'prompt: "{{ name }} icon"'],
    ['    prompt: @home, now', '3:13', 'prompt: "@home, now"'],
    ['    prompt: %40 grey', '3:13', 'prompt: "%40 grey"'],
    ['    prompt: *bold* text', '3:13', 'prompt: "*bold* text"'],
    ['    prompt: "Open" sign', '3:13', `prompt: '"Open" sign'`],
    ['    prompt: [red] hat', '3:13', 'prompt: "[red] hat"'],
    ['    prompt: "A hat', '3:13', /not closed; type "/],
    ["    prompt: 'A hat", '3:13', /not closed; type '/],
    ['    prompt: "A hat', '3:13', /not closed; type "/, '    alt: "x"'],
    ['\tprompt: A hat', '3:1', /tab.*spaces/],
    ['    prompt:\u00a0A hat', '3:12', /no-break space/],
    ['    prompt:A hat', '3:5', 'write prompt: A hat'],
    ['    prompt A hat', '3:5', /no colon/],
    ['   prompt: A hat', '3:12', /next line is indented further/],
  ])('%j', (line, place, says, next) => {
    const { diagnostics } = parse(withLine(line, next));
    const [first] = diagnostics;
    expect(diagnostics.map(({ code }) => code)).toEqual(['yaml-syntax']);
    expect(`${first!.line}:${first!.column}`).toBe(place);
    if (typeof says === 'string') expect(first!.message).toContain(says);
    else expect(first!.message).toMatch(says);
  });

  test('in a map on one line', () => {
    const { diagnostics } = parse('images:\n  a: { prompt: A bakery: warm light, alt: x }\n');
    expect(diagnostics).toMatchObject([
      { line: 2, column: 16, message: expect.stringContaining('"A bakery: warm light"') as string },
    ]);
  });

  test('the message about a merge key recommends presets', () => {
    const text = 'defaults: &d { take: 2 }\nimages:\n  a: { <<: *d, prompt: x, alt: x }\n';
    expect(parse(text).diagnostics).toMatchObject([
      { line: 3, message: expect.stringContaining('presets') as string },
    ]);
  });

  test('and never shows a key', () => {
    for (const line of [
      '    openai_api_key: mine: 1234secret',
      '    openai_api_key: @1234secret',
      '    openai_api_key: "a" 1234secret',
      '    openai_api_key:1234secret',
      '    openai_api_key: 1234secret #5678secret',
      '    a: { openai_api_key: mine: 1234secret }',
    ]) {
      expect(JSON.stringify(parse(withLine(line)).diagnostics)).not.toContain('secret');
    }
  });
});

describe('a comment that cuts a text short', () => {
  test.each([
    ['prompt: A logo in #ff6600 on white', 'prompt: "A logo in #ff6600 on white"'],
    ['prompt: A poster # one of a series', 'prompt: "A poster # one of a series"'],
    ['alt: Team #5', 'alt: "Team #5"'],
    ['sizes: 50vw #left', 'sizes: "50vw #left"'],
  ])('%s is a warning that shows it', (line, says) => {
    const { manifest, diagnostics } = parse(`images:\n  a:\n    ${line}\n`);
    expect(manifest).not.toBeNull();
    expect(diagnostics).toMatchObject([
      {
        severity: 'warning',
        code: 'cut-by-comment',
        line: 3,
        message: expect.stringContaining(says) as string,
      },
    ]);
  });

  test.each([
    'prompt: "A logo in #ff6600 on white"',
    'prompt: "A logo" # for the shop',
    'prompt: A logo#1',
    'quality: low # cheap',
    'take: 2 #again',
    'prompt: |\n      A logo in #ff6600',
  ])('%j does not have one', (line) => {
    expect(parse(`images:\n  a:\n    ${line}\n`).diagnostics).toEqual([]);
  });
});

test('numbers of inline rows are kept as written', () => {
  const text =
    'images:\n  "a-{{ n }}": { each: [{ n: 007 }, { n: 1.10 }], take: 07, prompt: x, alt: y }\n';
  const [entry] = parse(text).manifest!.images;
  expect(entry!.each).toEqual([{ n: '007' }, { n: '1.10' }]);
  expect(entry!.fields.take).toBe(7);
});
