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
  if (
    (code !== null && neverSent.has(code)) ||
    isBeforeSending(error) ||
    isHandshakeFailure(error)
  ) {
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

/** Errors after which the request cannot have reached the API: Node's and undici's names, read 2026-11-22. */
const neverSent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_INVALID_URL',
  'UND_ERR_PRX_TLS',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_UNSUPPORTED_PROTOCOL',
  'ERR_SSL_NO_PROTOCOLS_AVAILABLE',
  'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
  'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  'ERR_SSL_TLSV1_UNRECOGNIZED_NAME',
]);

/**
 * Whether no connection was made, whatever the reason: too many open files (EMFILE), a firewall (EACCES, EPERM), no answer (ETIMEDOUT).
 * Only a connection that exists reads or writes. If a name has several addresses, there is an error for each.
 */
function isBeforeSending(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('syscall' in at && connecting.has(String(at.syscall))) return true;
    if (at instanceof AggregateError && at.errors.length > 0)
      return at.errors.every(isBeforeSending);
  }
  return false;
}

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

/**
 * Whether the TLS handshake failed. If a server hangs up in the handshake, the error is ECONNRESET with these words; if OpenSSL
 * refuses it, the error is EPROTO in some versions of Node (22 and 24, run 2026-11-28).
 */
function isHandshakeFailure(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (/before secure TLS connection was established/.test(at.message)) return true;
    const isProtocol = 'code' in at && at.code === 'EPROTO';
    if (isProtocol && /wrong version number|handshake failure|protocol version/.test(at.message))
      return true;
  }
  return false;
}

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
