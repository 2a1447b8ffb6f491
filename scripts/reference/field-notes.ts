import { money } from '../../packages/core/src/amounts.ts';
import { resolveConfig } from '../../packages/core/src/config.ts';
import type { EditorHints } from '../../packages/core/src/manifest/manifest-schema.ts';
import {
  type KnownModel,
  listKnownModels,
} from '../../packages/core/src/operations/list-known-models.ts';

/** The models of the built-in table, in its order. */
export async function builtInModels(): Promise<readonly KnownModel[]> {
  const config = await resolveConfig({}, { root: '/', file: null, env: {} });
  const context = { config, now: () => new Date(0) } as Parameters<typeof listKnownModels>[0];
  return (await listKnownModels(context)).models;
}

/** Which models take a field, and what a picture of 1024x1024 costs at most. Models with a date in their names are left out. */
export async function fieldNotes(): Promise<EditorHints> {
  const models = (await builtInModels()).filter(({ name }) => !/-\d{4}-\d{2}-\d{2}$/.test(name));
  const kept = models.filter(({ shutdownDate }) => shutdownDate === null);
  const takers = (what: string, takes: (model: KnownModel) => boolean): string => {
    const names = models.filter(takes).map(({ name }) => name);
    return `${names.length === 1 ? 'The model that takes' : 'Models that take'} ${what}: ${names.join(', ')}.`;
  };
  const usual = models.find(({ isDefault }) => isDefault)!;
  return {
    notes: {
      model: `Up to, for a picture of 1024x1024: ${kept.map((model) => `${model.name}: ${pricesOf(model)}`).join('; ')}.`,
      quality: `${takers('xhigh and max', ({ qualities }) => qualities.includes('xhigh'))} Up to, for a picture of 1024x1024 by ${usual.name}: ${pricesOf(usual)}.`,
      size: takers('any size', ({ sizes }) => sizes === 'free'),
      aspect_ratio: takers('any ratio', ({ sizes }) => sizes === 'free'),
      background: takers('transparent', ({ backgrounds }) => backgrounds.includes('transparent')),
      input_fidelity: takers('it', ({ inputFidelities }) => inputFidelities.length > 0),
      complexity: takers('it', ({ hasComplexity }) => hasComplexity),
      markup: takers('it', ({ hasMarkup }) => hasMarkup),
      output_format: takers('svg and gif', ({ hasSvg, hasGif }) => hasSvg && hasGif),
      batch: takers('batches', ({ batches }) => batches === true),
    },
    examples: { model: kept.map(({ name }) => name) },
  };
}

function pricesOf({ priceUsd }: KnownModel): string {
  const prices = Object.entries(priceUsd?.qualities ?? {});
  if (prices.length === 0) return 'unknown';
  return prices.map(([quality, { high }]) => `${quality} ${money(high)}`).join(', ');
}
