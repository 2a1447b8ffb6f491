import { describe, expect, test } from 'vitest';
import {
  expandText,
  imageText,
  jobOf,
  jobsOf,
  places,
  type Texts,
} from '../../test/support/expand-text.ts';
import { outputNames } from '../file-names.ts';
import { deliveriesOf } from './deliveries.ts';
import type { ExpandOptions } from './expand-jobs.ts';

const base = 'prompt: A keeper\nalt: A keeper reads';

describe('defaults', () => {
  test('an image that sets nothing has the documented defaults', () => {
    expect(jobOf('prompt: A keeper\nalt: A keeper reads')).toEqual({
      id: 'hero',
      place: { file: 'a.images.yaml', line: 2, column: 3 },
      modelPlace: { file: 'a.images.yaml', line: 2, column: 3 },
      picture: {
        provider: 'openai',
        model: 'gpt-image-2.5-flare',
        prompt: 'A keeper',
        size: '1024x1024',
        quality: 'auto',
        background: 'auto',
        complexity: null,
        svg_model: null,
        svg_effort: null,
        provider_options: null,
        isVector: false,
        isAnimation: false,
        frame_count: null,
        frame_duration_ms: null,
        input_fidelity: 'low',
        inputs: [],
        overlay: null,
        take: 1,
        numberOfImages: 1,
      },
      ownPrompt: [{ start: 0, end: 8 }],
      call: { moderation: 'auto', userId: null, apiKeyName: null },
      batch: null,
      files: {
        alt: 'A keeper reads',
        widths: [],
        formats: [{ format: 'webp', compression: 90 }],
        crop: null,
        placeholder: 'blur',
        sizes: null,
      },
      sources: [],
      pick: null,
      pickPlace: null,
    });
  });

  test('every field gets into the job', () => {
    const fields = `
openai_api_key: \${TEAM_OPENAI_KEY}
prompt: A keeper
background: opaque
input_fidelity: high
input_images: [a.png, ../b.png]
moderation: low
number_of_images: 3
output_compression: 70
output_format: jpeg
quality: high
user_id: u1
model: gpt-image-1.5
size: 1536x1024
take: 2
provider: offline
batch: true
alt: A keeper reads
widths: [1280, 640, 640]
crop: { width: 1500, height: 630, position: attention }
placeholder: color
sizes: 100vw
pick: 2`;
    expect(jobOf(fields)).toMatchObject({
      batch: true,
      modelPlace: { line: 15, column: 12 },
      picture: {
        provider: 'offline',
        model: 'gpt-image-1.5',
        size: '1536x1024',
        quality: 'high',
        background: 'opaque',
        input_fidelity: 'high',
        inputs: [
          { kind: 'file', path: 'a.png', place: { line: 8, column: 20 } },
          { kind: 'file', path: '../b.png', place: { line: 8, column: 27 } },
        ],
        take: 2,
        numberOfImages: 3,
      },
      call: { moderation: 'low', userId: 'u1', apiKeyName: 'TEAM_OPENAI_KEY' },
      files: {
        widths: [640, 1280],
        formats: [{ format: 'jpeg', compression: 70 }],
        crop: { width: 1500, height: 630, position: 'attention' },
        placeholder: 'color',
        sizes: '100vw',
      },
      pick: 2,
    });
  });

  test.each([
    [
      '[avif, webp, avif]',
      [
        ['avif', 80],
        ['webp', 80],
      ],
    ],
    [
      '{ webp: , avif: 50, png: 0 }',
      [
        ['webp', 80],
        ['avif', 50],
        ['png', 0],
      ],
    ],
  ])('formats %s', (formats, expected) => {
    const { files } = jobOf(`${base}\noutput_compression: 80\nformats: ${formats}`);
    expect(files.formats.map(({ format, compression }) => [format, compression])).toEqual(expected);
  });

  test('a map of formats may say how the files of each are encoded', () => {
    const map =
      '{ avif: { effort: 6, chroma: 4:4:4 }, webp: { lossless: true }, png: {}, jpeg: { output_compression: 70 } }';
    expect(jobOf(`${base}\noutput_compression: 80\nformats: ${map}`).files.formats).toEqual([
      { format: 'avif', compression: 80, effort: 6, chroma: '4:4:4' },
      { format: 'webp', compression: 80, lossless: true },
      { format: 'png', compression: 80 },
      { format: 'jpeg', compression: 70 },
    ]);
  });

  test('a crop is cut at the centre by default', () => {
    const crop = { width: 800, height: 600, position: 'centre' };
    expect(jobOf(`${base}\ncrop: 800x600`).files.crop).toEqual(crop);
    expect(jobOf(`${base}\ncrop: { width: 800, height: 600 }`).files.crop).toEqual(crop);
  });
});

