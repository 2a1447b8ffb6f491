/**
 * Whether the server at an address is OpenAI's or Azure's own, which stream pictures (`openai` 7.57.0; Azure's reference, 2026-11).
 * Other servers are asked only if the user says so: LiteLLM calls the API, cannot read the stream and answers 500, so the picture is
 * paid for and lost (BerriAI/litellm#19569, its source read 2026-11-29).
 */
export function isKnownToStream(baseUrl: string | null): boolean {
  if (baseUrl === null) return true;
  const host = URL.parse(baseUrl)?.hostname ?? '';
  return ['api.openai.com', ...azure].some((name) => host === name || host.endsWith(`.${name}`));
}

const azure = ['openai.azure.com', 'services.ai.azure.com', 'cognitiveservices.azure.com'];
