import { fitsHeader } from './fits-header.ts';

/** The URL of an API, and the account that requests go to. */
export interface Address {
  readonly baseUrl?: string | null;
  readonly organization?: string | null;
  readonly project?: string | null;
}

/**
 * What is wrong with an address, in words that follow the field's name; `null`: nothing. This check comes first, because a
 * request to an unusable address would look like a picture that was lost on the way. No value is repeated, because an address
 * may contain a password.
 */
export function addressProblem({
  baseUrl = null,
  organization = null,
  project = null,
}: Address): { readonly field: keyof Address; readonly problem: string } | null {
  const problem = baseUrl === null ? null : urlProblem(baseUrl);
  if (problem !== null) return { field: 'baseUrl', problem };
  const accounts = Object.entries({ organization, project }) as [keyof Address, string | null][];
  const odd = accounts.find(([, id]) => id !== null && !fitsHeader(id));
  return odd === undefined
    ? null
    : { field: odd[0], problem: 'holds characters that no request can carry' };
}

function urlProblem(text: string): string | null {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    return 'must be an address such as https://api.openai.com/v1';
  }
  if (url.username !== '' || url.password !== '') {
    return 'must have no name or password in it; a key goes into a variable of its own';
  }
  return url.search === '' && url.hash === '' ? null : 'must end with its path: no ? and no #';
}
