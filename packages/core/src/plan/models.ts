import { didYouMean } from '../did-you-mean.ts';
import { forms } from '../fields.ts';
import {
  amount,
  flag,
  integer,
  listOf,
  mapOf,
  nullable,
  optionProblems,
  type OptionShapes,
  orNull,
  text,
  textLike,
} from '../option-shapes.ts';
import { isMap } from '../plain-checks.ts';
import type { CostRange } from '../types.ts';

/** Facts about one image model. */
export interface Model {
  /** `free`: any size within `sizeLimits`; otherwise the sizes it takes. `auto` is always allowed. */
  readonly sizes: 'free' | readonly string[];
  readonly qualities: readonly string[];
  readonly backgrounds: readonly string[];
  /** Empty: the parameter must be left out. */
  readonly inputFidelities: readonly string[];
  readonly hasComplexity: boolean;
  /** Whether it makes SVG, in all of its qualities. */
  readonly hasSvg: boolean;
  /** Whether it takes `markup`. */
  readonly hasMarkup: boolean;
  /** Whether it streams pictures of pixels; `null`: unknown, so it is asked only for partial pictures. */
  readonly streams: boolean | null;
  /** Whether it makes animations as GIF, in all of its qualities. */
  readonly hasGif: boolean;
  readonly maxInputImages: number;
  /** The day on which it is shut down, `YYYY-MM-DD`; `null`: none announced. */
  readonly shutdownDate: string | null;
  readonly successor: string | null;
  readonly prices: Prices | null;
  /**
   * The provider whose prices these are; `null`: every provider's. The table has OpenAI's own prices, and other sellers have
   * different ones.
   */
  readonly pricedBy: string | null;
  readonly tokens: TokenRule | null;
  /**
   * US dollars that writing one SVG costs, beside the picture that it is drawn after: of an image model, with the API's default
   * author; of a model that is named as `svg_model`, with that one. `null`: unknown.
   */
  readonly svgCostUsd: CostRange | null;
  /** Whether its provider takes it in batches; `null`: unknown, so it may be asked. */
  readonly batches: boolean | null;
}

/** US dollars per million tokens. */
export interface Prices {
  readonly textIn: number;
  readonly imageIn: number;
  readonly imageOut: number;
  readonly textOut: number;
}

/** How many output tokens a picture takes. */
export type TokenRule =
  /** The grid formula from the base of each quality; `spread` holds factors where it is only an approximation. */
  | {
      readonly kind: 'grid';
      readonly base: Readonly<Record<string, number>>;
      readonly spread: Readonly<Record<string, { readonly low: number; readonly high: number }>>;
    }
  /** Tokens by size and quality. */
  | {
      readonly kind: 'table';
      readonly tokens: Readonly<Record<string, Readonly<Record<string, number>>>>;
    };

/**
 * Facts about a model from the config, which override the table. A model that is not in the table starts from `unknown` below.
 */
export type ModelOverride = Partial<Omit<Model, 'prices'>> & {
  /**
   * The model whose other facts these are: `{ sameAs: 'gpt-image-2' }` for a deployment at Azure, whose name is its own. Its prices are
   * those of OpenAI; if the provider takes the same, say so with `pricedBy`. @default an unknown model
   */
  readonly sameAs?: string;
  readonly prices?: Partial<Prices> | null;
};

/**
 * What free sizes must satisfy. OpenAI's image guide and `openai` 7.57.0, read 2026-11-22:
 * both sides multiples of 16 and at most 3840, ratio from 1:3 to 3:1, 655,360 to 8,294,400 pixels.
 */
export const sizeLimits = {
  multiple: 16,
  maxSide: 3840,
  maxRatio: 3,
  minPixels: 655_360,
  maxPixels: 8_294_400,
} as const;

const presetSizes = ['1024x1024', '1536x1024', '1024x1536'] as const;

