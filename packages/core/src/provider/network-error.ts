import { ProviderError } from './provider.ts';

/**
 * What an error of Node's network, or of fetch, says of the money: `not-connected` where the request cannot have
 * reached the API, else `connection-lost`. `null`: it is no such error.
 */
export function networkError(error: unknown): ProviderError | null {
  const code = errorCodeOf(error);
  if (code !== null && neverSent.has(code)) {
    return new ProviderError('not-connected', `the API could not be reached (${code})`);
  }
  return code !== null || isLostBody(error) ? connectionLost(code) : null;
}

/** The request was on its way, and the answer is not here. */
export function connectionLost(code: string | null): ProviderError {
  const how = code === null ? 'the connection broke' : `the connection broke (${code})`;
  return new ProviderError('connection-lost', `${how} before the answer was complete`);
}

/** The innermost code in a chain of causes. */
export function errorCodeOf(error: unknown): string | null {
  let code: string | null = null;
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') code = at.code;
    if (at instanceof AggregateError && at.errors[0] instanceof Error) {
      code = errorCodeOf(at.errors[0]);
    }
  }
  return code;
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
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** undici's `TypeError: terminated`: the body ended before its length. */
function isLostBody(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof TypeError && at.message === 'terminated') return true;
  }
  return false;
}
