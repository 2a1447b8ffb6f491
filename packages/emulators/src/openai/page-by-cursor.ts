import { invalidRequest } from './api-error.ts';
import { readInteger } from './read-parameter.ts';

/**
 * One page of a list, as `?after=<id>&limit=<n>` asks for it. Throws the API's 400; that an unknown `after` is one is made up.
 * @param limits the largest page, and the one that is given where nothing is asked for
 */
export function pageOf<Item extends { readonly id: string }>(
  items: readonly Item[],
  query: URLSearchParams,
  limits: { readonly max: number; readonly usual: number },
): { readonly items: readonly Item[]; readonly hasMore: boolean } {
  const fields = Object.fromEntries(query);
  // A query's numbers are text, as a form's are.
  const limit =
    readInteger({ encoding: 'multipart', fields, files: [] }, 'limit', 1, limits.max) ??
    limits.usual;
  const after = query.get('after');
  const start = after === null ? 0 : items.findIndex(({ id }) => id === after) + 1;
  if (after !== null && start === 0) {
    throw invalidRequest('invalid_value', 'after', `Invalid value: '${after}'.`);
  }
  return { items: items.slice(start, start + limit), hasMore: items.length > start + limit };
}

/** The body of a page. */
export function pageBody(objects: readonly { readonly id: string }[], hasMore: boolean): object {
  return {
    object: 'list',
    data: objects,
    first_id: objects[0]?.id ?? null,
    last_id: objects.at(-1)?.id ?? null,
    has_more: hasMore,
  };
}