/** OpenAI's calculator of output tokens; 18 of 18 published readings agree (2026-11-22). */
const grid2: TokenRule = { kind: 'grid', base: { low: 16, medium: 48, high: 96 }, spread: {} };
const grid25: TokenRule = {
  kind: 'grid',
  base: { low: 16, medium: 24, high: 48, xhigh: 64, max: 96 },
  spread: {},
};
/** No formula is published for 2.6: measured 2026-11-05, low and medium take 3 to 4.3 times 2.5's, the others 2.5's. */
const grid26: TokenRule = {
  kind: 'grid',
  base: { low: 16, medium: 24, high: 48, xhigh: 64, max: 96 },
  spread: {
    low: { low: 3, high: 4.4 },
    medium: { low: 3, high: 4.4 },
    high: { low: 0.97, high: 1.05 },
    xhigh: { low: 0.97, high: 1.05 },
    max: { low: 0.97, high: 1.05 },
  },
};
/** OpenAI's image guide, read 2026-11-22. */
const table1: TokenRule = {
  kind: 'table',
  tokens: {
    '1024x1024': { low: 272, medium: 1056, high: 4160 },
    '1024x1536': { low: 408, medium: 1584, high: 6240 },
    '1536x1024': { low: 400, medium: 1568, high: 6208 },
  },
};

/** OpenAI's pricing page, 2026-09-05 to 2026-11-05. */
const prices2: Prices = { textIn: 5, imageIn: 8, imageOut: 30, textOut: 0 };
const prices15: Prices = { textIn: 5, imageIn: 8, imageOut: 32, textOut: 10 };

const model2: Model = {
  sizes: 'free',
  qualities: ['auto', 'low', 'medium', 'high'],
  backgrounds: ['auto', 'transparent', 'opaque'],
  inputFidelities: [],
  hasComplexity: false,
  hasSvg: false,
  hasMarkup: false,
  // "Only supported for the GPT image models" (`openai` 7.57.0), which are all that the table has.
  streams: true,
  hasGif: false,
  maxInputImages: 16,
  shutdownDate: null,
  successor: null,
  prices: prices2,
  pricedBy: 'openai',
  tokens: grid2,
  // No page has a price, or a count of tokens (2026-11-28).
  svgCostUsd: null,
  // OpenAI's pricing page has prices for batches (2026-09-05).
  batches: true,
};
const model25: Model = {
  ...model2,
  qualities: ['auto', 'low', 'medium', 'high', 'xhigh', 'max'],
  tokens: grid25,
  // "Supports GPT Image 2.5" (`openai` 7.57.0). 2.6, which came later, takes what 2.5 takes.
  hasMarkup: true,
  // No page says yes or no for 2.5 and 2.6 (2026-11-28).
  batches: null,
};
// `openai` 7.57.0 does not say which models take output_format svg and gif; third parties name 2.6 (2026-11-05).
const model26: Model = {
  ...model25,
  hasComplexity: true,
  hasSvg: true,
  hasGif: true,
  tokens: grid26,
};
const model15: Model = {
  ...model2,
  sizes: presetSizes,
  inputFidelities: ['low', 'high'],
  shutdownDate: '2026-12-01',
  successor: 'gpt-image-2.6-flare',
  prices: prices15,
  tokens: table1,
  // This one and the older ones: OpenAI's announcement of batches for images (2026-02).
  batches: true,
};
const model1: Model = {
  ...model15,
  shutdownDate: '2026-10-23',
  successor: 'gpt-image-2.6-flare',
  prices: { textIn: 5, imageIn: 10, imageOut: 40, textOut: 0 },
};

/**
 * The built-in table, as of 2026-11-22: https://developers.openai.com/api/docs/deprecations and the image guide.
 * A config's `models` states changes and additions.
 */
export const modelTable: Readonly<Record<string, Model>> = {
  'gpt-image-2.6-flare': model26,
  'gpt-image-2.6-sunburst': model26,
  'gpt-image-2.5-flare': model25,
  'gpt-image-2.5-flare-2026-09-08': model25,
  'gpt-image-2.5-sunburst': model25,
  'gpt-image-2.5-sunburst-2026-09-08': model25,
  'gpt-image-2': model2,
  'gpt-image-2-2026-04-21': model2,
  'gpt-image-1.5': model15,
  'gpt-image-1.5-2025-12-16': model15,
  'chatgpt-image-latest': model15,
  'gpt-image-1-mini': {
    ...model15,
    inputFidelities: ['low'],
    prices: { textIn: 2, imageIn: 2.5, imageOut: 8, textOut: 0 },
  },
  'gpt-image-1': model1,
};

