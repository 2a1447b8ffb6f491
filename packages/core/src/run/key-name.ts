import type { Provider } from '../provider/provider.ts';
import type { Job } from '../types.ts';

/** The environment variable that holds the key for an image's calls; `null`: they need none. */
export function keyNameOf(
  { call }: Job,
  { apiKeyName, takesOpenAiKey = false }: Provider,
): string | null {
  return (takesOpenAiKey ? call.apiKeyName : null) ?? apiKeyName;
}

/** The environment variable that holds the user's key at OpenAI, for providers that pass it on. */
export function openAiKeyNameOf({ call }: Job): string {
  return call.apiKeyName ?? 'OPENAI_API_KEY';
}
