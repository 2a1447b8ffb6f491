import * as api from '@tintype/emulators/openai';
import { expect, test } from 'vitest';
import { type BatchOffer, openAi, type OpenAiOptions } from '../src/index.ts';
import { ProviderError } from '../src/provider/provider.ts';
import { allOf, batchContract, batchRules, type BatchesUnderTest } from './batch-contract.ts';

const key = 'sk-proj-Recognisable0123456789abcdefghij';

batchContract('openai', () => atOpenAi());

/** Version 1 of its API works with the plain client: https://learn.microsoft.com/azure/foundry/openai/api-version-lifecycle (2026-11-28). */
batchContract('openai at an address like that of Azure', () =>
  atOpenAi((controlUrl) => ({
    baseUrl: `${controlUrl}/openai/v1`,
    apiKeyName: 'AZURE_OPENAI_API_KEY',
  })),
);

batchContract('openai as Azure, which takes only api-key', () =>
  atOpenAi(
    (controlUrl) => ({
      baseUrl: `${controlUrl}/openai/v1`,
      keyHeader: 'api-key',
      query: { 'api-version': 'preview' },
    }),
    { isAzure: true, apiKeys: [key] },
  ),
);

test('a server without batches can say so', () => {
  expect(openAi({ supportsBatches: false }).batches).toBeUndefined();
  expect(openAi({}).batches).toBeDefined();
});

/** Offers that each break one rule. */
const wrong: readonly (readonly [
  string,
  keyof typeof batchRules,
  (right: BatchOffer) => Partial<BatchOffer>,
])[] = [
  [
    'repeats a creation whose answer was lost',
    'a creation whose answer is lost is not repeated, and is found',
    (right) => ({
      create: (...args) => right.create(...args).catch(() => right.create(...args)),
    }),
  ],
  [
    'never finds a batch',
    'a creation whose answer is lost is not repeated, and is found',
    () => ({ find: async () => null }),
  ],
  [
    'takes any batch for the one that it looks for',
    'a batch is found by its name among many others, and only if it exists',
    (right) => ({
      find: async (_, access) =>
        (await right.find('ab'.repeat(16), access)) ?? { batchId: 'x', dueAt: null },
    }),
  ],
  [
    'orders with the upload',
    'an upload orders nothing, and a creation orders once',
    (right) => ({
      upload: async (name, orders, access) => {
        const all = await allOf(orders);
        const file = await right.upload(
          name,
          (async function* () {
            yield* all;
          })(),
          access,
        );
        await right.create(name, file, all[0]!.request, access);
        return file;
      },
    }),
  ],
  [
    'says that it removed what it does not have',
    'an upload that the account does not have is not said to be removed',
    () => ({ removeUpload: async () => true }),
  ],
  [
    'keeps the upload that it says it removed',
    'a creation without its upload orders nothing',
    () => ({ removeUpload: async () => true }),
  ],
  [
    'forgets what it removed',
    'an account remembers that an upload was removed, and of which batch',
    (right) => {
      let isFirst = true;
      return {
        removeUpload: async (...args) => {
          const isRemoved = isFirst && (await right.removeUpload(...args));
          isFirst = false;
          return isRemoved;
        },
      };
    },
  ],
  [
    'takes answers that end too early for all of them',
    'answers that end too early are an error, and not the end',
    (right) => ({
      async *answers(...args) {
        try {
          yield* right.answers(...args);
        } catch (error) {
          if (!(error instanceof ProviderError)) throw error;
        }
      },
    }),
  ],
  [
    'leaves out lines without a picture',
    'a line that is refused is classified, and the others are answered',
    (right) => ({
      async *answers(...args) {
        for await (const line of right.answers(...args))
          if (line.kind === 'answer' && !(line.answer instanceof ProviderError)) yield line;
      },
    }),
  ],
  [
    'reports a refused batch as ended',
    'a batch that is refused was not ordered, and it says why',
    (right) => ({ look: async (...args) => ({ ...(await right.look(...args)), state: 'ended' }) }),
  ],
  [
    'puts two models into one batch',
    'costs less than a direct request, and tells which requests go together',
    () => ({ groupOf: () => '' }),
  ],
];

test.each(wrong)('an offer that %s fails the contract', async (_, rule, change) => {
  const under = await atOpenAi();
  try {
    await batchRules[rule]!(under);
  } finally {
    await under.close();
  }
  const again = await atOpenAi();
  try {
    const offer = { ...again.offer, ...change(again.offer) };
    const isKept = batchRules[rule]!({ ...again, offer }).then(
      () => true,
      () => false,
    );
    expect(await isKept).toBe(false);
  } finally {
    await again.close();
  }
});

async function atOpenAi(
  optionsAt: (controlUrl: string) => OpenAiOptions = (controlUrl) => ({
    baseUrl: `${controlUrl}/v1`,
  }),
  server: api.EmulatorOptions = {},
): Promise<BatchesUnderTest> {
  const emulator = await api.startOpenAiEmulator(server);
  const own = () => emulator.batches.all.filter(({ planted }) => !planted);
  const last = () => own().at(-1)!;
  const refusal = (code: Parameters<typeof api.batchError>[0]) =>
    emulator.fail(
      { kind: 'fails-validation', errors: [api.batchError(code, { line: 1 })] },
      { endpoint: 'batches.create' },
    );
  let isClosed = false;
  return {
    offer: openAi(optionsAt(emulator.controlUrl)).batches!,
    request: { model: 'gpt-image-2', quality: 'low', size: '1024x1024' },
    key,
    fail(trouble) {
      switch (trouble) {
        case 'lost-creation':
          return emulator.fail({ kind: 'reset-before-headers' }, { endpoint: 'batches.create' });
        case 'refusal':
          return refusal('model_not_found');
        case 'no-room':
          return refusal('token_limit_exceeded');
        case 'moderation':
          return emulator.fail(api.moderationBlocked());
        case 'cut-answers':
          return emulator.fail(
            { kind: 'cut-content', afterBytes: 40_000, how: 'end' },
            { endpoint: 'files.content' },
          );
      }
    },
    plant: (count) => {
      for (let i = 0; i < count; i++)
        emulator.batches.plant({ metadata: { tintype: `other ${i}` } });
    },
    work: async (lines) => {
      if (lines === undefined) await emulator.batches.finish(last().id);
      else await emulator.batches.work(last().id, lines);
    },
    expire: async () => void (await emulator.batches.expire(last().id)),
    forget: () => emulator.files.expire(last().outputFileId!),
    created: () => own().length,
    billed: () => emulator.ledger.map(({ files }) => ({ inputs: files.length })),
    uploads: () => emulator.files.all.filter(({ purpose }) => purpose === 'vision').length,
    close: async () => {
      if (!isClosed) await emulator.close();
      isClosed = true;
    },
  };
}
