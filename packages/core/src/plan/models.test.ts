import { imageModels } from '@tintype/emulators/openai';
import { describe, expect, test } from 'vitest';
import { imageText, expandText, jobOf, places } from '../../test/support/expand-text.ts';
import {
  isKnownModel,
  modelFor,
  modelNamed,
  type ModelOverride,
  modelProblems,
  modelTable,
  resolveModels,
} from './models.ts';

const base = 'prompt: x\nalt: y';

describe('a field that the model does not support', () => {
  test.each<[string, string[], RegExp?]>([
    ['quality: auto', []],
    ['quality: max', []],
    ['model: gpt-image-2\nquality: high', []],
    ['model: gpt-image-2\nquality: xhigh', ['6:14'], /gpt-image-2\.6-flare.*gpt-image-2\.5-flare/],
    ['model: gpt-image-1.5\nquality: max', ['6:14'], /gpt-image-2\.5-flare/],
    ['input_images: [a.png]\ninput_fidelity: low', []],
    ['input_images: [a.png]\ninput_fidelity: high', ['6:21'], /gpt-image-1\.5/],
    [
      'model: gpt-image-1-mini\ninput_images: [a.png]\ninput_fidelity: high',
      ['7:21'],
      /gpt-image-1\.5/,
    ],
    ['model: gpt-image-1.5\ninput_images: [a.png]\ninput_fidelity: high', []],
    ['complexity: low', ['5:17'], /use gpt-image-2\.6-flare or gpt-image-2\.6-sunburst/],
    ['model: gpt-image-2.6-flare\ncomplexity: high', []],
    ['size: 1920x1088', []],
    ['size: auto', []],
    ['size: 1920x1080', ['5:11'], /1920x1088/],
    ['size: 800x800', ['5:11'], /655,360/],
    ['model: gpt-image-1.5\nsize: 1920x1088', ['6:11'], /1024x1024.*gpt-image-2/],
    ['model: gpt-image-1.5\nsize: 1536x1024', []],
    ['aspect_ratio: "16:9"', []],
    ['aspect_ratio: "4:1"', ['5:19'], /3:1/],
    ['model: gpt-image-1.5\naspect_ratio: "16:9"', ['6:19'], /gpt-image-2\.5-flare/],
    ['model: gpt-image-1.5\naspect_ratio: "3:2"', []],
    ['background: transparent', []],
    ['model: gpt-image-2\nbackground: transparent', []],
  ])('%j: %j', (fields, expected, message) => {
    const { diagnostics } = expandText(imageText(`${base}\n${fields}`));
    expect(places(diagnostics)).toEqual(expected.map((one) => `${one} not-supported-by-model`));
    if (message !== undefined) expect(diagnostics[0]?.message).toMatch(message);
  });

  test('a field at its default is never a mistake', () => {
    const fields =
      'aspect_ratio: "1:1"\nbackground: auto\ninput_fidelity: low\nquality: auto\nmoderation: auto';
    for (const model of Object.keys(modelTable)) {
      expect(jobOf(`${base}\n${fields}\nmodel: ${model}`).picture.model).toBe(model);
    }
  });

  test('an unknown model accepts everything', () => {
    const fields =
      'model: their-model\nquality: max\ncomplexity: high\nsize: 64x64\ninput_images: [a.png]\ninput_fidelity: high';
    expect(jobOf(`${base}\n${fields}`).picture).toMatchObject({
      size: '64x64',
      complexity: 'high',
    });
  });

  test.each(['constructor', '__proto__', 'toString'])('%s is an unknown model', (name) => {
    expect(isKnownModel(modelTable, name)).toBe(false);
    expect(modelNamed(modelTable, name).prices).toBeNull();
    expect(jobOf(`${base}\nmodel: ${name}`).picture.model).toBe(name);
  });
});