describe('required fields, and fields that exclude each other', () => {
  test.each<[string, string[]]>([
    ['alt: x', ['2:3 missing-field']],
    ['prompt: x', ['2:3 missing-alt']],
    ['prompt: x\ndecorative: false', ['2:3 missing-alt']],
    ['{}', ['2:3 missing-alt', '2:3 missing-field']],
    ['prompt: x\nalt: y\ndecorative: true', ['5:17 conflict']],
    ['prompt: x\ndecorative: true', []],
    [`${base}\nsize: auto\naspect_ratio: "1:1"`, ['5:11 conflict']],
    [`${base}\nmodel: gpt-image-1.5\ninput_fidelity: high`, ['6:21 conflict']],
    [`${base}\nprovider: opanai`, ['5:15 unknown-provider']],
    [`${base}\npick: 2`, ['5:11 out-of-range']],
    [`${base}\nnumber_of_images: 3\npick: 4`, ['6:11 out-of-range']],
    [`${base}\nnumber_of_images: 3\npick: 3`, []],
    [`${base}\nnumber_of_images: 2`, ['5:23 nothing-picked?']],
    [`${base}\nwidths: [640, 1024]`, []],
    [`${base}\nwidths: [640, 1025]`, ['5:19 width-too-large']],
    [`${base}\nsize: auto\nwidths: [9000]`, []],
    [`${base}\ncrop: 600x600\nwidths: [601]`, ['6:14 width-too-large']],
    [`${base}\ncrop: 1024x1024`, []],
    [`${base}\ncrop: 1025x600`, ['5:11 crop-too-large']],
    [`${base}\ncrop: { width: 600, height: 1025 }`, ['5:5 crop-too-large']],
    [`${base}\ncrop: { area: [33.3, 0, 66.7, 100] }`, []],
    [`${base}\ncrop: { area: [50, 0, 50.5, 10] }`, ['5:5 out-of-range']],
    [`${base}\ncrop: { area: [0, 0, 50, 50] }\nwidths: [513]`, ['6:14 width-too-large']],
    [
      `${base}\nsources: [{ media: print, crop: { area: [0, 60, 10, 60] } }]`,
      ['5:15 out-of-range'],
    ],
    [`${base}\nbackground: transparent\noutput_format: jpeg`, ['6:20 conflict']],
    [`${base}\nbackground: transparent\nformats: [webp, jpeg]`, ['6:14 conflict']],
    [`${base}\nbackground: transparent\nformats: { jpeg: 3 }`, ['6:5 conflict']],
    [`${base}\nbackground: transparent\nformats: [png]\noutput_format: jpeg`, ['7:20 conflict']],
    [`${base}\nbackground: transparent\nformats: [avif, webp, png]`, []],
    [`${base}\nbackground: opaque\nformats: [jpeg]`, []],
    [`${base}\nformats: { avif: { lossless: true, chroma: 4:4:4 } }`, ['5:5 conflict']],
    [`${base}\nformats: { webp: { lossless: true, output_compression: 9 } }`, ['5:5 conflict']],
    [`${base}\nformats: { webp: { lossless: false, output_compression: 9 } }`, []],
    [`${base}\ninput_images: [ftp://a/b.png]`, ['5:20 bad-input']],
    [`${base}\ninput_images: [a.png, "http://a/b.png"]`, ['5:27 bad-input']],
    [`${base}\ninput_images: ["file:///etc/passwd"]`, ['5:20 bad-input']],
    [`${base}\ninput_images: ["javascript:1"]`, ['5:20 bad-input']],
  ])('%j: %j', (fields, expected) => {
    expect(found(imageText(fields))).toEqual(expected);
  });

  test('each mistake of an image is reported, but not its consequences', () => {
    expect(found(imageText('prompt: 3\nalt: 4\nquality: hd'))).toEqual([
      '3:13 wrong-type',
      '5:14 not-allowed',
      '4:10 wrong-type',
    ]);
    expect(found(imageText('prompt: 3\ntake: 2'))).toEqual(['3:13 wrong-type', '2:3 missing-alt']);
    expect(found(imageText(`${base}\nsize: 2048\nwidths: [2000]\ncrop: 2048x2048`))).toEqual([
      '5:11 wrong-type',
    ]);
    expect(found(imageText(`${base}\nmodel: 3\ncomplexity: high\nquality: max`))).toEqual([
      '5:12 wrong-type',
    ]);
    expect(found(imageText(`${base}\nnumber_of_images: many\npick: 2`))).toEqual([
      '5:23 wrong-type',
    ]);
    expect(found(imageText(`${base}\nnumber_of_images: 2\npick: first`))).toEqual([
      '6:11 wrong-type',
    ]);
    expect(found(imageText(`${base}\ninput_images: a.png\ninput_fidelity: high`))).toEqual([
      '5:19 wrong-type',
    ]);
  });

  test('a mistake in a preset is reported once, and not at its images', () => {
    const text = `
presets:
  brand: { prompt: 3, alt: [], quality: best, model: "" }
images:
  a: { preset: brand }
  b: { preset: brand, complexity: high }
  c: { preset: brand, prompt: x, alt: y, quality: low, model: gpt-image-2 }`;
    expect(found(text).toSorted()).toEqual([
      '3:20 wrong-type',
      '3:28 wrong-type',
      '3:41 not-allowed',
      '3:54 out-of-range',
    ]);
    expect(expandText(text).jobs.map(({ id }) => id)).toEqual([]);
  });

  test('a wrong value that a nearer layer overrides is a mistake, but the image is valid', () => {
    const text = 'defaults: { quality: best }\nimages:\n  a: { prompt: x, alt: y, quality: low }';
    expect(found(text)).toEqual(['1:22 not-allowed']);
    expect(expandText(text).jobs.map(({ id }) => id)).toEqual(['a']);
  });
});

