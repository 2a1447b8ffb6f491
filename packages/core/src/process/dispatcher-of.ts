import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { proxies } from './proxies.ts';

/** Makes connections, through the proxies if there are any. `connect` is about direct connections. */
export function dispatcherOf(options: Agent.Options): Dispatcher {
  const through = proxies();
  return through === null ? new Agent(options) : new EnvHttpProxyAgent({ ...options, ...through });
}
