import type { PlannedRequest } from '../types.ts';

/** What would have to be bought, each key once: neither stored, nor free, nor refused before. */
export function toBuy(requests: readonly PlannedRequest[]): PlannedRequest[] {
  const wanted = requests.filter(
    ({ status, isFree, refusal }) => status !== 'stored' && !isFree && refusal === null,
  );
  return [...new Map(wanted.map((request) => [request.key ?? request, request])).values()];
}
