import type { Request } from '../../types.ts';
import { requestedFields, type Handling } from '../requested-fields.ts';
import type { Json } from '../json.ts';
import { forbiddenOption } from '../option-names.ts';
import { ratioOf } from '../ratio-of.ts';

/** The model's own names for inputs that have different names in different models. A name that ends in `[]` takes a list. */
export interface InputNames {
  readonly input_images?: string;
  readonly mask?: string;
}

/** A model and its version, which decide the URL for predictions. */
interface ReplicateModel {
  /** `owner/name`. */
  readonly path: string;
  /** The version's id, which community models need; `null`: the official one. */
  readonly version: string | null;
}

/** The inputs of a prediction, except pictures and keys. */
export interface ModelInputs {
  readonly model: ReplicateModel;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly names: InputNames;
  /** The model uses the user's own OpenAI account, which is billed. */
  readonly needsOpenAiKey: boolean;
  /** The model takes OpenAI's `moderation` and `user_id`. */
  readonly isOpenAi: boolean;
}

/**
 * Turns a request into a model's own inputs, or says what the model cannot do, in words that follow "provider x ".
 *
 * The `openai/…` models take the manifest's fields under the manifest's names. Every other model gets only `prompt`,
 * `aspect_ratio` and `output_format`, which most image models have. `own` adds inputs, overrides the others, and removes an
 * input with `null`. A model refuses an unknown input with a 422, which costs nothing.
 */
export function inputsOf(
  request: Request,
  own: Readonly<Record<string, Json>>,
  ownNames: InputNames,
): ModelInputs | { readonly problem: string } {
  const model = modelOf(request.model);
  if (model === null) {
    return {
      problem: `has no model "${request.model}": it is owner/name, or owner/name:version`,
    };
  }
  const isOpenAi = model.path.startsWith('openai/');
  const facts = isOpenAi ? (openAiModels[model.path] ?? newerOpenAi) : null;
  const names = { ...(isOpenAi ? { input_images: 'input_images[]' } : {}), ...ownNames };
  const problem =
    forbiddenOption(request) ??
    nameProblem(request, names) ??
    (facts === null ? fieldProblem(request) : openAiProblem(request, facts));
  if (problem !== null) return { problem: `${problem} for ${model.path}` };

  const requested = facts === null ? commonInputs(request) : openAiInputs(request, facts);
  const { provider_options: options = {} } = request;
  const taken = Object.keys(options).find((name) => Object.hasOwn(requested, name));
  if (taken !== undefined) {
    return {
      problem: `has a field of the manifest for ${taken}, so provider_options cannot set it`,
    };
  }
  const inputs = Object.entries({ ...requested, ...own, ...options }).filter(
    ([, value]) => value !== null,
  );
  return {
    model,
    inputs: Object.fromEntries(inputs),
    names,
    needsOpenAiKey: facts?.needsOpenAiKey ?? false,
    isOpenAi,
  };
}

/** A name without an owner is an OpenAI model, so a manifest for OpenAI works unchanged. `null`: not a valid name. */
function modelOf(name: string): ReplicateModel | null {
  const full = /^[\w.-]+$/.test(name) ? `openai/${name}` : name;
  const match = /^([\w.-]+\/[\w.-]+)(?::([\w.-]+))?$/.exec(full);
  return match === null ? null : { path: match[1]!, version: match[2] ?? null };
}

interface OpenAiModel {
  readonly needsOpenAiKey: boolean;
  readonly hasInputFidelity: boolean;
  /** The `aspect_ratio` for each size. */
  readonly ratios: Readonly<Record<string, string>>;
}

/** Inputs of all models, inputs of OpenAI's models only, and fields that no model takes. */
const requestHandling: Handling<'sent' | 'of OpenAI' | 'refused' | 'not sent'> = {
  model: 'sent',
  prompt: 'sent',
  size: 'sent',
  input_images: 'sent',
  mask: 'sent',
  markup: 'refused',
  provider_inputs: 'sent',
  provider_options: 'sent',
  quality: 'of OpenAI',
  background: 'of OpenAI',
  complexity: 'refused',
  input_fidelity: 'of OpenAI',
  output_format: 'refused',
  svg_model: 'refused',
  svg_effort: 'refused',
  frame_count: 'refused',
  frame_duration_ms: 'refused',
  provider: 'not sent',
  take: 'not sent',
  candidate: 'not sent',
};

const presetRatios = { '1024x1024': '1:1', '1536x1024': '3:2', '1024x1536': '2:3' } as const;

/** The models' input schemas as snapshots of replicate.com show them, read 2026-11-22. */
const openAiModels: Readonly<Record<string, OpenAiModel>> = {
  'openai/gpt-image-1': { needsOpenAiKey: true, hasInputFidelity: true, ratios: presetRatios },
  'openai/gpt-image-1-mini': { needsOpenAiKey: true, hasInputFidelity: true, ratios: presetRatios },
  'openai/gpt-image-1.5': { needsOpenAiKey: false, hasInputFidelity: true, ratios: presetRatios },
};

/**
 * For gpt-image-2 and later. Snapshots of gpt-image-2 disagree about whether `aspect_ratio` also
 * takes sizes, and no snapshot of a later model was found. `16:9` and `9:16` are not used, because
 * their sizes in pixels are not documented.
 */
const newerOpenAi: OpenAiModel = {
  needsOpenAiKey: false,
  hasInputFidelity: false,
  ratios: {
    ...presetRatios,
    auto: 'auto',
    ...Object.fromEntries(
      ['2048x2048', '2048x1152', '1152x2048', '3840x2160', '2160x3840'].map((size) => [size, size]),
    ),
  },
};

function openAiProblem(request: Request, facts: OpenAiModel): string | null {
  if (!Object.hasOwn(facts.ratios, request.size)) {
    return `takes no size ${request.size}, only ${Object.keys(facts.ratios).join(', ')},`;
  }
  const refused = requestedFields(request, requestHandling, 'refused')[0];
  if (refused !== undefined) return `takes no ${refused}`;
  if (request.input_fidelity !== undefined && !facts.hasInputFidelity) {
    return 'takes no input_fidelity';
  }
  return null;
}

function openAiInputs(request: Request, { ratios }: OpenAiModel): Record<string, Json> {
  const names = requestedFields(request, requestHandling, 'of OpenAI');
  return {
    prompt: request.prompt,
    aspect_ratio: ratios[request.size]!,
    ...Object.fromEntries(names.map((name) => [name, request[name] as Json])),
    number_of_images: 1,
    output_format: 'png',
    // Replicate's own default is 90.
    output_compression: 100,
  };
}

/** The fields for which other models have their own names and values, or no input at all. */
function fieldProblem(request: Request): string | null {
  const field = requestedFields(request, requestHandling, 'of OpenAI', 'refused')[0];
  return field === undefined
    ? null
    : `takes no ${field}, only what its inputs in the config state,`;
}

function commonInputs({ prompt, size }: Request): Record<string, Json> {
  const ratio = ratioOf(size);
  return { prompt, ...(ratio === null ? {} : { aspect_ratio: ratio }), output_format: 'png' };
}

function nameProblem(request: Request, names: InputNames): string | null {
  const count = request.input_images?.length ?? 0;
  if (count > 0 && names.input_images === undefined) {
    return 'takes no input images until its inputNames in the config say what they are called';
  }
  if (count > 1 && names.input_images?.endsWith('[]') === false) return 'takes one input image';
  if (request.mask !== undefined && names.mask === undefined) return 'takes no mask';
  return null;
}