describe('ids', () => {
  test.each(['hero', 'a', '0', '-', 'team/ada', 'a/b/c/d', 'x'.repeat(200), '--', 'icon'])(
    '%s is one',
    (id) => {
      expect(jobsOf(oneImage(id)).map((job) => job.id)).toEqual([id]);
    },
  );

  test.each([
    '""',
    'Hero',
    'héro',
    'a b',
    'a_b',
    'a.b',
    '.',
    '..',
    '../a',
    'a/../b',
    'a/..',
    '/a',
    'a/',
    'a//b',
    './a',
    '/etc/passwd',
    '"C:\\\\a"',
    '"a\\\\b"',
    'C:/a',
    '"a\\0b"',
    '"a\\nb"',
    '"a\\n"',
    'a%2e%2e',
    '～',
    'x'.repeat(201),
    'null.',
    '"\\u202ea"',
    '"a\\x1b[31m"',
    'constructor()',
    '__x__',
    'con',
    'team/aux',
    'nul/hero',
    'com1',
    '"{{"',
    '"\\\\{{ a }}"',
    '"}}"',
  ])('%s is none', (id) => {
    expect(found(oneImage(id))).toEqual(['2:3 bad-id']);
    expect(expandText(oneImage(id)).jobs).toEqual([]);
  });

  test.each([
    ['Hero_Image', 'hero-image'],
    ['Team/Zoë', 'team/zoe'],
    ['my hero.png', 'my-hero-png'],
  ])('the message about %s suggests %s', (id, meant) => {
    const [finding] = expandText(oneImage(id)).diagnostics;
    expect(finding?.message).toMatch(new RegExp(`did you mean "${meant}"\\?$`));
  });

  test('an id that Windows reserves is refused by its reason, and ids that contain one are not', () => {
    const [finding] = expandText(oneImage('team/aux')).diagnostics;
    expect(finding?.message).toBe(
      'an id cannot have the name "aux", because on Windows no file and no folder can have it; add something to it, for example "aux-image"',
    );
    for (const id of ['aux-image', 'icon', 'console/null', 'com10', 'com', 'lpt-1', 'my-con'])
      expect(found(oneImage(id)), id).toEqual([]);
  });

  test('a rendered id has to follow the same rules', () => {
    for (const name of [
      '../x',
      'A',
      'a b',
      '',
      '/',
      '..',
      '{{',
      '{{ name }}',
      '../../{{',
      '\\{{',
    ]) {
      const text = `images:\n  "i/{{ name }}": { each: [{ name: ${JSON.stringify(name)} }], prompt: x, alt: y }\n`;
      expect(found(text)).toEqual(['2:3 bad-id']);
      expect(expandText(text).jobs).toEqual([]);
    }
  });

  test('an id may occur once in a project', () => {
    const texts = { 'a.images.yaml': oneImage('hero'), 'b/c.images.yaml': `\n${oneImage('hero')}` };
    expect(found(texts)).toEqual(['b/c.images.yaml:3:3 duplicate-id']);
    expect(expandText(texts).jobs).toHaveLength(1);
  });

  test('an image with mistakes still reserves its id', () => {
    const texts = {
      'a.images.yaml': 'images:\n  hero: { take: 0 }\n',
      'b.images.yaml': oneImage('hero'),
    };
    expect(found(texts)).toContain('b.images.yaml:2:3 duplicate-id');
  });

  test('two rows with one id are a mistake', () => {
    const text = `images:\n  "i-{{ n }}": { each: [{ n: a }, { n: b }, { n: a }], prompt: x, alt: y }\n`;
    expect(found(text)).toEqual(['2:3 duplicate-id']);
    expect(expandText(text).jobs.map(({ id }) => id)).toEqual(['i-a', 'i-b']);
  });

  test('several rows under an id without a variable are reported once', () => {
    const rows = Array.from({ length: 50 }, (_, n) => `{ n: ${n} }`).join(', ');
    const { diagnostics } = expandText(`images:\n  hero: { each: [${rows}], prompt: x, alt: y }\n`);
    expect(places(diagnostics)).toEqual(['2:3 duplicate-id']);
    expect(diagnostics[0]?.message).toContain('{{ variable }}');
  });
});

