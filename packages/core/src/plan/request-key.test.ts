import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { imageText, jobOf, jobsOf } from '../../test/support/expand-text.ts';
import { sha256 } from '../hash.ts';
import type { Job, Key, Request } from '../types.ts';
import { requestKey, requestOf } from './request-key.ts';

/**
 * The golden keys. If a key changes, every user pays for every picture again. So if one of these tests fails, the change is
 * wrong, and not the test.
 */
describe('golden keys', () => {
  const minimal: Request = {
    provider: 'openai',
    model: 'gpt-image-2.5-flare',
    prompt: 'A lighthouse keeper reading at dawn',
    size: '1024x1024',
    quality: 'auto',
    background: 'auto',
  };
  type Other =
    | 'markup'
    | 'provider_options'
    | 'output_format'
    | 'svg_effort'
    | 'svg_model'
    | 'frame_count'
    | 'frame_duration_ms';
  const whole: Required<Omit<Request, Other>> = {
    provider: 'replicate',
    model: 'gpt-image-1.5',
    prompt: 'A lighthouse keeper reading at dawn, "Faro" on the door; 灯台, 💡\n',
    size: '1536x1024',
    quality: 'high',
    background: 'transparent',
    complexity: 'medium',
    input_fidelity: 'high',
    input_images: [sha256('first'), sha256('second')],
    mask: sha256('mask'),
    take: 2,
    candidate: 3,
    provider_inputs: { seed: 7, nested: { b: [1, 'two', null], a: 0.5 } },
  };

  test('of the smallest request', () => {
    expect(requestKey(minimal)).toBe(
      'fcc0a07a46b823b62a13b576c11b812066147e08d714ba69409029db5a92d92c',
    );
  });

  test('of a request with everything', () => {
    expect(requestKey(whole)).toBe(
      '49a5f309836bbd21bbf2e52a5b10e35da7af9ac36d281a797620dd32fd4deaff',
    );
  });

  test('of a drawing', () => {
    const drawing = { output_format: 'svg', svg_model: 'gpt-6', svg_effort: 'high' } as const;
    expect(requestKey({ ...minimal, ...drawing })).toBe(
      '35a6dae16cbbb938bbee2f2b069ed81105854750e195a0463fe206bd78f4aea8',
    );
  });

  test('of an animation', () => {
    const animation = { output_format: 'gif', frame_count: 6, frame_duration_ms: 120 } as const;
    expect(requestKey({ ...minimal, ...animation })).toBe(
      '66b81a98650b48e5c3c967531a1c72b39c4f4990bc64534be505b66ccda0192b',
    );
  });

  test('of an edit with markup', () => {
    const edit = { input_images: [sha256('first')], markup: sha256('markup') };
    expect(requestKey({ ...minimal, ...edit })).toBe(
      '4f1f2a4ebd8e17e0c7d12e7bf877288c99deef4ad8a2e8421c87724af78dafb8',
    );
  });

  test('of options of a provider, in any order', () => {
    const key = '222918390d6766f7017bcd5211e7e5bf00f6ca0ad23078a7ac0762ecebf93043';
    for (const provider_options of [
      { seed: 7, steps: 30 },
      { steps: 30, seed: 7 },
    ])
      expect(requestKey({ ...minimal, provider_options })).toBe(key);
  });

  test('of a manifest', () => {
    expect(keyOf('prompt: A lighthouse keeper reading at dawn\nalt: A keeper')).toBe(
      requestKey(minimal),
    );
  });
});

const base = 'prompt: A keeper\nalt: A keeper reads';
const inputs = `${base}\ninput_images: [a.png]`;

