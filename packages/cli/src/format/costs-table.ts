import { count, type ModelCosts, money, type WayCosts } from '@tintype/core';
import { cleanLine } from './clean.ts';
import { table, type Column } from './table.ts';

const columns: readonly Column[] = [
  { title: 'PROVIDER' },
  { title: 'MODEL' },
  { title: 'DIRECT', align: 'right' },
  { title: 'COST', align: 'right', isWhole: true },
  { title: 'IN BATCHES', align: 'right' },
  { title: 'COST', align: 'right', isWhole: true },
];

/** Formats what pictures cost for a person: a row for each model, and the sum. */
export function costsTable(models: readonly ModelCosts[]): string {
  if (models.length === 0) return 'Nothing was bought.\n';
  const rows = models.map(({ provider, model, direct, batch }) =>
    [provider, model, ...way(direct), ...way(batch)].map(cleanLine),
  );
  const ways = models.flatMap(({ direct, batch }) => [direct, batch]);
  const sum = (of: keyof WayCosts) => ways.reduce((total, one) => total + one[of], 0);
  const batches = models.reduce((total, { batch }) => total + batch.costUsd, 0);
  const unknown = sum('unknown') === 0 ? '' : `, and ${sum('unknown')} at an unknown cost`;
  const part = batches === 0 ? '' : ` (${money(batches)} of it in batches)`;
  return `${table(columns, rows).join('\n')}\n\n${count(sum('pictures'), 'picture')}: ${money(sum('costUsd'))}${part}${unknown}\n`;
}

function way({ pictures, costUsd, unknown }: WayCosts): string[] {
  return [String(pictures), unknown === 0 ? money(costUsd) : `${money(costUsd)}+?`];
}