describe('rows and templates', () => {
  test('each row is an image, in order, with its values everywhere', () => {
    const text = `
images:
  "icon-{{ name }}":
    each: [{ name: home, n: 1, wide: true }, { name: cart, n: 2.5, wide: false }]
    prompt: A {{name}} icon, {{  n  }} of {{ wide }}
    alt: "{{ name }}"
    user_id: "u-{{ n }}"
    sizes: "{{ n }}vw"
    model: "my-{{ name }}"
    openai_api_key: "\${KEY_{{ name }}}"
    input_images: ["{{ name }}.png", static.png]`;
    expect(
      jobsOf(text).map(({ id, picture, call, files }) => [
        id,
        picture.prompt,
        picture.model,
        files.alt,
        files.sizes,
        call.userId,
        call.apiKeyName,
        picture.inputs.map((input) => input.kind === 'file' && input.path),
      ]),
    ).toEqual([
      [
        'icon-home',
        'A home icon, 1 of true',
        'my-home',
        'home',
        '1vw',
        'u-1',
        'KEY_home',
        ['home.png', 'static.png'],
      ],
      [
        'icon-cart',
        'A cart icon, 2.5 of false',
        'my-cart',
        'cart',
        '2.5vw',
        'u-2.5',
        'KEY_cart',
        ['cart.png', 'static.png'],
      ],
    ]);
  });

  test('fields that hold one word take templates, and are checked once rendered', () => {
    const rows = [
      'q: high, b: opaque, f: png, m: low, p: none, r: "16:9", c: 800x600, o: avif, z: offline',
      'q: hihg, b: open, f: jpg, m: no, p: blurr, r: wide, c: 800, o: tiff, z: openia',
    ];
    const text = (row: string) =>
      imageText(`prompt: x
alt: y
each: [{ ${row} }]
quality: "{{ q }}"
background: "{{ b }}"
output_format: "{{ f }}"
moderation: "{{ m }}"
placeholder: "{{ p }}"
aspect_ratio: "{{ r }}"
crop: "{{ c }}"
formats: [webp, "{{ o }}"]
provider: "{{ z }}"`);
    const [job] = jobsOf(text(rows[0]!));
    expect(job?.picture).toMatchObject({
      quality: 'high',
      background: 'opaque',
      size: '1280x720',
      provider: 'offline',
    });
    expect(job?.files).toMatchObject({ placeholder: 'none', crop: { width: 800, height: 600 } });
    expect(job?.files.formats.map(({ format }) => format)).toEqual(['webp', 'avif']);
    expect(found(text(rows[1]!)).toSorted()).toEqual([
      '10:18 not-allowed',
      '11:19 bad-format',
      '12:11 bad-format',
      '13:21 not-allowed',
      '14:15 unknown-provider',
      '6:14 not-allowed',
      '7:17 not-allowed',
      '8:20 not-allowed',
      '9:17 not-allowed',
    ]);
  });

  test.each([
    ['prompt: "{{ e }}"\nalt: y', '3:13'],
    ['prompt: x\nalt: "{{ e }}"', '4:10'],
    [`${base}\nmodel: "{{ e }}"`, '5:12'],
    [`${base}\nprovider: "{{ e }}"`, '5:15'],
    [`${base}\nuser_id: "{{ e }}"`, '5:14'],
    [`${base}\nsizes: "{{ e }}"`, '5:12'],
    [`${base}\ninput_images: [a.png, "{{ e }}"]`, '5:27'],
    [`${base}\nquality: "{{ e }}"`, '5:14'],
  ])('what a template makes empty is a mistake: %j', (fields, place) => {
    expect(found(imageText(`${fields}\neach: [{ e: "" }]`))).toEqual([`${place} out-of-range`]);
  });

  test('a prompt that templates make too long is a mistake, 32,000 characters are not', () => {
    const text = (length: number) =>
      imageText(`prompt: "{{ p }}{{ p }}"\nalt: y\neach: [{ p: "${'x'.repeat(length)}" }]`);
    expect(found(text(16_000))).toEqual([]);
    expect(found(text(16_001))).toEqual(['3:13 out-of-range']);
  });

  test('a literal key in a row is a mistake, and the message does not repeat it', () => {
    const { diagnostics } = expandText(
      imageText(`${base}\neach: [{ k: "x y" }]\nopenai_api_key: "\${A_{{ k }}}"`),
    );
    expect(places(diagnostics)).toEqual(['6:21 literal-api-key']);
    expect(diagnostics[0]?.message).not.toContain('x y');
  });

  test('an unknown variable is a mistake at its place, with a suggestion', () => {
    const text = `
presets:
  brand: { sizes: "{{ widht }}" }
defaults: { user_id: "{{ nobody }}" }
images:
  "i-{{ nmae }}":
    preset: brand
    each: [{ name: a, width: b }, { name: c, width: d }]
    prompt: A {{ name }} {{ nam }}
    alt: y
    quality: "{{ q }}"
    input_images: [a.png, "{{ f }}.png"]`;
    const { diagnostics, jobs } = expandText(text);
    expect(places(diagnostics).toSorted()).toEqual([
      '11:14 unknown-variable',
      '12:27 unknown-variable',
      '3:19 unknown-variable',
      '4:22 unknown-variable',
      '6:3 unknown-variable',
      '9:13 unknown-variable',
    ]);
    expect(jobs).toEqual([]);
    const message = (place: string) =>
      diagnostics.find((_, index) => places(diagnostics)[index]!.startsWith(place))?.message;
    expect(message('6:3')).toContain('did you mean "name"?');
    expect(message('3:19')).toContain('did you mean "width"?');
  });

  test('a variable without rows is unknown', () => {
    expect(found(imageText('prompt: A {{ name }}\nalt: y'))).toEqual(['3:13 unknown-variable']);
    expect(found(oneImage('"i-{{ n }}"'))).toEqual(['2:3 unknown-variable']);
  });

  test.each(['__proto__', 'constructor', 'toString', ''])('{{ %s }} is not a variable', (name) => {
    const text = imageText(`prompt: "{{ ${name} }}"\nalt: y\neach: [{ a: b }]`);
    expect(found(text)).toEqual(['3:13 unknown-variable']);
  });

  test('constructor is a variable if a row has it', () => {
    const text = imageText(
      'prompt: "{{ constructor }} {{ toString }}"\nalt: y\neach: [{ constructor: a, toString: 3 }]',
    );
    expect(jobsOf(text)[0]?.picture.prompt).toBe('a 3');
  });

  test('a value that looks like a template is not rendered again', () => {
    const text = `presets:\n  p: { prompt: "<{{ prompt }}> {{ a }}" }\n${imageText('preset: p\nprompt: "{{ a }} {{ b }}"\nalt: "{{ b }}"\neach: [{ a: "{{ b }}", b: "{{ prompt }}" }]')}`;
    const [job] = jobsOf(text);
    expect(job?.picture.prompt).toBe('<{{ b }} {{ prompt }}> {{ b }}');
    expect(job?.files.alt).toBe('{{ prompt }}');
  });

  test('\\{{ is two braces', () => {
    expect(jobOf("prompt: 'a \\{{ name }} b'\nalt: '\\{{'").picture.prompt).toBe('a {{ name }} b');
    expect(jobOf("prompt: 'a \\{{ name }} b'\nalt: '\\{{'").files.alt).toBe('{{');
  });

  test('braces that do not close are text', () => {
    expect(jobOf('prompt: "a {{ b"\nalt: "} {{ { }"').picture.prompt).toBe('a {{ b');
  });
});

