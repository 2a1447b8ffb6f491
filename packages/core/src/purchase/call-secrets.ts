import type { Context } from '../context.ts';
import type { Order, Provider } from '../provider/provider.ts';
import { secretsIn } from '../secrets.ts';

/** All secrets of calls to a provider, which must not be kept or shown. */
export function callSecrets(
  { apiKey, openAiKey }: Pick<Order, 'apiKey' | 'openAiKey'>,
  provider: Provider,
  { env }: Pick<Context, 'env'>,
): readonly string[] {
  const keys = [apiKey, openAiKey].filter((key) => typeof key === 'string');
  return [...new Set([...keys, ...(provider.secrets?.() ?? []), ...secretsIn(env)])];
}
