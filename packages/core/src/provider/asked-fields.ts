import type { Request } from '../types.ts';

/**
 * What a provider does with each member of a request, in a word of its own. A provider has such a table, so that a member
 * that is added to a request is a type error until every provider sends or refuses it.
 */
export type Handling<Word extends string> = Readonly<Record<keyof Request, Word>>;

/** The members that a provider handles in one of some ways and that ask for something: not left out, not `auto`. */
export function askedFields<Word extends string>(
  request: Request,
  handling: Handling<Word>,
  ...words: readonly Word[]
): (keyof Request)[] {
  return (Object.keys(handling) as (keyof Request)[]).filter(
    (name) =>
      words.includes(handling[name]) && request[name] !== undefined && request[name] !== 'auto',
  );
}
