import { type KnownModel, type KnownModels, moneyRange } from '@tintype/core';
import { cleanLine } from './clean.ts';
import { table, type Column } from './table.ts';

const columns: readonly Column[] = [
  { title: 'MODEL', isWhole: true },
  { title: 'SIZES' },
  { title: 'QUALITIES' },
  { title: 'A PICTURE', isWhole: true },
  { title: 'ALSO' },
  { title: 'ENDS', isWhole: true },
];

/** Formats what is known about models for a person. */
export function modelsTable({ models, providers }: KnownModels): string {
  const rows = models.map((model) =>
    [
      `${model.name}${model.isDefault ? ' (default)' : ''}${model.isConfigured ? ' (config)' : ''}`,
      model.sizes === 'free' ? 'free' : model.sizes.join(' '),
      model.qualities.filter((quality) => quality !== 'auto').join(' '),
      priceOf(model),
      extrasOf(model).join(' '),
      endOf(model),
    ].map(cleanLine),
  );
  return `${table(columns, rows).join('\n')}

A picture: of 1024x1024, or the first size, from the lowest quality to the highest, without input pictures. ?: unknown
Free sizes: sides are multiples of 16, at most 3840, from 1:3 to 3:1, from 655,360 to 8,294,400 pixels
Providers: ${providers.map(cleanLine).join(', ')} (the first is the default)
`;
}

function priceOf({ priceUsd, pricedBy }: KnownModel): string {
  if (priceUsd === null) return '?';
  const costs = Object.values(priceUsd.qualities);
  const low = Math.min(...costs.map((cost) => cost.low));
  const high = Math.max(...costs.map((cost) => cost.high));
  return `${moneyRange({ low, high })}${pricedBy === null ? '' : ` at ${pricedBy}`}`;
}

function extrasOf(model: KnownModel): string[] {
  const { backgrounds, hasSvg, hasGif, hasMarkup, hasComplexity, inputFidelities, batches } = model;
  return [
    backgrounds.includes('transparent') ? 'transparent' : '',
    hasSvg ? 'svg' : '',
    hasGif ? 'gif' : '',
    hasMarkup ? 'markup' : '',
    hasComplexity ? 'complexity' : '',
    inputFidelities.length > 0 ? 'input_fidelity' : '',
    batches === null ? 'batch?' : batches ? 'batch' : '',
  ].filter((word) => word !== '');
}

function endOf({ shutdownDate, daysLeft, successor }: KnownModel): string {
  if (shutdownDate === null || daysLeft === null) return '';
  const when = daysLeft <= 0 ? `ended ${shutdownDate}` : `${shutdownDate}, in ${daysLeft} d`;
  return successor === null ? when : `${when}; use ${successor}`;
}