describe('overrides in the config', () => {
  const models = resolveModels({
    'gpt-image-2': { qualities: ['auto', 'low'], prices: { imageOut: 15 } },
    'gpt-image-2.5-flare': { prices: null },
    mine: { sizes: ['512x512'], hasComplexity: false, prices: { imageOut: 1 } },
  });

  test('only the stated facts change', () => {
    expect(models['gpt-image-2']).toEqual({
      ...modelTable['gpt-image-2'],
      qualities: ['auto', 'low'],
      prices: { ...modelTable['gpt-image-2']!.prices, imageOut: 15 },
      pricedBy: null,
    });
    expect(models['gpt-image-1']).toBe(modelTable['gpt-image-1']);
  });

  test('prices: null makes the price unknown', () => {
    expect(models['gpt-image-2.5-flare']?.prices).toBeNull();
  });

  test('a model of the config is known, and has the limits that the config states', () => {
    const found = (fields: string) =>
      places(expandText(imageText(`${base}\n${fields}`), { models }).diagnostics);
    expect(found('model: mine')).toEqual([]);
    expect(found('model: mine\ncomplexity: low')).toEqual(['6:17 not-supported-by-model']);
    expect(found('model: mine\nsize: 1024x1024')).toEqual(['6:11 not-supported-by-model']);
    expect(found('model: gpt-image-2\nquality: high')).toEqual(['6:14 not-supported-by-model']);
    expect(jobOf(`${base}\nmodel: mine`, { models }).picture.size).toBe('512x512');
  });

  test.each<[ModelOverride, string[]]>([
    [{}, []],
    [
      {
        sizes: 'free',
        qualities: ['low'],
        shutdownDate: '2027-01-01',
        successor: 'x',
        prices: { textIn: 0 },
      },
      [],
    ],
    [
      {
        sizes: ['auto', '512x512'],
        shutdownDate: null,
        successor: null,
        prices: null,
        tokens: null,
      },
      [],
    ],
    [modelTable['gpt-image-1.5']!, []],
    [modelTable['gpt-image-2.6-flare']!, []],
    [{ shutdownDate: '2027' }, ['shutdownDate']],
    [{ shutdownDate: 'soon' }, ['shutdownDate']],
    [{ shutdownDate: '2027-13-01' }, ['shutdownDate']],
    [{ sizes: 'big' } as never, ['sizes']],
    [{ sizes: ['big'] }, ['sizes']],
    [{ qualities: 'low' } as never, ['qualities']],
    [{ maxInputImages: -1, hasComplexity: 1 } as never, ['maxInputImages', 'hasComplexity']],
    [{ prices: { imageOut: '30' } } as never, ['prices']],
    [{ prices: { out: 30 } } as never, ['prices']],
    [{ prices: { imageOut: -1 } }, ['prices']],
    [{ tokens: { kind: 'grid' } } as never, ['tokens']],
    [{ tokens: { kind: 'table', tokens: { auto: 3 } } } as never, ['tokens']],
    [{ price: {} } as never, ['price']],
  ])('%j has mistakes in %j', (facts, names) => {
    const problems = modelProblems(facts);
    expect(problems).toHaveLength(names.length);
    for (const [index, name] of names.entries()) expect(problems[index]).toContain(name);
  });

  test('an unknown fact comes with a suggestion', () => {
    expect(modelProblems({ quality: [] } as never)[0]).toContain('did you mean "qualities"?');
  });
});

describe('the table', () => {
  test('agrees with the emulator of the API', () => {
    for (const emulated of imageModels) {
      const model = modelTable[emulated.id];
      expect(new Set(model?.sizes)).toEqual(new Set(emulated.sizes));
      expect(model, emulated.id).toMatchObject({
        qualities: ['auto', ...emulated.qualities],
        hasComplexity: emulated.complexity,
        shutdownDate: emulated.shutdownDate,
        prices: emulated.prices,
      });
    }
    expect(Object.keys(modelTable).toSorted()).toEqual(imageModels.map(({ id }) => id).toSorted());
  });

  test('every model that is shut down has a successor that is not', () => {
    const dying = Object.values(modelTable).filter(({ shutdownDate }) => shutdownDate !== null);
    const successors = dying.map(({ successor }) => modelTable[successor ?? '']?.shutdownDate);
    expect(new Set(successors)).toEqual(new Set([null]));
  });
});

test('the table has OpenAI’s prices: for another provider a price is unknown until the config states it', () => {
  const own = resolveModels({ 'gpt-image-2': { prices: { imageOut: 45 } } });
  const at = (provider: string, table = modelTable) =>
    modelFor(table, { model: 'gpt-image-2', provider }).prices?.imageOut ?? null;
  expect([at('openai'), at('replicate'), at('openai', own), at('replicate', own)]).toEqual([
    30,
    null,
    45,
    45,
  ]);
});
