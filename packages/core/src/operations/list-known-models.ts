import type { Context } from '../context.ts';
import { defaults } from '../fields.ts';
import { estimateCost } from '../plan/estimate-cost.ts';
import { isKnownModel, type Model, modelFor, modelTable } from '../plan/models.ts';
import { providerNames } from '../provider-names.ts';
import type { CostRange } from '../types.ts';

/** What is known about a model before anything is asked. */
export interface KnownModel extends Pick<
  Model,
  | 'sizes'
  | 'qualities'
  | 'backgrounds'
  | 'inputFidelities'
  | 'maxInputImages'
  | 'hasComplexity'
  | 'hasSvg'
  | 'hasGif'
  | 'hasMarkup'
  | 'streams'
  | 'batches'
  | 'shutdownDate'
  | 'successor'
  | 'pricedBy'
> {
  readonly name: string;
  /** It is the model of images that name none. */
  readonly isDefault: boolean;
  /** The config states facts about it. */
  readonly isConfigured: boolean;
  /** Days until it is shut down, by the day of UTC; negative: it is; `null`: no day was announced. */
  readonly daysLeft: number | null;
  /** US dollars of one picture of `size` without input pictures, by quality; `null`: unknown. */
  readonly priceUsd: {
    readonly size: string;
    readonly qualities: Readonly<Record<string, CostRange>>;
  } | null;
}

export interface KnownModels {
  readonly models: readonly KnownModel[];
  /** The names of all providers, the default first. */
  readonly providers: readonly string[];
}

/** The models of the built-in table and of the config, in that order. Needs no key, no network and no manifest. */
export async function listKnownModels({ config, now }: Context): Promise<KnownModels> {
  const { models: table, defaults: configured, provider, providers } = config;
  const defaultName = configured.model ?? defaults.model;
  const models = Object.entries(table).map(([name, model]): KnownModel => {
    const { prices: _prices, tokens: _tokens, svgCostUsd: _svgCostUsd, ...facts } = model;
    return {
      name,
      ...facts,
      isDefault: name === defaultName,
      isConfigured: !isKnownModel(modelTable, name) || modelTable[name] !== model,
      daysLeft: daysUntil(model.shutdownDate, now()),
      priceUsd: pricesOf(modelFor(table, { model: name, provider: model.pricedBy ?? provider })),
    };
  });
  const names = [provider, ...providerNames(providers).filter((name) => name !== provider)];
  return { models, providers: names };
}

function daysUntil(day: string | null, now: Date): number | null {
  if (day === null) return null;
  const today = Date.parse(now.toISOString().slice(0, 10));
  return Math.round((Date.parse(day) - today) / 86_400_000);
}

/** Every model of the table makes this size. */
const usualSize = '1024x1024';

function pricesOf(model: Model): KnownModel['priceUsd'] {
  const size =
    model.sizes === 'free' || model.sizes.includes(usualSize) ? usualSize : model.sizes[0];
  if (size === undefined) return null;
  const qualities = model.qualities.flatMap((quality) => {
    if (quality === 'auto') return [];
    // The text of a prompt is a part of a cent. These are prices of pictures.
    const request = {
      provider: '',
      model: '',
      prompt: '',
      size,
      quality,
      background: 'auto',
    } as const;
    const cost = estimateCost(model, request, []);
    return cost === null ? [] : [[quality, cost] as const];
  });
  return qualities.length === 0 ? null : { size, qualities: Object.fromEntries(qualities) };
}
