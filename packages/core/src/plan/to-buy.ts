import type { PlannedRequest } from '../types.ts';

/** What would have to be bought, each key once: neither stored, nor free, nor refused before. */
export function toBuy<Row extends Pick<PlannedRequest, 'key' | 'status' | 'isFree' | 'refusal'>>(
  rows: readonly Row[],
): Row[] {
  const wanted = rows.filter(
    ({ status, isFree, refusal }) => status !== 'stored' && !isFree && refusal === null,
  );
  return [...new Map(wanted.map((row) => [row.key ?? row, row])).values()];
}
