import { TintypeError } from '../../errors.ts';
import { map, mapOf, oneOf, type OptionShapes } from '../../option-shapes.ts';
import { redact } from '../../redact.ts';
import type { Usage } from '../../types.ts';
import { callOf, isOpenAi, lateRefusalOf, refusalOf, type CallOptions } from './call.ts';
import type { AiSdkImageModel, AiSdkProviderOptions, AiSdkResult, AiSdkWarning } from './model.ts';
import { checkOptions } from '../check-options.ts';
import { member, textOf } from '../json.ts';
import { rateLimitOf } from '../openai/rate-limit.ts';
import { type Picture, type Provider, ProviderError } from '../provider.ts';
import { shownText } from '../shown-text.ts';

export interface AiSdkOptions {
  /**
   * The model's own options, by the name of the SDK's provider: `{ fal: { outputFormat: 'png' } }`. They enter the key.
   * Originals have to be PNG, so ask for it here if the model makes another format by default. OpenAI's models always get a
   * request for PNG, and the manifest's `quality`, `background`, ...
   */
  readonly providerOptions?: AiSdkProviderOptions;
  /**
   * Whether the model gets a size or an aspect ratio. It enters the key. @default what the model's provider is known to take,
   * otherwise 'size'
   */
  readonly sizeAs?: 'size' | 'aspectRatio';
}

/**
 * Any image model of the AI SDK (v2, v3 or v4 of its interface) as a provider: `fromAiSdk(fal.image('…'))`. Each call requests
 * one picture and is sent once, because the SDK does its retries in a layer that is not used here. The model has its own key,
 * and the manifest's `model` has to be the model's id.
 */
export function fromAiSdk(model: AiSdkImageModel, options: AiSdkOptions = {}): Provider {
  checkOptions('fromAiSdk', options, shapes);
  const problem = modelProblem(model);
  if (problem !== null) throw new TintypeError('config', `fromAiSdk: ${problem}`);
  const { providerOptions = {}, sizeAs = null } = options;
  const call: CallOptions = { providerOptions, sizeAs };
  return {
    apiKeyName: null,
    inputs: addedInputs(options),
    originalFormat: isOpenAi(model) ? 'png' : null,
    refuse: (request) => refusalOf(model, request, call),
    async generate(order) {
      const refusal =
        refusalOf(model, order.request, call) ?? (await lateRefusalOf(model, order.request));
      if (refusal !== null) throw new ProviderError('not-supported', `it ${refusal}`);
      const { aiSdkFailure } = await import('./failure.ts');
      const signal = AbortSignal.timeout(order.timeoutMs);
      try {
        const result = model.doGenerate(callOf(model, order, call, signal));
        return pictureOf(await Promise.race([result, aborted(signal)]));
      } catch (error) {
        if (error instanceof ProviderError) throw error;
        throw signal.aborted
          ? timedOut(order.timeoutMs)
          : aiSdkFailure(error, order.request.prompt);
      }
    },
  };
}

const shapes: OptionShapes<AiSdkOptions> = {
  providerOptions: [mapOf(map), 'a map of options by provider, such as { fal: { … } }'],
  sizeAs: [oneOf('size', 'aspectRatio'), '"size" or "aspectRatio"'],
};

function modelProblem(model: AiSdkImageModel): string | null {
  if (typeof model?.doGenerate !== 'function') return 'it takes an image model of the AI SDK';
  const { specificationVersion: version } = model;
  return ['v2', 'v3', 'v4'].includes(version)
    ? null
    : `${model.modelId} has version ${version} of the image model interface, and v2 to v4 are known`;
}

function addedInputs({ providerOptions, sizeAs }: AiSdkOptions): Provider['inputs'] {
  if (providerOptions === undefined && sizeAs === undefined) return null;
  return { ...providerOptions, ...(sizeAs === undefined ? {} : { size_as: sizeAs }) };
}

/** A model may ignore its signal. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
  });
}

function timedOut(timeoutMs: number): ProviderError {
  return new ProviderError('timeout', `no complete answer within ${timeoutMs / 1000} s`);
}

/** The bytes first: a community's model may give anything beside them. */
function pictureOf(result: AiSdkResult): Picture {
  const headers = member(member(result, 'response'), 'headers');
  const header = (name: string) => textOf(member(headers, name));
  const requestId = header('x-request-id');
  const limit = rateLimitOf(header, null);
  const image: unknown = result.images[0];
  if (image === undefined || (image as { readonly length?: number }).length === 0) {
    const message = 'the model answered, but without a picture';
    throw new ProviderError('bad-reply', message, { requestId, limit });
  }
  const warnings: unknown = result.warnings;
  return {
    bytes: typeof image === 'string' ? Buffer.from(image, 'base64') : (image as Uint8Array),
    usage: usageOf(result),
    requestId,
    warnings: [
      ...(Array.isArray(warnings) ? warnings.map(warningText) : []),
      ...(result.images.length === 1
        ? []
        : [`the model made ${result.images.length} pictures, and the first one is used`]),
    ],
    limit,
  };
}

/**
 * The SDK counts input and output tokens. Only the metadata of OpenAI's models says how many input tokens belong to pictures,
 * which have their own price. All output tokens count as a picture's, which is the highest price.
 */
function usageOf({ usage, providerMetadata }: AiSdkResult): Usage | null {
  const images = member(member(providerMetadata, 'openai'), 'images');
  const details: unknown = Array.isArray(images) ? images[0] : undefined;
  const text = member(details, 'textTokens');
  const image = member(details, 'imageTokens');
  const { outputTokens } = usage ?? {};
  if (typeof text !== 'number' || typeof image !== 'number' || !outputTokens) return null;
  return {
    inputTextTokens: text,
    inputImageTokens: image,
    outputImageTokens: outputTokens,
    outputTextTokens: 0,
  };
}

/** `warning`: an `AiSdkWarning`, or whatever a model gives instead. */
function warningText(warning: unknown): string {
  if (typeof warning === 'string') return shownText(redact(warning));
  const part = (name: keyof AiSdkWarning) => textOf(member(warning, name));
  const type = part('type') ?? 'other';
  const subject = part('feature') ?? part('setting');
  const text = part('details') ?? part('message') ?? '';
  if (subject === null) return shownText(redact(text === '' ? type : text));
  const verb = type.startsWith('unsupported') ? 'does not support' : `warns of (${type})`;
  return shownText(redact(`the model ${verb} ${subject}${text === '' ? '' : `: ${text}`}`));
}
