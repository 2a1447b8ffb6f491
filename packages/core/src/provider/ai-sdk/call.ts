import type { Request } from '../../types.ts';
import { requestedFields, type Handling } from '../requested-fields.ts';
import type { AiSdkCall, AiSdkImageModel, AiSdkProviderOptions } from './model.ts';
import type { Json } from '../json.ts';
import type { InputPicture, Order } from '../provider.ts';
import { forbiddenOption } from '../option-names.ts';
import { ratioOf } from '../ratio-of.ts';

/** Options of a call besides the request. */
export interface CallOptions {
  readonly providerOptions: AiSdkProviderOptions;
  /** `null`: what the model's provider is known to take, otherwise `size`. */
  readonly sizeAs: 'size' | 'aspectRatio' | null;
}

/** What a model cannot do in a request, as far as this is known before the call; `null`: nothing. */
export function refusalOf(
  model: AiSdkImageModel,
  request: Request,
  { sizeAs }: CallOptions,
): string | null {
  const { modelId, specificationVersion } = model;
  if (request.model !== modelId) return `has one model, ${modelId}, and not ${request.model}`;
  const problem =
    forbiddenOption(request) ??
    sizeProblem(model, request, sizeAs) ??
    fieldProblem(model, request) ??
    (specificationVersion === 'v2' ? inputProblem(request, false, false) : null) ??
    // A promise is awaited before the call.
    inputProblem(request, model.supportsFileInputs, model.supportsMaskInputs);
  return problem === null ? null : `${problem} for ${modelId}`;
}

/** The same for facts that a model gives as a promise. */
export async function lateRefusalOf(
  model: AiSdkImageModel,
  request: Request,
): Promise<string | null> {
  const [files, mask] = await Promise.all([model.supportsFileInputs, model.supportsMaskInputs]);
  const problem = inputProblem(request, files, mask);
  return problem === null ? null : `${problem} for ${model.modelId}`;
}

/** The call for one picture. */
export function callOf(
  model: AiSdkImageModel,
  order: Order,
  options: CallOptions,
  abortSignal: AbortSignal,
): AiSdkCall {
  const { request } = order;
  // The SDK has a parameter for the seed, under whatever name a model has it.
  const { seed, ...own } = request.provider_options ?? {};
  const rest = typeof seed === 'number' ? own : request.provider_options;
  const added = { ...rest, ...(isOpenAi(model) && openAiFields(model, order)) };
  const name = optionsName(model);
  const asRatio = (options.sizeAs ?? defaultSizeAs(model)) === 'aspectRatio';
  const size = request.size === 'auto' ? undefined : (request.size as `${number}x${number}`);
  return {
    prompt: request.prompt,
    n: 1,
    size: asRatio ? undefined : size,
    aspectRatio: asRatio ? (ratioOf(request.size) ?? undefined) : undefined,
    seed: typeof seed === 'number' ? seed : undefined,
    files: order.inputs.length === 0 ? undefined : order.inputs.map(fileOf),
    mask: order.mask === null ? undefined : fileOf(order.mask),
    providerOptions: {
      ...options.providerOptions,
      ...(Object.keys(added).length > 0 && {
        [name]: { ...options.providerOptions[name], ...added },
      }),
    },
    abortSignal,
  };
}

function fileOf({ mediaType, bytes }: InputPicture) {
  return { type: 'file' as const, mediaType, data: bytes };
}

/**
 * Which of the two the models of a provider take. If they get the other one, they warn about `unsupported` after the picture
 * was paid for.
 */
const sizeKinds: Readonly<Record<string, 'size' | 'aspectRatio'>> = {
  openai: 'size',
  azure: 'size',
  togetherai: 'size',
  'amazon-bedrock': 'size',
  google: 'aspectRatio',
  luma: 'aspectRatio',
  xai: 'aspectRatio',
  'black-forest-labs': 'aspectRatio',
};