describe('presets and precedence', () => {
  const layered = (image: string) => `
defaults: { quality: medium, take: 2, background: opaque, moderation: low }
presets:
  one: { quality: high, take: 3, background: transparent }
  two: { quality: low, take: 4 }
images:
  hero: { prompt: x, alt: y, ${image} }`;
  const config: Partial<ExpandOptions> = {
    defaults: { quality: 'max', user_id: 'config', moderation: 'auto', placeholder: 'none' },
  };

  test.each<[string, object]>([
    [
      'quality: xhigh, preset: [one, two]',
      { quality: 'xhigh', take: 4, background: 'transparent' },
    ],
    ['preset: [one, two]', { quality: 'low', take: 4, background: 'transparent' }],
    ['preset: [two, one]', { quality: 'high', take: 3, background: 'transparent' }],
    ['preset: two', { quality: 'low', take: 4, background: 'opaque' }],
    ['preset: [two, two]', { quality: 'low', take: 4, background: 'opaque' }],
    ['take: 9', { quality: 'medium', take: 9, background: 'opaque' }],
  ])('image, then presets from the right, then the file: %s', (image, expected) => {
    expect(jobsOf(layered(image), config)[0]?.picture).toMatchObject(expected);
  });

  test('the config is below the file', () => {
    const [job] = jobsOf(layered('take: 1'), config);
    expect(job).toMatchObject({
      picture: { quality: 'medium' },
      call: { userId: 'config', moderation: 'low' },
      files: { placeholder: 'none' },
    });
  });

  test('an option that is undefined in the config overrides nothing', () => {
    expect(jobOf(base, { defaults: { quality: undefined } }).picture.quality).toBe('auto');
  });

  test('an unknown preset is reported with a suggestion, without consequences', () => {
    const text =
      'presets:\n  brand: {}\nimages:\n  a: { preset: [brand, brnad], take: 0 }\n  b: { preset: nobody }\n';
    const { diagnostics, jobs } = expandText(text);
    expect(places(diagnostics)).toEqual([
      '4:38 out-of-range',
      '4:24 unknown-preset',
      '5:16 unknown-preset',
    ]);
    expect(diagnostics[1]?.message).toContain('did you mean "brand"?');
    expect(jobs).toEqual([]);
  });

  test.each(['constructor', 'toString', '__proto__'])('%s is an unknown preset', (name) => {
    expect(found(imageText(`${base}\npreset: ${name}`))).toEqual(['5:13 unknown-preset']);
  });

  test("a preset's prompt wraps the image's, the right preset around the left", () => {
    const text = (preset: string, prompt = 'prompt: A keeper') => `
defaults: { prompt: "D({{ prompt }})" }
presets:
  one: { prompt: "1({{prompt}})" }
  two: { prompt: "2({{  prompt  }}, {{ prompt }})" }
  flat: { prompt: Flat }
images:
  hero: { ${prompt === '' ? '' : `${prompt}, `}alt: y, preset: [${preset}] }`;
    const prompt = (...args: Parameters<typeof text>) => jobsOf(text(...args))[0]?.picture.prompt;
    expect(prompt('one')).toBe('D(1(A keeper))');
    expect(prompt('one, two')).toBe('D(2(1(A keeper), 1(A keeper)))');
    expect(prompt('two, one')).toBe('D(1(2(A keeper, A keeper)))');
    expect(prompt('flat')).toBe('D(A keeper)');
    expect(prompt('flat', '')).toBe('D(Flat)');
    expect(prompt('flat, one', '')).toBe('D(1(Flat))');
    expect(prompt('one, flat', '')).toBe('D(Flat)');
  });

  test.each<[string, string, string, string[]]>([
    ['one', '', 'A keeper', ['A keeper']],
    ['one', '1({{ prompt }})', '1(A keeper)', ['A keeper']],
    ['two', '({{prompt}}, {{ prompt }})', '1((A keeper, A keeper))', ['A keeper', 'A keeper']],
    ['escaped', '\\{{ {{ name }} {{ prompt }}', '1({{ lamp A keeper)', ['A keeper']],
  ])("where the image's own words end up is known: %s", (_, preset, prompt, own) => {
    const around = preset === '' ? '' : `, preset: [inner, outer]`;
    const text = `
presets:
  inner: { prompt: '${preset}' }
  outer: { prompt: '1({{ prompt }})' }
images:
  'hero-{{ name }}': { each: [{ name: lamp }], prompt: A keeper, alt: y${around} }`;
    const wrapped = preset.startsWith('1') ? text.replace('inner, outer', 'inner') : text;
    const [job] = jobsOf(preset === '' ? wrapped.replace("prompt: ''", 'take: 1') : wrapped);
    expect(job?.picture.prompt).toBe(prompt);
    expect(job?.ownPrompt.map(({ start, end }) => prompt.slice(start, end))).toEqual(own);
  });

  test('the config wraps too, around all the others', () => {
    const options = { defaults: { prompt: 'C({{ prompt }})' } };
    expect(jobOf(base, options).picture.prompt).toBe('C(A keeper)');
  });

  test('if a preset wraps and the image has no prompt, the missing prompt is reported', () => {
    const text =
      'presets:\n  one: { prompt: "1 {{ prompt }}" }\nimages:\n  a: { alt: y, preset: one }\n';
    expect(found(text)).toEqual(['4:3 missing-field']);
  });

  test('a row may have a prompt of its own', () => {
    const text =
      'presets:\n  one: { prompt: "1 {{ prompt }}" }\nimages:\n  a: { alt: y, preset: one, each: [{ prompt: row }]';
    expect(jobsOf(`${text} }\n`)[0]?.picture.prompt).toBe('1 row');
    expect(jobsOf(`${text}, prompt: "{{ prompt }}!" }\n`)[0]?.picture.prompt).toBe('1 row!');
    expect(jobsOf(`${text}, prompt: mine }\n`)[0]?.picture.prompt).toBe('1 mine');
  });

  test('an escaped {{ prompt }} does not wrap', () => {
    const text = `presets:\n  one: { prompt: 'a \\{{ prompt }}' }\nimages:\n  a: { alt: y, preset: one, prompt: mine }\n`;
    expect(jobsOf(text)[0]?.picture.prompt).toBe('mine');
  });

  test.each<[string, string, string]>([
    ['size: 816x816', 'aspect_ratio: "3:2"', '1536x1024'],
    ['aspect_ratio: "3:2"', 'size: 816x816', '816x816'],
    ['size: 816x816', 'take: 2', '816x816'],
    ['aspect_ratio: "3:2"', 'take: 2', '1536x1024'],
  ])('of size and aspect_ratio the nearer counts: %s below %s', (below, image, size) => {
    const preset = `presets:\n  p: { ${below} }\nimages:\n  a: { prompt: x, alt: y, preset: p, ${image} }\n`;
    const file = `defaults: { ${below} }\nimages:\n  a: { prompt: x, alt: y, ${image} }\n`;
    expect(jobsOf(preset)[0]?.picture.size).toBe(size);
    expect(jobsOf(file)[0]?.picture.size).toBe(size);
  });

  test.each<[string, string, string | null]>([
    ['decorative: true', 'alt: mine', 'mine'],
    ['alt: theirs', 'decorative: true', ''],
    ['alt: theirs', 'take: 2', 'theirs'],
    ['alt: theirs', 'decorative: false', 'theirs'],
    ['decorative: true', 'take: 2', ''],
    ['decorative: true', 'decorative: false', null],
  ])('of alt and decorative the nearer counts: %s below %s', (below, image, alt) => {
    const text = `presets:\n  p: { ${below} }\nimages:\n  a: { prompt: x, preset: p, ${image} }\n`;
    if (alt === null) expect(found(text)).toEqual(['4:3 missing-alt']);
    else expect(jobsOf(text)[0]?.files.alt).toBe(alt);
  });

  test('both in one preset exclude each other, which is reported in the preset', () => {
    const text =
      'presets:\n  p: { size: auto, aspect_ratio: "1:1" }\nimages:\n  a: { prompt: x, alt: y, preset: p }\n  b: { prompt: x, alt: y, preset: p }\n';
    expect(found(text)).toEqual(['2:14 conflict']);
  });

  test('a mistake of a merged field is reported where the field was written', () => {
    const text = `
defaults: { widths: [640, 2000] }
presets:
  p: { quality: max }
images:
  a: { prompt: x, alt: y, preset: p, model: gpt-image-2 }`;
    expect(found(text).toSorted()).toEqual(['2:27 width-too-large', '4:17 not-supported-by-model']);
  });

  test('a mistake of the config is reported at the image', () => {
    const options = { defaults: { widths: [2000] } };
    expect(found(imageText(base), options)).toEqual(['2:3 width-too-large']);
  });
});

