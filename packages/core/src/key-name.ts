import type { Provider } from './provider/provider.ts';
import type { Job } from './types.ts';

/** The environment variable that holds the key for an image's calls; `null`: they need none. */
export function keyNameOf({ call }: Job, provider: Provider): string | null {
  return call.apiKeyName ?? provider.apiKeyName;
}
