import { isLoopback } from './is-loopback.ts';

/**
 * Who speaks: the person, in the environment of the process and in config files that are code; or the clone, in its
 * `.env` files.
 */
export type Source = 'person' | 'clone';

/** A variable whose value goes along with a request. */
export interface SentVariable {
  readonly name: string;
  readonly source: Source;
}

/** Where requests go. */
export interface Destination {
  /** `null`: the provider's own host. */
  readonly baseUrl: string | null;
  /** What names the address, in words; and who says so. */
  readonly name: string;
  readonly source: Source;
  /** On whose account: an organization, a project. */
  readonly accounts: readonly SentVariable[];
}

/**
 * Why a key does not go to a host; `null`: it does. The person's key goes to the provider's own host and to an address of
 * the person's. An address of the clone's takes a key of the clone's only, and an account of the clone's is not asked on
 * with a key of the person's. Unencrypted requests stay on this machine. What the person trusts is exempt from all of it.
 * `key`: `null` where requests carry none.
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
  const ofPerson = sent.find((variable) => variable.source === 'person');
  if (ofPerson === undefined) return null;
  if (baseUrl !== null && source === 'clone') {
    return `${ofPerson.name} is not sent to ${host}: it is from your environment, and ${name} is from a .env file, which comes with the project. Remove ${name} there; or, if you trust that host, set ${trustVariable}=${host} in your environment`;
  }
  const account = accounts.find((variable) => variable.source === 'clone');
  if (account === undefined || key?.source !== 'person') return null;
  const where = baseUrl === null ? "the provider's own host" : host;
  return `${key.name} is not sent to ${where}: it is from your environment, and ${account.name}, which says who is asked and billed, is from a .env file, which comes with the project. Remove ${account.name} there, or set it in your environment`;
}

export const trustVariable = 'TINTYPE_TRUST_HOST';

/** Out of a list with commas: `host`, which is any port of it, or `host:port`. */
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
