import type { Context } from '../context.ts';
import type { Access } from '../provider/provider.ts';
import { keysOf } from './keys-of.ts';
import type { Providers } from './providers.ts';

/** How to reach the provider of a batch: with its own key, never with one that a manifest names. Throws as `keysOf`. */
export function accessTo(
  provider: string,
  { run, providers }: { readonly run: Context; readonly providers: Providers },
): Access {
  const call = { apiKeyName: null, moderation: 'auto', userId: null } as const;
  const { apiKey } = keysOf({ id: 'batch', call }, provider, providers(provider), run);
  return { apiKey, timeoutMs: run.config.timeoutMs };
}
