import type { Dispatcher } from 'undici';
import { type Proxies, proxies } from './proxies.ts';

/** `fetch`, through the proxies of this process, for remotes of your own. Without any, it is Node's own, so that undici is not loaded. */
export async function proxiedFetch(url: string | URL, init: RequestInit): Promise<Response> {
  const through = proxies();
  if (through === null) return fetch(url, init);
  const undici = await import('undici');
  if (through !== opened?.through) {
    const { dispatcherOf } = await import('./dispatcher-of.ts');
    opened = { through, dispatcher: dispatcherOf({}) };
  }
  const options = { ...init, dispatcher: opened.dispatcher };
  return undici.fetch(url, options as never);
}

/** One for all requests, so that they share connections. */
let opened: { readonly through: Proxies; readonly dispatcher: Dispatcher } | null = null;
