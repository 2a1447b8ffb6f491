import type { PlannedRequest } from '../types.ts';

/** The rows that would have to be bought, each key once: neither stored, free, refused before, nor ordered in a batch. */
export function toBuy<
  Row extends Pick<PlannedRequest, 'key' | 'status' | 'isFree' | 'refusal' | 'batch'>,
>(rows: readonly Row[]): Row[] {
  const payable = rows.filter(
    ({ status, isFree, refusal, batch }) =>
      status !== 'stored' && !isFree && refusal === null && batch === null,
  );
  return [...new Map(payable.map((row) => [row.key ?? row, row])).values()];
}
