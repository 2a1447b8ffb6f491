import type { OpenAiOptions } from './openai.ts';

export type ServerName =
  | 'azure'
  | 'azure-deployments'
  | 'localai'
  | 'portkey'
  | 'stable-diffusion.cpp'
  | 'xai';

type Defaults = Omit<Required<OpenAiOptions>, 'server' | 'headers'>;

/** A server of one's own: no key, no bill, no batches. */
const local = {
  apiKeyName: null,
  trustsUsage: false,
  supportsBatches: false,
  streams: false,
} as const satisfies Partial<Defaults>;

/** How servers differ from OpenAI's, from their documentation and sources. */
export const serverProfiles: Readonly<Record<ServerName, Partial<Defaults>>> = {
  // The v1 API (learn.microsoft.com, 2026-11): a deployment's name is sent as the model. `baseUrl` ends with /openai/v1.
  azure: { apiKeyName: 'AZURE_OPENAI_API_KEY', keyHeader: 'api-key' },
  // The older API, whose `api-version` is a date (`AzureOpenAI` of openai 7.57.0). `baseUrl` ends with /openai.
  'azure-deployments': {
    apiKeyName: 'AZURE_OPENAI_API_KEY',
    keyHeader: 'api-key',
    modelInPath: true,
    supportsBatches: false,
  },
  // 82c191a, 2026-08-22: always PNG; answers with a URL unless it is asked for base64; edits have an address of their own.
  localai: { ...local, responseFormat: 'b64_json', parameters: [], supportsEdits: false },
  // 1.15.2 with Node 24, run 2026-11-29: it sends an edit or a stream on, and then answers 500, so that the picture is paid for and lost.
  portkey: { streams: false, supportsEdits: false },
  // 97d2990, 2026-08-19: ignores the model, the quality and the background.
  'stable-diffusion.cpp': { ...local, parameters: ['output_format'] },
  // docs.x.ai, 2026-11: JPEG; "quality, size or style are not supported"; edits are JSON with addresses.
  xai: {
    baseUrl: 'https://api.x.ai/v1',
    apiKeyName: 'XAI_API_KEY',
    responseFormat: 'b64_json',
    sizeAs: 'aspect_ratio',
    parameters: [],
    originalFormat: 'any',
    supportsEdits: false,
    supportsBatches: false,
    streams: false,
    trustsUsage: false,
  },
};

export const serverNames = Object.keys(serverProfiles) as ServerName[];
