import { cacheKeyVariable } from '../project/shared-cache-options.ts';
import type { Provider } from '../provider/provider.ts';
import type { Job } from '../types.ts';

/** The environment variable that holds the key for an image's calls; `null`: they need none. */
export function keyNameOf(
  { call }: Pick<Job, 'call'>,
  { apiKeyName, takesOpenAiKey = false }: Provider,
): string | null {
  return (takesOpenAiKey ? call.apiKeyName : null) ?? apiKeyName;
}

/** The environment variable that holds the user's key at OpenAI, for providers that pass it on. */
export function openAiKeyNameOf({ call }: Pick<Job, 'call'>): string {
  return call.apiKeyName ?? 'OPENAI_API_KEY';
}

/**
 * Why a manifest may not name a variable as its key; `null`: it may. A manifest comes with a clone,
 * and a key is sent to a server. So a manifest may name only OpenAI's keys, Tintype's own
 * variables, and variables that the user lists.
 */
export function keyNameProblem(name: string, listed: readonly string[]): string | null {
  if (name === cacheKeyVariable) {
    return `openai_api_key names ${name}, which signs a shared cache and is never sent`;
  }
  if (name.includes('OPENAI') || name.startsWith('TINTYPE_') || listed.includes(name)) return null;
  return `openai_api_key names ${name}, and a manifest may only name variables that have OPENAI in their name or begin with TINTYPE_. Rename the variable; or list it under apiKeyVariables in tintype.config.ts, or as ${keyListVariable}=${name} in your environment`;
}

export const keyListVariable = 'TINTYPE_KEY_VARIABLES';