describe('the key does not change with', () => {
  test.each([
    ['openai_api_key', 'openai_api_key: ${OTHER}'],
    ['moderation', 'moderation: low'],
    ['output_compression', 'output_compression: 10'],
    ['output_format', 'output_format: avif'],
    ['user_id', 'user_id: someone'],
    ['widths', 'widths: [320, 640]'],
    ['formats', 'formats: [avif, png]'],
    ['a map of formats', 'formats: { avif: 30, png: }'],
    ['crop', 'crop: { width: 640, height: 480, position: attention }'],
    ['placeholder', 'placeholder: none'],
    ['sizes', 'sizes: 100vw'],
    ['number_of_images and pick', 'number_of_images: 4\npick: 1'],
    ['number_of_images', 'number_of_images: 4'],
    ['a comment', '# the hero of the page'],
    ['an empty preset', 'preset: empty'],
    ['provider at its default', 'provider: openai'],
    ['model at its default', 'model: gpt-image-2.5-flare'],
    ['aspect_ratio at its default', 'aspect_ratio: "1:1"'],
    ['size at what the default ratio becomes', 'size: 1024x1024'],
    ['an aspect_ratio that equals the default', 'aspect_ratio: "7:7"'],
    ['background at its default', 'background: auto'],
    ['input_fidelity at its default', 'input_fidelity: low'],
    ['quality at its default', 'quality: auto'],
    ['take at its default', 'take: 1'],
    [
      'every default at once',
      'model: gpt-image-2.5-flare\naspect_ratio: "1:1"\nbackground: auto\ninput_fidelity: low\nmoderation: auto\nnumber_of_images: 1\noutput_compression: 90\noutput_format: webp\nquality: auto\ntake: 1\nplaceholder: blur',
    ],
  ])('%s', (_, fields) => {
    const text = `presets: { empty: }\n${imageText(`${base}\n${fields}`)}`;
    expect(keyOfJob(jobsOf(text)[0]!)).toBe(keyOf(base));
  });

  test('another alt, or none', () => {
    expect(keyOf('prompt: A keeper\nalt: Another text')).toBe(keyOf(base));
    expect(keyOf('prompt: A keeper\ndecorative: true')).toBe(keyOf(base));
  });

  test('the id, the place and the name of the manifest', () => {
    const fields = '{ prompt: A keeper, alt: y }';
    const [one, two] = jobsOf({
      'a.images.yaml': `images: { one: ${fields} }`,
      'deep/down/b.images.yml': `# b\n\nimages:\n  two/three: ${fields}\n`,
    });
    expect(keyOfJob(one!)).toBe(keyOfJob(two!));
    expect(keyOfJob(one!)).toBe(keyOf(base));
  });

  test('the order of fields, and how they are written', () => {
    const fields = [
      'prompt: A keeper',
      'alt: A keeper reads',
      'quality: high',
      'take: 3',
      'background: opaque',
    ];
    expect(keyOf(fields.toReversed().join('\n'))).toBe(keyOf(fields.join('\n')));
    expect(keyOf('"prompt": "A \\u006beeper"\nalt: y')).toBe(keyOf(base));
    expect(keyOf('prompt: >-\n  A\n  keeper\nalt: y')).toBe(keyOf(base));
    expect(keyOf(base.replaceAll('\n', '\r\n'))).toBe(keyOf(base));
  });

  test('where a field is written: in the image, a preset, the file or the config', () => {
    const image = keyOf(`${base}\nquality: high`);
    const preset = `presets: { p: { quality: high } }\n${imageText(`${base}\npreset: p`)}`;
    const file = `defaults: { quality: high }\n${imageText(base)}`;
    expect(keyOfJob(jobsOf(preset)[0]!)).toBe(image);
    expect(keyOfJob(jobsOf(file)[0]!)).toBe(image);
    expect(keyOfJob(jobOf(base, { defaults: { quality: 'high' } }))).toBe(image);
    expect(keyOfJob(jobOf(base, { provider: 'offline' }))).toBe(
      keyOf(`${base}\nprovider: offline`),
    );
  });

  test('a template that renders to the same prompt', () => {
    expect(keyOf('prompt: "A {{ who }}"\neach: [{ who: keeper }]\nalt: y')).toBe(keyOf(base));
  });

  test('the size instead of the aspect_ratio that becomes this size', () => {
    expect(keyOf(`${base}\naspect_ratio: "16:9"`)).toBe(keyOf(`${base}\nsize: 1280x720`));
    expect(keyOf(`${base}\naspect_ratio: "3:2"`)).toBe(keyOf(`${base}\naspect_ratio: "6:4"`));
  });

  test('a higher number_of_images: the first candidates keep their keys', () => {
    const four = candidates(jobOf(`${base}\nnumber_of_images: 4`));
    const six = candidates(jobOf(`${base}\nnumber_of_images: 6`));
    expect(six.slice(0, 4)).toEqual(four);
    expect(four[0]).toBe(keyOf(base));
    expect(new Set(six).size).toBe(6);
  });

  test('the name of an input, if its bytes are the same', () => {
    expect(keyOf(inputs)).toBe(keyOf(inputs.replace('a.png', 'b.png')));
  });

  test('the order of the fields in a request', () => {
    const job = jobOf(`${inputs}\ntake: 2\nbackground: opaque`);
    const request = requestOf(job, 3, { images: [sha256('a')], overlay: null });
    fc.assert(
      fc.property(
        fc.shuffledSubarray(Object.keys(request), { minLength: Object.keys(request).length }),
        (names) => {
          const shuffled = Object.fromEntries(
            names.map((name) => [name, request[name as keyof Request]]),
          );
          expect(requestKey(shuffled as unknown as Request)).toBe(requestKey(request));
        },
      ),
    );
  });
});

