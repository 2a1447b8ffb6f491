import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { fetch } from 'undici';
import type { ReadResult } from '../fs/read-inside.ts';
import { readAtMost } from '../read-at-most.ts';
import { dispatcherOf } from '../process/dispatcher-of.ts';

export interface RemoteLimits {
  /** @default 50_000_000, which is what the API takes */
  readonly maxBytes?: number;
  /** Headers and body, redirects included. @default 30_000 */
  readonly timeoutMs?: number;
  /** Whether an address may be connected to. @default only public ones */
  readonly isAllowed?: (address: string) => boolean;
  /** Additional certificates to trust, as PEM. */
  readonly ca?: string;
}

const maxRedirects = 5;

/**
 * Fetches a picture from a URL that a manifest names: only `https:`, even after a redirect, and only from a public address. The
 * address is checked when the connection is made, so a host name cannot change its address in between. A proxy of the person looks up
 * host names itself, so then it decides where they may lead.
 */
export async function fetchRemote(url: string, limits: RemoteLimits = {}): Promise<ReadResult> {
  const { maxBytes = 50_000_000, timeoutMs = 30_000, isAllowed = isPublic, ca } = limits;
  const dispatcher = dispatcherOf({
    connect: { lookup: guardedLookup(isAllowed), ...(ca === undefined ? {} : { ca }) },
  });
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    let at = new URL(url);
    for (let redirects = 0; redirects <= maxRedirects; redirects++) {
      const problem = urlProblem(at, isAllowed);
      if (problem !== null) return { problem: `${url} ${problem}` };
      const response = await fetch(at, { dispatcher, signal, redirect: 'manual' });
      const location = response.headers.get('location');
      if (response.status >= 300 && response.status < 400 && location !== null) {
        await response.body?.cancel();
        at = new URL(location, at);
        continue;
      }
      if (!response.ok) return { problem: `${url} answers ${response.status}` };
      const bytes = await readAtMost(response.body, maxBytes);
      return bytes === null
        ? { problem: `${url} is larger than ${Math.floor(maxBytes / 1e6)} MB` }
        : { bytes, file: url };
    }
    return { problem: `${url} redirects more than ${maxRedirects} times` };
  } catch (error) {
    return {
      problem: `${url} cannot be fetched: ${signal.aborted ? 'it takes too long' : reasonOf(error)}`,
    };
  } finally {
    await dispatcher.destroy();
  }
}

/** Unicast addresses of the public internet: no loopback, private, link-local, carrier or mapped one. */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || parsed.match(globalUnicast);
}

/**
 * All IPv6 addresses that IANA assigns (RFC 4291, 2.4). Outside of it are `::127.0.0.1` and special ranges that no list knows
 * yet.
 */
const globalUnicast = ipaddr.parseCIDR('2000::/3');

/** A literal address needs no lookup, so it is checked here. */
function urlProblem(url: URL, isAllowed: (address: string) => boolean): string | null {
  if (url.protocol !== 'https:') return `leads to ${url.protocol}, and only https: is fetched`;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(host) && !isAllowed(host) ? 'leads to an address that is not public' : null;
}

function guardedLookup(isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '', 0);
      const refused = addresses.find(({ address }) => !isAllowed(address));
      if (refused !== undefined || addresses[0] === undefined) {
        return callback(new Error('it leads to an address that is not public'), '', 0);
      }
      // undici asks for all addresses, plain sockets for one.
      if (options.all === true) return callback(null, addresses, 0);
      return callback(null, addresses[0].address, addresses[0].family);
    });
  };
}

/** The innermost reason, because fetch wraps every failure in `fetch failed`. */
function reasonOf(error: unknown): string {
  let reason = error;
  while (reason instanceof Error && reason.cause instanceof Error) reason = reason.cause;
  return reason instanceof Error ? reason.message : String(reason);
}
