import { isLoopback } from './is-loopback.ts';

/**
 * Who set a value: the user (in the environment of the process, or in a config file that is code)
 * or the clone (in its `.env` files).
 */
export type Source = 'user' | 'clone';

/** A variable whose value is sent with a request. */
export interface SentVariable {
  readonly name: string;
  readonly source: Source;
}

/** Where requests go. */
export interface Destination {
  /** `null`: the provider's own host. */
  readonly baseUrl: string | null;
  /** The setting that names the address, in words, and its source. */
  readonly name: string;
  readonly source: Source;
  /** The accounts in the request: an organization, a project. */
  readonly accounts: readonly SentVariable[];
}

/**
 * Why a key must not be sent to a host; `null`: it may be sent. The user's key may go to the
 * provider's own host and to an address that the user set. An address from the clone gets only a
 * key from the clone, and the user's key is not used with an account from the clone. Unencrypted
 * requests stay on this machine. Hosts that the user trusts are exempt. `key` is `null` if requests
 * carry none.
 */
export function refuseKey(
  key: SentVariable | null,
  { baseUrl, name, source, accounts }: Destination,
  trustedHosts: readonly string[],
): string | null {
  const url = URL.parse(baseUrl ?? 'https://the-providers-own');
  if (url === null) return `${name} must be an address such as https://api.openai.com/v1`;
  const sent = [...(key === null ? [] : [key]), ...accounts];
  if (baseUrl !== null && isTrusted(url, trustedHosts)) return null;

  const { host } = url;
  if (url.protocol !== 'https:' && !isLoopback(url)) {
    return `nothing is sent to ${host}, because ${name} begins with http:, which anyone on the way can read; use https:, or allow it with ${trustVariable}=${host} in your environment`;
  }
  const ofUser = sent.find((variable) => variable.source === 'user');
  if (ofUser === undefined) return null;
  if (baseUrl !== null && source === 'clone') {
    return `${ofUser.name} is not sent to ${host}: it is from your environment, and ${name} is from a .env file, which comes with the project. Remove ${name} there; or, if you trust that host, set ${trustVariable}=${host} in your environment`;
  }
  const account = accounts.find((variable) => variable.source === 'clone');
  if (account === undefined || key?.source !== 'user') return null;
  const where = baseUrl === null ? "the provider's own host" : host;
  return `${key.name} is not sent to ${where}: it is from your environment, and ${account.name}, which decides which account is billed, is from a .env file, which comes with the project. Remove ${account.name} there, or set it in your environment`;
}

export const trustVariable = 'TINTYPE_TRUST_HOST';

/** Parses a comma-separated list of `host`, which allows any port, and `host:port`. */
export function trustedHostsIn(list: string | undefined): string[] {
  return (list ?? '')
    .split(',')
    .map((host) => host.trim().toLowerCase())
    .filter((host) => host !== '');
}

function isTrusted({ hostname, port, protocol }: URL, trustedHosts: readonly string[]): boolean {
  const realPort = port === '' ? (protocol === 'http:' ? '80' : '443') : port;
  return trustedHosts.some((host) => host === hostname || host === `${hostname}:${realPort}`);
}