describe('deliveries', () => {
  test.each<[string, [name: string, candidate: number][]]>([
    ['number_of_images: 1', [['hero', 1]]],
    ['number_of_images: 1\npick: 1', [['hero', 1]]],
    [
      'number_of_images: 3',
      [
        ['hero-1', 1],
        ['hero-2', 2],
        ['hero-3', 3],
      ],
    ],
    ['number_of_images: 3\npick: 2', [['hero', 2]]],
  ])('%j', (fields, expected) => {
    const names = deliveriesOf(jobOf(`${base}\n${fields}`));
    expect(names.map(({ name, candidate }) => [name, candidate])).toEqual(expected);
  });

  test.each<[string, string, string[]]>([
    ['a width and an id', '  hero: { widths: [640] }\n  hero-640w: {}', ['3:3 duplicate-output']],
    ['an id and a width', '  hero-640w: {}\n  hero: { widths: [640] }', ['3:3 duplicate-output']],
    [
      'a candidate and an id',
      '  icon: { number_of_images: 2 }\n  icon-1: {}',
      ['2:29 nothing-picked?', '3:3 duplicate-output'],
    ],
    [
      'a candidate that is not picked',
      '  icon: { number_of_images: 2, pick: 1 }\n  icon-1: {}',
      [],
    ],
    [
      'a width in another format',
      '  hero: { widths: [640] }\n  hero-640w: { output_format: png }',
      [],
    ],
    [
      'a width of a candidate',
      '  i: { number_of_images: 2, widths: [9] }\n  i-2-9w: {}',
      ['2:26 nothing-picked?', '3:3 duplicate-output'],
    ],
    ['folders', '  a: {}\n  a/b: {}\n  a/b/c: {}', []],
  ])('%s under one name', (_, images, expected) => {
    expect(found(`images:\n${images}\n`, { defaults: { prompt: 'x', alt: 'y' } })).toEqual(
      expected,
    );
  });

  test('a clash across manifests is reported in the second and names the first', () => {
    const options = { defaults: { prompt: 'x', alt: 'y' } };
    const { diagnostics } = expandText(
      {
        'a.images.yaml': 'images:\n  hero: { widths: [640] }\n',
        'b.images.yaml': 'images:\n  hero-640w: {}\n',
      },
      options,
    );
    expect(places(diagnostics)).toEqual(['b.images.yaml:2:3 duplicate-output']);
    expect(diagnostics[0]?.message).toContain('a.images.yaml:2');
  });

  test('no file name points outside the output folder', () => {
    const jobs = jobsOf(
      'images:\n  a/b-c: { widths: [9], number_of_images: 2, formats: [avif, png] }\n',
      { defaults: { prompt: 'x', alt: 'y' } },
    );
    const names = jobs.flatMap((job) =>
      deliveriesOf(job).flatMap((delivery) => outputNames(delivery, job)),
    );
    expect(names).toHaveLength(8);
    for (const name of names) expect(name).toMatch(/^a\/b-c-[12](?:-9w)?\.(?:avif|png)$/);
  });
});

function oneImage(id: string): string {
  return `images:\n  ${id}: { prompt: x, alt: y }\n`;
}

function found(texts: Texts, options: Partial<ExpandOptions> = {}): string[] {
  return places(expandText(texts, options).diagnostics);
}
