import { errorCodeOf } from '../../error-code.ts';
import type { ReplicateHttp } from './http.ts';
import { isLoopback } from '../is-loopback.ts';
import { tryAgain } from '../try-again.ts';

/** A picture, or the reason why it could not be fetched. `isGone`: trying again cannot help. */
export type Download =
  | { readonly bytes: Uint8Array }
  | { readonly problem: string; readonly isGone: boolean };

/**
 * Fetches a paid picture. Fetching again is free, so this tries a few times. It fetches only from Replicate's delivery hosts
 * and the API's own host, and from loopback if the API itself is there.
 */
export async function download(
  source: string,
  { http, baseUrl, signal }: { http: ReplicateHttp; baseUrl: string; signal: AbortSignal },
): Promise<Download> {
  if (source.startsWith('data:')) return decodeDataUrl(source);
  const url = URL.parse(source);
  if (url === null || !isDelivery(url, new URL(baseUrl))) {
    return { problem: 'it is not on a host of Replicate', isGone: true };
  }
  return tryAgain(() => fetchOnce(url, http, signal), noTimeLeft, signal);
}

const noTimeLeft: Download = { problem: 'there was no time left', isGone: false };

/** A try that stalls is repeated. */
const tryMs = 60_000;

async function fetchOnce(url: URL, http: ReplicateHttp, signal: AbortSignal): Promise<Download> {
  try {
    const { status, bytes } = await http.fetchBytes(
      url,
      AbortSignal.any([signal, AbortSignal.timeout(tryMs)]),
    );
    if (bytes !== null && bytes.length > 0) return { bytes };
    if (bytes !== null) return { problem: 'its file is empty', isGone: true };
    return { problem: `its address answered ${status}`, isGone: [403, 404, 410].includes(status) };
  } catch (error) {
    if (signal.aborted) return noTimeLeft;
    const code = errorCodeOf(error);
    return { problem: `the connection broke${code === null ? '' : ` (${code})`}`, isGone: false };
  }
}

function isDelivery(url: URL, api: URL): boolean {
  if (url.origin === api.origin) return true;
  if (isLoopback(api)) return isLoopback(url);
  const { protocol, hostname } = url;
  const isHost = hostname === 'replicate.delivery' || hostname.endsWith('.replicate.delivery');
  return protocol === 'https:' && isHost;
}

function decodeDataUrl(source: string): Download {
  const match = /^data:image\/[\w.+-]+;base64,([A-Za-z0-9+/]+={0,2})$/.exec(source);
  return match === null
    ? { problem: 'its data URL cannot be read', isGone: true }
    : { bytes: Buffer.from(match[1]!, 'base64') };
}
