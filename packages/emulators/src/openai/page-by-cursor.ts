import { invalidRequest } from './api-error.ts';
import { readInteger } from './read-parameter.ts';

/**
 * One page of a list, for `?after=<id>&limit=<n>`. Throws the API's 400. The error for an unknown `after` is made up.
 * @param limits the largest page size, and the default
 */
export function pageOf<Item extends { readonly id: string }>(
  items: readonly Item[],
  query: URLSearchParams,
  limits: { readonly max: number; readonly usual: number },
): { readonly items: readonly Item[]; readonly hasMore: boolean } {
  const fields = Object.fromEntries(query);
  // The numbers of a query are text, as in a form.
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
