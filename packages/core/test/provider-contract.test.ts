import { createOpenAI } from '@ai-sdk/openai';
import { createReplicate } from '@ai-sdk/replicate';

import * as openAiApi from '@tintype/emulators/openai';
import * as replicateApi from '@tintype/emulators/replicate';
import { fromAiSdk } from '../src/provider/ai-sdk/ai-sdk.ts';
import { openAi } from '../src/provider/openai/openai.ts';
import type { Provider } from '../src/provider/provider.ts';
import { replicate } from '../src/provider/replicate/replicate.ts';
import { providerContract, type ProviderUnderTest, type Trouble } from './provider-contract.ts';
import { testToken } from './support/test-keys.ts';

const openAiKey = 'sk-proj-Recognisable0123456789abcdefghij';
const token = testToken;
const flux = 'black-forest-labs/flux-emulated';

providerContract('openai', () =>
  atOpenAi((baseUrl) => ({ provider: openAi({ baseUrl }), takesKey: true })),
);

providerContract('replicate', () =>
  atReplicate({}, (baseUrl) => ({
    provider: replicate({ baseUrl }),
    request: { model: 'gpt-image-2' },
    takesKey: true,
  })),
);

providerContract('replicate, another model than OpenAI’s', () =>
  atReplicate({}, (baseUrl) => ({
    provider: replicate({ baseUrl, inputs: { guidance: 3 } }),
    request: { model: flux },
    takesKey: true,
  })),
);

providerContract('ai-sdk with @ai-sdk/openai', () =>
  atOpenAi((baseURL) => ({
    provider: fromAiSdk(createOpenAI({ baseURL, apiKey: openAiKey }).image('gpt-image-2')),
    takesKey: false,
  })),
);

providerContract('ai-sdk with @ai-sdk/replicate', () =>
  atReplicate({ deliversFromApi: true }, (baseURL) => ({
    provider: fromAiSdk(createReplicate({ baseURL, apiToken: token }).image(flux), {
      providerOptions: { replicate: { output_format: 'png' } },
    }),
    request: { model: flux },
    takesKey: false,
  })),
);

async function atOpenAi(
  make: (baseUrl: string) => { readonly provider: Provider; readonly takesKey: boolean },
): Promise<ProviderUnderTest> {
  const emulator = await openAiApi.startOpenAiEmulator();
  const faults: Readonly<Record<Trouble, openAiApi.Fault>> = {
    'rate-limited': openAiApi.rateLimited({ retryAfter: '7' }),
    'bad-api-key': openAiApi.invalidKey(),
    moderation: openAiApi.moderationBlocked(),
    'no-credit': openAiApi.quotaExceeded(),
    busy: openAiApi.overloaded(),
    reset: { kind: 'reset-before-headers' },
    silence: { kind: 'hang-before-headers' },
    'no-picture': { kind: 'missing-pictures', keep: 0 },
  };
  return {
    ...make(emulator.baseUrl),
    request: { model: 'gpt-image-2' },
    key: openAiKey,
    fail: (trouble) => emulator.fail(faults[trouble]),
    calls: () => emulator.requests.length,
    billed: () => emulator.ledger.length,
    close: () => emulator.close(),
  };
}

async function atReplicate(
  options: replicateApi.ReplicateEmulatorOptions,
  make: (baseUrl: string) => Pick<ProviderUnderTest, 'provider' | 'request' | 'takesKey'>,
): Promise<ProviderUnderTest> {
  const emulator = await replicateApi.startReplicateEmulator({ ...options, tokens: [token] });
  const faults: Readonly<Record<Trouble, replicateApi.Fault>> = {
    'rate-limited': replicateApi.throttled('', '7'),
    'bad-api-key': replicateApi.unauthenticated(),
    moderation: replicateApi.flaggedAsSensitive(),
    'no-credit': replicateApi.insufficientCredit(),
    busy: replicateApi.answer(503, 'busy'),
    reset: { kind: 'reset-answer' },
    silence: { kind: 'hang-answer' },
    'no-picture': { kind: 'output', output: null },
  };
  return {
    ...make(emulator.baseUrl),
    key: token,
    fail: (trouble) => emulator.fail(faults[trouble]),
    calls: () => emulator.requests.filter(({ path }) => path.endsWith('/predictions')).length,
    billed: () => emulator.ledger.length,
    async close() {
      // Every request had the token in its header.
      if (emulator.leaks.length > 0) throw new Error(`leaked: ${emulator.leaks.join('\n')}`);
      await emulator.close();
    },
  };
}