describe('the key changes with', () => {
  test.each([
    ['prompt', 'prompt: A keeper\nalt: y', 'prompt: A keeper.\nalt: y'],
    ['white space in a prompt', 'prompt: A keeper\nalt: y', 'prompt: "A keeper "\nalt: y'],
    ['letters of a prompt', 'prompt: A keeper\nalt: y', 'prompt: a keeper\nalt: y'],
    ['model', base, `${base}\nmodel: gpt-image-2.5-sunburst`],
    ['a dated model', base, `${base}\nmodel: gpt-image-2.5-flare-2026-09-08`],
    ['provider', base, `${base}\nprovider: offline`],
    ['size', base, `${base}\nsize: 1040x1024`],
    ['size auto', base, `${base}\nsize: auto`],
    ['aspect_ratio', base, `${base}\naspect_ratio: "3:2"`],
    ['quality', base, `${base}\nquality: low`],
    ['background', base, `${base}\nbackground: opaque`],
    [
      'complexity',
      `${base}\nmodel: gpt-image-2.6-flare`,
      `${base}\nmodel: gpt-image-2.6-flare\ncomplexity: low`,
    ],
    ['take', base, `${base}\ntake: 2`],
    ['another take', `${base}\ntake: 2`, `${base}\ntake: 3`],
    ['an input', base, inputs],
    [
      'input_fidelity',
      `${inputs}\nmodel: gpt-image-1.5`,
      `${inputs}\nmodel: gpt-image-1.5\ninput_fidelity: high`,
    ],
  ])('%s', (_, before, after) => {
    expect(keyOf(after)).not.toBe(keyOf(before));
  });

  test('the bytes of an input, their order, their number', () => {
    const job = jobOf(inputs);
    const keys = [['a'], ['b'], ['a', 'b'], ['b', 'a'], ['a', 'a'], []].map((contents) =>
      requestKey(requestOf(job, 1, { images: contents.map(sha256ofText), overlay: null })),
    );
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('a mask and markup, each by its bytes', () => {
    const images = [sha256('a')];
    const keys = ['mask', 'markup'].flatMap((field) => {
      const job = jobOf(`${inputs}\n${field}: over.png`);
      return [sha256('m'), sha256('n')].map((overlay) =>
        requestKey(requestOf(job, 1, { images, overlay })),
      );
    });
    const without = requestKey(requestOf(jobOf(inputs), 1, { images, overlay: null }));
    expect(new Set([without, ...keys]).size).toBe(5);
  });

  test('a candidate in another way than with a take', () => {
    const keys = ['take: 1', 'take: 2', 'take: 3'].flatMap((take) =>
      candidates(jobOf(`${base}\n${take}\nnumber_of_images: 3`)),
    );
    expect(new Set(keys).size).toBe(9);
  });
});

/** Goes through all stages: YAML, presets, templates, defaults, request, key. */
function keyOf(fields: string): Key {
  return keyOfJob(jobOf(fields));
}

function keyOfJob(job: Job, candidate = 1): Key {
  const images = job.picture.inputs.map(() => sha256('the bytes'));
  return requestKey(requestOf(job, candidate, { images, overlay: null }));
}

function candidates(job: Job): Key[] {
  return Array.from({ length: job.picture.numberOfImages }, (_, index) => keyOfJob(job, index + 1));
}

function sha256ofText(text: string) {
  return sha256(text);
}
