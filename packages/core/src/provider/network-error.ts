import { subscribe } from 'node:diagnostics_channel';
import { errorCodeOf } from '../error-code.ts';
import { ProviderError } from './provider.ts';

/**
 * Classifies a network error of Node or fetch by whether it may have cost money: `not-connected` if the request cannot have
 * reached the API, otherwise `connection-lost`. `null`: not a network error.
 */
export function networkError(error: unknown): ProviderError | null {
  const code = errorCodeOf(error);
  if (code !== null && untrusted.has(code)) {
    const message = `the certificate of the API's server is not trusted (${code})`;
    return new ProviderError('untrusted-certificate', message);
  }
  const refusal = proxyRefusal(error);
  if (refusal !== null) return new ProviderError('not-connected', refusal);
  if (isRefusedPort(error)) {
    return new ProviderError('refused', 'the port of its address is one that fetch refuses');
  }
  if ((code !== null && neverSent.has(code)) || isBeforeSending(error)) {
    const why = code === null ? '' : ` (${code})`;
    return new ProviderError('not-connected', `the API could not be reached${why}`);
  }
  return code !== null || isLostBody(error) ? connectionLost(code) : null;
}

/** The request was sent, and no answer arrived. */
export function connectionLost(code: string | null): ProviderError {
  const how = code === null ? 'the connection broke' : `the connection broke (${code})`;
  return new ProviderError('connection-lost', `${how} before the answer was complete`);
}

/**
 * Errors that only a connection that is not made yet can have: Node's and undici's names, read 2026-11-22. Not EHOSTUNREACH and the like: a
 * machine that leaves its network gets them for connections on which a request was sent, too.
 */
const neverSent: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_INVALID_URL',
  'UND_ERR_PRX_TLS',
]);

/**
 * Whether no connection was made, so that nothing was sent, whatever the reason: too many open files, a firewall, no answer, a handshake of
 * TLS that failed. If a name has several addresses, there is an error for each.
 */
function isBeforeSending(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (unconnected.has(at)) return true;
    if ('syscall' in at && connecting.has(String(at.syscall))) return true;
    if (/before secure TLS connection was established/.test(at.message)) return true;
    if (at instanceof AggregateError && at.errors.length > 0)
      return at.errors.every(isBeforeSending);
  }
  return false;
}

/**
 * The errors of undici's connections that were not made. Node's own fetch reports them here as well:
 * https://undici.nodejs.org/#/docs/api/DiagnosticsChannel (2026-11-30). Only they tell a handshake that failed from a connection that broke later.
 */
const unconnected = new WeakSet<Error>();
subscribe('undici:client:connectError', (message) => {
  unconnected.add((message as { readonly error: Error }).error);
});

/** What Node names as `syscall`; an address and its port are looked up and connected to. */
const connecting: ReadonlySet<string> = new Set(['getaddrinfo', 'connect']);

/** A certificate failed its check, before anything was sent. */
const untrusted: ReadonlySet<string> = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
  'CERT_NOT_YET_VALID',
  'CERT_HAS_EXPIRED',
  'CERT_CHAIN_TOO_LONG',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'HOSTNAME_MISMATCH',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_TLS_CERT_ALTNAME_FORMAT',
]);

/** A port that the standard of fetch blocks (https://fetch.spec.whatwg.org/#port-blocking), in undici's words (8.13, 2026-11-29). */
function isRefusedPort(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause)
    if (at.message === 'bad port') return true;
  return false;
}

/** Why a proxy made no connection, so that nothing was sent; `null`: it is no such error. undici's words (8.13, 2026-11-28). */
function proxyRefusal(error: unknown): string | null {
  for (let at = error; at instanceof Error; at = at.cause) {
    const status = /^Proxy response \((\d+)\)/.exec(at.message)?.[1];
    if (status !== undefined) {
      return `the proxy of HTTPS_PROXY made no connection to the API (it answered ${status})`;
    }
    // Its cause is a socket that ended before the proxy had answered.
    if ('code' in at && at.code === 'UND_ERR_PRX_CONN') {
      return 'the proxy of HTTPS_PROXY made no connection to the API';
    }
  }
  return null;
}

/** undici's `TypeError: terminated`: the body ended too early. */
function isLostBody(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof TypeError && at.message === 'terminated') return true;
  }
  return false;
}
