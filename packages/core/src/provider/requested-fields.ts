import type { Request } from '../types.ts';

/**
 * How a provider handles each member of a request. Every provider has such a table, so a new member
 * of a request is a type error until every provider sends or refuses it.
 */
export type Handling<Word extends string> = Readonly<Record<keyof Request, Word>>;

/** The members of a request that a provider handles in one of these ways and that have a value other than `auto`. */
export function requestedFields<Word extends string>(
  request: Request,
  handling: Handling<Word>,
  ...words: readonly Word[]
): (keyof Request)[] {
  return (Object.keys(handling) as (keyof Request)[]).filter(
    (name) =>
      words.includes(handling[name]) && request[name] !== undefined && request[name] !== 'auto',
  );
}
