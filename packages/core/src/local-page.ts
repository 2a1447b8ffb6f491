import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { hostname } from 'node:os';
import { TintypeError } from './errors.ts';
import { sha256 } from './hash.ts';

/*
 * A page that Tintype serves to the person at this machine, unless that person opens it to their network. The client must be on this machine, use a loopback name for it (a page of
 * another site that had its own name resolved to this machine does not), know the token, and come from the page itself. No answer allows
 * another origin.
 */

/** 256 random bits, in characters that are allowed in a URL. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

export interface PageAccess {
  /** The path that ends with the token and a slash. */
  readonly root: string;
  /** The methods that may change something. */
  readonly changes: readonly ('POST' | 'PUT')[];
  /**
   * Other machines may ask, too, by an address of this machine or its name.
   * @default false
   */
  readonly isForNetwork?: boolean;
}

/** Why a request is refused with 403; `null`: it is not. */
export function refusalOf(
  request: IncomingMessage,
  pathname: string,
  { root, changes, isForNetwork = false }: PageAccess,
): string | null {
  return (
    refusalOfAddress(request, isForNetwork) ??
    refusalOfSender(request, changes) ??
    (isBelow(pathname, root) ? null : wrongToken)
  );
}

const wrongToken =
  'This page needs the whole address that the terminal printed, with the token in it.';

function refusalOfAddress(
  { headers: { host }, socket }: IncomingMessage,
  isForNetwork: boolean,
): string | null {
  if (isForNetwork) {
    // A page of another site that had its own name resolved to this machine has neither.
    return hostOf(host) !== null || isAddressOrOwnName(host)
      ? null
      : 'This page answers to an address of this machine, and to its name, only.';
  }
  if (!isLoopbackAddress(socket.remoteAddress))
    return 'This page answers requests from this machine only.';
  return hostOf(host) === null ? 'This page answers to localhost and 127.0.0.1 only.' : null;
}

function refusalOfSender(
  { method = '', headers }: IncomingMessage,
  changes: readonly string[],
): string | null {
  const { host, origin } = headers;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return 'Only the page itself may send requests here, not another site.';
  const isOwnOrigin = origin === `http://${host}` || origin === `https://${host}`;
  if (origin !== undefined && !isOwnOrigin)
    return 'Only the page itself may send requests here, not another site.';
  if (method === 'GET') return null;
  if (!changes.includes(method))
    return changes.length === 0
      ? 'Only GET is allowed.'
      : `Only ${['GET', ...changes].join(' and ')} are allowed.`;
  if (origin === undefined)
    return `A ${method} needs an Origin header: only the page itself may change something.`;
  // Browsers let other sites send a POST without asking first, unless its type is this one.
  const type = headers['content-type']?.split(';')[0]?.trim();
  return method !== 'POST' || type === 'application/json'
    ? null
    : 'The content type must be application/json.';
}

function isLoopbackAddress(address: string | undefined): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address ?? '');
}

/** The host's name if it is a name of this machine, with or without a port; `null`: it is not. */
function hostOf(host: string | undefined): string | null {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/.exec(host ?? '')?.[1] ?? null;
}

/** Whether a host is named by an IP address, or by the name of this machine. */
function isAddressOrOwnName(host: string | undefined): boolean {
  const name = (host ?? '').replace(/:\d{1,5}$/, '').toLowerCase();
  const own = hostname().toLowerCase();
  return isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0 || name === own || name === `${own}.local`;
}

/** Takes a time that does not reveal how much of the token was right. */
function isBelow(path: string, root: string): boolean {
  const start = Buffer.from(sha256(path.slice(0, root.length)));
  return timingSafeEqual(start, Buffer.from(sha256(root)));
}

/** The URL of a request. A path that is no URL, such as `//`, is read as `/`: any site can make a browser send one. */
export function urlOf({ url = '/' }: IncomingMessage): URL {
  return URL.parse(url, here) ?? new URL(here);
}

const here = 'http://localhost';

/** Sets the headers that every answer has. */
export function secure(response: ServerResponse): void {
  const headers = {
    'cache-control': 'no-store',
    // In addition to the page's own policy, which cannot say in which pages it may be embedded.
    'content-security-policy': "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  };
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

/**
 * Listens on the loopback interface, or on another address of this machine, and resolves to the port. `port` 0: any. Throws `usage`
 * for a taken port, and for an address that this machine does not have.
 */
export async function listenHere(
  server: Server,
  port: number,
  address = '127.0.0.1',
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'EADDRINUSE' ? 'is taken' : `cannot be used: ${cause.code}`;
      const at = address === '127.0.0.1' ? '' : ` of ${address}`;
      reject(new TintypeError('usage', `port ${port}${at} ${reason}`, { cause }));
    });
    server.listen(port, address, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Closes a server and every connection of it. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