/** An unknown model. It accepts everything that the user wrote, at an unknown price. */
const unknownModel: Model = {
  sizes: 'free',
  qualities: ['auto', 'low', 'medium', 'high', 'xhigh', 'max'],
  backgrounds: ['auto', 'transparent', 'opaque'],
  inputFidelities: ['low', 'high'],
  hasComplexity: true,
  hasSvg: true,
  hasMarkup: true,
  streams: null,
  hasGif: true,
  maxInputImages: 16,
  shutdownDate: null,
  successor: null,
  prices: null,
  pricedBy: null,
  tokens: null,
  svgCostUsd: null,
  batches: null,
};

export type ModelTable = Readonly<Record<string, Model>>;

/** The built-in table with a config's changes and additions. */
export function resolveModels(overrides: Readonly<Record<string, ModelOverride>>): ModelTable {
  const table: Record<string, Model> = { ...modelTable };
  for (const [name, { prices, sameAs = name, ...facts }] of Object.entries(overrides)) {
    const base = modelNamed(table, sameAs);
    table[name] = {
      ...base,
      ...facts,
      prices:
        prices === undefined ? base.prices : prices && { ...noPrices, ...base.prices, ...prices },
      pricedBy: facts.pricedBy ?? (prices === undefined ? base.pricedBy : null),
    };
  }
  return table;
}

const noPrices: Prices = { textIn: 0, imageIn: 0, imageOut: 0, textOut: 0 };

/** The mistakes in the facts that a config states about a model. */
export function modelProblems(facts: ModelOverride): string[] {
  return optionProblems(
    facts,
    factShapes,
    null,
    (name, names) => `there is no fact "${name}"${didYouMean(name, names)}`,
  );
}

const texts = listOf(text);
const day = (value: unknown) =>
  textLike(/^\d{4}-\d\d-\d\d$/)(value) && !Number.isNaN(Date.parse(String(value)));
const sizes = listOf(textLike(forms.size.pattern));
const amounts = mapOf(amount);
const spread = mapOf(amount, ['low', 'high']);
const tokenRule = (rule: unknown) =>
  isMap(rule) &&
  (rule['kind'] === 'table'
    ? mapOf(amounts)(rule['tokens'])
    : rule['kind'] === 'grid' && amounts(rule['base']) && mapOf(spread)(rule['spread']));
const priceNames = Object.keys(noPrices);

const factShapes: OptionShapes<ModelOverride> = {
  sameAs: [text, 'the name of a model'],
  sizes: [
    (value) => value === 'free' || sizes(value),
    '"free", or a list of sizes such as "1024x1024"',
  ],
  qualities: [texts, 'a list of qualities'],
  backgrounds: [texts, 'a list of backgrounds'],
  inputFidelities: [texts, 'a list of fidelities'],
  hasComplexity: flag,
  hasSvg: flag,
  hasMarkup: flag,
  streams: [nullable(flag[0]), 'true, false or null'],
  hasGif: flag,
  maxInputImages: [integer(0), 'a whole number'],
  shutdownDate: orNull([day, 'a day such as "2026-12-01"']),
  successor: orNull([text, 'the name of a model']),
  pricedBy: orNull([text, 'the name of a provider']),
  prices: orNull([
    mapOf(amount, priceNames),
    `a map of ${priceNames.join(', ')} to dollars per million tokens`,
  ]),
  tokens: [
    nullable(tokenRule),
    '{ kind: "grid", base, spread }, { kind: "table", tokens }, or null',
  ],
  svgCostUsd: orNull([mapOf(amount, ['low', 'high']), 'dollars: { low, high }']),
  batches: [nullable(flag[0]), 'true, false or null'],
};

/** A model's facts. A model that is not in the table accepts everything. */
export function modelNamed(table: ModelTable, name: string): Model {
  return Object.hasOwn(table, name) ? table[name]! : unknownModel;
}

/** The facts that apply to one request. The prices are unknown if they belong to another provider than the request goes to. */
export function modelFor(
  table: ModelTable,
  {
    model: name,
    provider,
    svg_model: author,
  }: { readonly model: string; readonly provider: string; readonly svg_model?: string | null },
): Model {
  const named = modelNamed(table, name);
  const model =
    typeof author === 'string'
      ? { ...named, svgCostUsd: modelNamed(table, author).svgCostUsd }
      : named;
  return model.pricedBy === null || model.pricedBy === provider
    ? model
    : { ...model, prices: null };
}

/** Whether the table has facts about a model. */
export function isKnownModel(table: ModelTable, name: string): boolean {
  return Object.hasOwn(table, name);
}
