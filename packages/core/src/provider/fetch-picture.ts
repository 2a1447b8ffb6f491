import { readAtMost } from '../read-at-most.ts';
import { fetchRemote, isPublic } from './fetch-remote.ts';
import { isLoopback } from './is-loopback.ts';
import { tryAgain } from './try-again.ts';

/** A picture, or why it could not be fetched, as a clause that follows "its address". */
export type FetchedPicture = { readonly bytes: Uint8Array } | { readonly problem: string };

/**
 * Fetches a picture when the API's answer contains its URL. Fetching again is free, so this tries a few times. It fetches only
 * `https:` URLs at public addresses, and from loopback if the API itself is there. It sends no key.
 */
export async function fetchPicture(
  address: string,
  apiUrl: string | null,
  signal: AbortSignal,
): Promise<FetchedPicture> {
  const url = URL.parse(address);
  if (url === null) return { problem: 'cannot be read' };
  const isLocal = isLoopback(url) && apiUrl !== null && isLoopback(new URL(apiUrl));
  const late: FetchedPicture = { problem: 'was not reached in time' };
  return tryAgain(() => fetchOnce(url, isLocal, signal), late, signal);
}

/** The same limit as for a reply. */
const maxBytes = 100_000_000;

async function fetchOnce(url: URL, isLocal: boolean, signal: AbortSignal): Promise<FetchedPicture> {
  if (isLocal && url.protocol === 'http:') return fetchLocal(url, signal);
  const isAllowed = isLocal ? () => true : isPublic;
  const read = await fetchRemote(url.href, { maxBytes, timeoutMs: 60_000, isAllowed });
  if ('bytes' in read) return { bytes: read.bytes };
  // The error repeats the address, which may contain a signature.
  return { problem: read.problem.replaceAll(url.href, '').trim() };
}

async function fetchLocal(url: URL, signal: AbortSignal): Promise<FetchedPicture> {
  try {
    const response = await fetch(url, { signal, redirect: 'error' });
    if (!response.ok) return { problem: `answers ${response.status}` };
    const bytes = await readAtMost(response.body, maxBytes);
    return bytes === null
      ? { problem: 'answers with more bytes than a picture can have' }
      : { bytes };
  } catch {
    return { problem: 'cannot be reached' };
  }
}
