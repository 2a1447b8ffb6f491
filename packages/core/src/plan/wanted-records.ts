import type { Plan, PlannedRequest, Request, StoreRecord } from '../types.ts';
import { canonicalJson } from '../hash.ts';
import { requestOf } from './request-key.ts';

/**
 * Tells whether a plan needs a record or a refusal, or may need it later. A request that waits for another picture has no key
 * yet, and a stand-in's request will go to another provider if it is ever bought. Each of these may need every record that
 * differs from it only in those open parts.
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
  return shapeOf(requestOf(job, number, { images: [], overlay: null }));
}

function shapeOfAnyProvider({ job, number }: PlannedRequest): string {
  return shapeOf({ ...requestOf(job, number, { images: [], overlay: null }), provider: '' });
}

/** A request without the parts that another picture or the provider's configuration decides. */
function shapeOf({
  input_images: _images,
  mask: _mask,
  markup: _markup,
  provider_inputs: _inputs,
  ...rest
}: Request): string {
  return canonicalJson(rest);
}