function defaultSizeAs(model: AiSdkImageModel): 'size' | 'aspectRatio' {
  // Replicate's provider passes both on, but its models know only `aspect_ratio`.
  return sizeKinds[family(model)] ?? (family(model) === 'replicate' ? 'aspectRatio' : 'size');
}

function sizeProblem(
  model: AiSdkImageModel,
  request: Request,
  sizeAs: CallOptions['sizeAs'],
): string | null {
  const kind = sizeKinds[family(model)];
  if (request.size === 'auto' || sizeAs === null || kind === undefined || sizeAs === kind) {
    return null;
  }
  return `takes no ${sizeAs}, but ${kind} (sizeAs in the config),`;
}

/** Fields that the SDK sends, fields that are options of OpenAI's models, and fields that no model takes. */
const requestHandling: Handling<'sent' | 'option' | 'refused' | 'not sent'> = {
  model: 'sent',
  prompt: 'sent',
  size: 'sent',
  input_images: 'sent',
  mask: 'sent',
  markup: 'refused',
  provider_inputs: 'sent',
  provider_options: 'sent',
  quality: 'option',
  background: 'option',
  complexity: 'option',
  input_fidelity: 'option',
  output_format: 'refused',
  svg_model: 'refused',
  svg_effort: 'refused',
  frame_count: 'refused',
  frame_duration_ms: 'refused',
  provider: 'not sent',
  take: 'not sent',
  candidate: 'not sent',
};

/**
 * The SDK has no parameters for these fields. OpenAI's models take them as provider options, and other models have their own
 * options.
 */
function fieldProblem(model: AiSdkImageModel, request: Request): string | null {
  const taken = openAiNames(model);
  const field = requestedFields(request, requestHandling, 'option', 'refused').find(
    (name) => !Object.hasOwn(taken, name),
  );
  return field === undefined
    ? null
    : `takes no ${field}, only what its providerOptions in the config state,`;
}

function inputProblem(
  request: Request,
  takesFiles: AiSdkImageModel['supportsFileInputs'],
  takesMask: AiSdkImageModel['supportsMaskInputs'],
): string | null {
  if (request.input_images !== undefined && takesFiles === false) return 'takes no input images';
  if (request.mask !== undefined && takesMask === false) return 'takes no mask';
  return null;
}

/** Whether this is one of OpenAI's models, on Azure too. They have an option for the format. */
export function isOpenAi(model: AiSdkImageModel): boolean {
  return ['openai', 'azure'].includes(family(model));
}

/** `fal` of `fal.image`. */
function family({ provider }: AiSdkImageModel): string {
  return provider.split('.')[0]!;
}

/** Under which name a model finds its options (packages of 2026-11). */
function optionsName(model: AiSdkImageModel): string {
  const name = family(model);
  return Object.hasOwn(otherNames, name) ? otherNames[name]! : name;
}

const otherNames: Readonly<Record<string, string>> = {
  azure: 'openai',
  'black-forest-labs': 'blackForestLabs',
  'amazon-bedrock': 'bedrock',
};

/** What the SDK's OpenAI models call the fields of a request: `complexity` came with v3. */
function openAiNames(model: AiSdkImageModel): Readonly<Partial<Record<keyof Request, string>>> {
  if (!isOpenAi(model)) return {};
  const names = { quality: 'quality', background: 'background' };
  if (model.specificationVersion === 'v2') return names;
  return { ...names, complexity: 'complexity', input_fidelity: 'inputFidelity' };
}

function openAiFields(model: AiSdkImageModel, { request, call }: Order): { [name: string]: Json } {
  const fields = requestedFields(request, requestHandling, 'option').flatMap((field) => {
    const name = openAiNames(model)[field];
    return name === undefined ? [] : [[name, request[field] as Json] as const];
  });
  const userName = model.specificationVersion === 'v2' ? 'user' : 'safetyIdentifier';
  return {
    ...Object.fromEntries(fields),
    outputFormat: 'png',
    ...(call.moderation === 'auto' ? {} : { moderation: call.moderation }),
    ...(call.userId === null ? {} : { [userName]: call.userId }),
  };
}
