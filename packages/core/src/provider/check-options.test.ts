import { describe, expect, test } from 'vitest';
import { fromAiSdk } from './ai-sdk/ai-sdk.ts';
import { openAi } from './openai/openai.ts';
import { replicate } from './replicate/replicate.ts';

const key = 'sk-RECOGNISABLE-0123456789';
const model = { specificationVersion: 'v3', modelId: 'x', provider: 'fal', doGenerate: () => {} };

describe('an option that a provider does not have is refused before anything is sent', () => {
  test.each<readonly [string, () => unknown, RegExp]>([
    [
      'a misspelt address',
      () => openAi({ baseURL: 'https://llm.example.com/v1' } as never),
      /^openAi: there is no option "baseURL"; did you mean "baseUrl"\?/,
    ],
    [
      'a key',
      () => openAi({ apiKey: key } as never),
      /^openAi: there is no option "apiKey": a key is never in a config.*apiKeyName/,
    ],
    ['a proxy', () => openAi({ proxy: {} } as never), /no option "proxy"; there are baseUrl,/],
    ['an inherited name', () => openAi({ toString: 1 } as never), /no option "toString"/],
    ['a token of Replicate', () => replicate({ apiToken: key } as never), /into the environment$/],
    [
      'a misspelt input name',
      () => replicate({ inputNames: { input_image: 'image' } } as never),
      /inputNames: there is no option "input_image"; did you mean "input_images"\?/,
    ],
    [
      'a misspelt option of the AI SDK',
      () => fromAiSdk(model as never, { providerOption: {} } as never),
      /^fromAiSdk: there is no option "providerOption"; did you mean "providerOptions"\?/,
    ],
  ])('%s', (_what, make, message) => {
    expect(make).toThrow(message);
    expect(make).not.toThrow(key);
  });
});

describe('an option that is not what it must be is refused', () => {
  test.each<readonly [string, () => unknown, RegExp]>([
    ['no map', () => openAi('https://x.example' as never), /its options must be a map/],
    ['a number', () => openAi({ baseUrl: 1 } as never), /baseUrl must be an address, or null/],
    ['a key as a name', () => openAi({ apiKeyName: key }), /apiKeyName must be the name of/],
    ['another format', () => openAi({ responseFormat: 'url' } as never), /"omit" or "b64_json"/],
    ['text for true', () => openAi({ supportsEdits: 'yes' } as never), /true or false/],
    ['text for a list', () => openAi({ parameters: 'quality' } as never), /a list of names/],
    ['headers in a list', () => openAi({ headers: [] } as never), /headers must be a map of names/],
    ['a header that is empty', () => openAi({ headers: { 'api-key': '' } }), /visible ASCII/],
    [
      'a header with two lines',
      () => openAi({ headers: { a: `${key}\r\nb: c` } }),
      /visible ASCII/,
    ],
    ['the name of no header', () => openAi({ headers: { 'a b': 'c' } }), /headers must be a map/],
    ['a header of the request', () => openAi({ headers: { Host: 'a' } }), /without accept, .*host/],
    ['a key in two headers', () => openAi({ headers: { Authorization: key } }), /apiKeyName: null/],
    ['no header for the key', () => openAi({ keyHeader: 'api key' }), /keyHeader must be the name/],
    ['a parameter of a list', () => openAi({ query: { v: [] } } as never), /query must be a map/],
    ['inputs in a list', () => replicate({ inputs: [] } as never), /inputs must be a map/],
    ['another way of sizes', () => fromAiSdk(model as never, { sizeAs: 'px' } as never), /sizeAs/],
    [
      'options that are by no provider',
      () => fromAiSdk(model as never, { providerOptions: { quality: 'hd' } } as never),
      /providerOptions must be a map of options by provider/,
    ],
  ])('%s', (_what, make, message) => {
    expect(make).toThrow(message);
    expect(make).not.toThrow(key);
  });

  test('an option that is undefined is left out', () => {
    expect(openAi({ apiKeyName: undefined } as never).apiKeyName).toBe('OPENAI_API_KEY');
  });
});
