/** The proxies of this process; `''`: none. */
export interface Proxies {
  readonly httpProxy: string;
  readonly httpsProxy: string;
  /** Hosts that are reached directly, separated by commas. */
  readonly noProxy: string;
}

let current: Proxies | null = null;

/**
 * Sends the requests of this process through the proxies of its environment: `HTTPS_PROXY` (or else `HTTP_PROXY`), `HTTP_PROXY` and
 * `NO_PROXY`, in small letters or capitals. `env`: only what the person set, because a proxy that a clone names would see where requests
 * go. Requests to this machine are always direct.
 */
export function useProxies(env: Readonly<Record<string, string | undefined>>): void {
  const value = (name: string) => env[name.toLowerCase()] ?? env[name] ?? '';
  const httpProxy = value('HTTP_PROXY');
  const httpsProxy = value('HTTPS_PROXY') || httpProxy;
  const noProxy = [value('NO_PROXY'), ...loopback].join(',');
  current = httpsProxy === '' ? null : { httpProxy, httpsProxy, noProxy };
}

const loopback = ['localhost', '127.0.0.1', '[::1]'];

/** `null`: every request is direct. */
export function proxies(): Proxies | null {
  return current;
}
