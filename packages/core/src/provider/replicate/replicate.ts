import { TintypeError } from '../../errors.ts';
import { map, type OptionShapes, text } from '../../option-shapes.ts';
import { addressProblem } from '../address.ts';
import { checkOptions } from '../check-options.ts';
import { fitsHeader } from '../fits-header.ts';
import type { Json } from '../json.ts';
import { type Order, type Provider, ProviderError } from '../provider.ts';
import { type InputNames, inputsOf } from './inputs.ts';
import type { PredictionContext } from './buy-prediction.ts';

/** The address of Replicate, and inputs for its models. */
export interface ReplicateOptions {
  /** @default 'https://api.replicate.com/v1' */
  readonly baseUrl?: string;
  /**
   * The model's own inputs for every request: `{ guidance: 3.5 }`. They override inputs from the manifest; `null` removes an
   * input. They enter the key.
   */
  readonly inputs?: Readonly<Record<string, Json>>;
  /**
   * The model's names for `input_images` and `mask`: `{ input_images: 'image' }` if it takes one picture, `'image_input[]'` if
   * it takes a list. They enter the key. @default the names of OpenAI's models for `openai/…`, none for others
   */
  readonly inputNames?: InputNames;
}

/**
 * Models on Replicate, through our own client, because the official one sends requests again that may have been billed, and
 * forgets predictions that take longer than a minute (1.4.0, measured 2026-11-22). One call makes one prediction. Only free
 * requests (polling and fetching the picture) are repeated when they fail.
 *
 * A model is named `owner/name`, or `owner/name:version`; a bare name is one of OpenAI's.
 */
export function replicate(options: ReplicateOptions = {}): Provider {
  checkOptions('replicate', options, shapes);
  checkOptions('replicate: inputNames', options.inputNames ?? {}, nameShapes);
  const { inputs = {}, inputNames = {} } = options;
  const wrong = addressProblem(options);
  if (wrong !== null) {
    throw new TintypeError('config', `replicate: ${wrong.field} ${wrong.problem}`);
  }
  const baseUrl = (options.baseUrl ?? 'https://api.replicate.com/v1').replace(/\/+$/, '');
  if (Object.hasOwn(inputs, 'openai_api_key')) {
    throw new TintypeError(
      'config',
      'replicate: inputs are kept in the store, and openai_api_key must not be; set OPENAI_API_KEY',
    );
  }
  return {
    apiKeyName: 'REPLICATE_API_TOKEN',
    baseUrl: options.baseUrl ?? null,
    inputs: addedInputs(inputs, inputNames),
    // Every model gets a request for PNG, but not every model has that input.
    originalFormat: null,
    refuse(request) {
      const modelInputs = inputsOf(request, inputs, inputNames);
      return 'problem' in modelInputs ? modelInputs.problem : null;
    },
    async generate(order) {
      const { buyPrediction } = await import('./buy-prediction.ts');
      return buyPrediction(await contextOf(order));
    },
    // Replicate removes the data of a prediction after an hour (replicate.com/docs/topics/predictions/data-retention, 2026-11-30).
    collectsForMs: 2 * 60 * 60 * 1000,
    async collect(id, order) {
      const { collectPrediction } = await import('./buy-prediction.ts');
      return collectPrediction(id, await contextOf(order));
    },
  };

  async function contextOf(order: Order): Promise<PredictionContext> {
    const modelInputs = inputsOf(order.request, inputs, inputNames);
    if ('problem' in modelInputs)
      throw new ProviderError('not-supported', `it ${modelInputs.problem}`);
    const { apiKey, openAiKey = null } = order;
    if (apiKey === null) throw new ProviderError('bad-api-key', 'there is no Replicate token');
    if (!fitsHeader(apiKey)) {
      const message = 'the token holds characters that no request can carry';
      throw new ProviderError('bad-api-key', message);
    }
    if (modelInputs.needsOpenAiKey && openAiKey === null) {
      throw new ProviderError(
        'bad-api-key',
        `${modelInputs.model.path} runs on your own OpenAI key, and there is none`,
        { isOpenAiKey: true },
      );
    }
    // The client is loaded at the first call, so a config that names a provider does not wait for it.
    const { replicateHttp } = await import('./http.ts');
    return {
      order,
      modelInputs,
      http: replicateHttp(baseUrl, apiKey),
      baseUrl,
      secrets: [apiKey, ...(openAiKey === null ? [] : [openAiKey])],
      signal: AbortSignal.timeout(order.timeoutMs),
      endsAt: performance.now() + order.timeoutMs,
    };
  }
}

const shapes: OptionShapes<ReplicateOptions> = {
  baseUrl: [text, 'an address'],
  inputs: [map, 'a map of inputs'],
  inputNames: [map, 'a map of names'],
};

const nameShapes: OptionShapes<InputNames> = {
  input_images: [text, "the name of a model's input"],
  mask: [text, "the name of a model's input"],
};

function addedInputs(
  inputs: NonNullable<ReplicateOptions['inputs']>,
  names: InputNames,
): Provider['inputs'] {
  const added = { ...inputs, ...(Object.keys(names).length === 0 ? {} : { input_names: names }) };
  return Object.keys(added).length === 0 ? null : added;
}
