import type { Plan, PlannedRequest, Request, StoreRecord } from '../types.ts';
import { canonicalJson } from '../hash.ts';
import { requestOf } from './request-key.ts';

/**
 * Tells which records and refusals a plan refers to, or may come to refer to. A request that waits for another picture has no key
 * yet, and one that is drawn free has another provider's if it is ever bought: each claims every record that
 * differs from it only in what is open.
 */
export function wantedRecords({
  requests,
}: Plan): (asked: Pick<StoreRecord, 'key' | 'request'>) => boolean {
  const keys = new Set(requests.map(({ key }) => key));
  const blocked = new Set(requests.filter(({ key }) => key === null).map(shapeOfPlanned));
  const free = new Set(requests.filter(({ isFree }) => isFree).map(shapeOfAnyProvider));
  return ({ key, request }) =>
    keys.has(key) ||
    blocked.has(shapeOf(request)) ||
    free.has(shapeOf({ ...request, provider: '' }));
}

function shapeOfPlanned({ job, number }: PlannedRequest): string {
  return shapeOf(requestOf(job, number, { images: [], mask: null }));
}

function shapeOfAnyProvider({ job, number }: PlannedRequest): string {
  return shapeOf({ ...requestOf(job, number, { images: [], mask: null }), provider: '' });
}

/** A request without what another picture, or the provider's configuration, decides of it. */
function shapeOf({
  input_images: _images,
  mask: _mask,
  provider_inputs: _inputs,
  ...rest
}: Request): string {
  return canonicalJson(rest);
}
