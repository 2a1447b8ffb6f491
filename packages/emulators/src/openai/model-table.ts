/** US dollars per million tokens, standard (not batch) rates. */
interface TokenPrices {
  readonly textIn: number;
  readonly imageIn: number;
  readonly imageOut: number;
}

/** The parameters that one model takes, and how its tokens are counted. */
export interface EmulatedModel {
  readonly id: string;
  readonly family: '2.6' | '2.5' | '2' | 'legacy';
  /** Seconds since 1970, as in `GET /v1/models`. */
  readonly created: number;
  /** `YYYY-MM-DD`: from that day on, the model is as unknown as a misspelt one. */
  readonly shutdownDate: string | null;
  /** Without `auto`, which every model takes. */
  readonly qualities: readonly string[];
  /** The quality that `auto` becomes; `varies`: the prompt decides. */
  readonly autoQuality: string;
  /** `free`: any `WxH` within the limits; otherwise the list of sizes. */
  readonly sizes: 'free' | readonly string[];
  /** The size that `auto` becomes. With free sizes it is one that is not a multiple of 16, as was observed. */
  readonly autoSize: string;
  /** Empty: the parameter is not allowed. */
  readonly inputFidelity: readonly string[];
  readonly transparent: boolean;
  readonly complexity: boolean;
  readonly markup: boolean;
  /** Whether it takes `output_format: svg`. */
  readonly svg: boolean;
  /** Whether it takes `output_format: gif`. */
  readonly gif: boolean;
  readonly prices: TokenPrices;
}

const free = { sizes: 'free', autoSize: '1254x1254', inputFidelity: [] } as const;

const current = { textIn: 5, imageIn: 8, imageOut: 30 };

const legacy = {
  family: 'legacy',
  shutdownDate: '2026-12-01',
  qualities: ['low', 'medium', 'high'],
  autoQuality: 'high',
  sizes: ['1024x1024', '1024x1536', '1536x1024'],
  autoSize: '1024x1024',
  inputFidelity: [],
  transparent: true,
  complexity: false,
  markup: false,
  svg: false,
  gif: false,
} as const;

const gptImage2 = {
  ...free,
  family: '2',
  shutdownDate: null,
  qualities: ['low', 'medium', 'high'],
  autoQuality: 'low',
  transparent: true,
  complexity: false,
  markup: false,
  svg: false,
  gif: false,
  prices: current,
} as const;

const gptImage25 = {
  ...gptImage2,
  family: '2.5',
  qualities: ['low', 'medium', 'high', 'xhigh', 'max'],
  autoQuality: 'medium',
  markup: true,
} as const;

const gptImage26 = {
  ...gptImage25,
  family: '2.6',
  complexity: true,
  svg: true,
  gif: true,
} as const;

/**
 * The image models as of 2026-11-22: ids and capabilities from the doc comments of `openai@7.57.0`
 * (`resources/images.d.ts`), shutdown dates from https://developers.openai.com/api/docs/deprecations (2026-11), prices from
 * the pricing page (2026-09 for 2 and 2.5; 2.6 as quoted by third parties on 2026-11-05).
 *
 * What `auto` comes to was measured for gpt-image-2 (2026-04-28) and 2.6 (2026-11-05), and is a guess for the others.
 */
export const imageModels: readonly EmulatedModel[] = [
  { id: 'gpt-image-2.6-sunburst', created: day('2026-11-04'), ...gptImage26, autoQuality: 'high' },
  { id: 'gpt-image-2.6-flare', created: day('2026-11-04'), ...gptImage26, autoQuality: 'varies' },
  { id: 'gpt-image-2.5-sunburst', created: day('2026-09-08'), ...gptImage25 },
  { id: 'gpt-image-2.5-sunburst-2026-09-08', created: day('2026-09-08'), ...gptImage25 },
  { id: 'gpt-image-2.5-flare', created: day('2026-09-08'), ...gptImage25 },
  { id: 'gpt-image-2.5-flare-2026-09-08', created: day('2026-09-08'), ...gptImage25 },
  { id: 'gpt-image-2', created: day('2026-04-21'), ...gptImage2 },
  { id: 'gpt-image-2-2026-04-21', created: day('2026-04-21'), ...gptImage2 },
  {
    id: 'gpt-image-1.5',
    created: day('2025-12-16'),
    ...legacy,
    inputFidelity: ['low', 'high'],
    prices: { textIn: 5, imageIn: 8, imageOut: 32 },
  },
  {
    id: 'gpt-image-1.5-2025-12-16',
    created: day('2025-12-16'),
    ...legacy,
    inputFidelity: ['low', 'high'],
    prices: { textIn: 5, imageIn: 8, imageOut: 32 },
  },
  {
    id: 'gpt-image-1-mini',
    created: day('2025-10-06'),
    ...legacy,
    inputFidelity: ['low'],
    prices: { textIn: 2, imageIn: 2.5, imageOut: 8 },
  },
  {
    id: 'chatgpt-image-latest',
    created: day('2025-12-16'),
    ...legacy,
    prices: { textIn: 5, imageIn: 8, imageOut: 32 },
  },
  {
    id: 'gpt-image-1',
    created: day('2025-04-23'),
    ...legacy,
    shutdownDate: '2026-10-23',
    inputFidelity: ['low', 'high'],
    prices: { textIn: 5, imageIn: 10, imageOut: 40 },
  },
];

/** The models that answer on a day (`YYYY-MM-DD`). */
export function modelsAlive(models: readonly EmulatedModel[], today: string): EmulatedModel[] {
  return models.filter((model) => model.shutdownDate === null || today < model.shutdownDate);
}

function day(date: string): number {
  return Date.parse(date) / 1000;
}
