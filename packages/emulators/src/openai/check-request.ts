import { imageUserError, invalidRequest } from './api-error.ts';
import { checkFreeSize, checkFrameSize } from './check-size.ts';
import { modelsAlive, type EmulatedModel } from './model-table.ts';
import { sha256, type ReceivedBody, type ReceivedFile } from './read-body.ts';
import {
  missing,
  notAmong,
  readBoolean,
  readChoice,
  readInteger,
  readString,
  unknownParameter,
  wrongType,
} from './read-parameter.ts';
import { readPictures, type Uploads } from './read-pictures.ts';
import type { BilledWork, PixelSize } from './token-usage.ts';

export type Endpoint = 'generations' | 'edits';
export type PictureFormat = 'png' | 'jpeg' | 'webp' | 'svg' | 'gif';

/** The parts of the account that decide whether a request is accepted. */
export interface Account {
  readonly options: { readonly models: readonly EmulatedModel[]; readonly today: string };
  readonly files: Uploads;
}

/** A request that the API accepts, with all defaults filled in. */
export interface ImageRequest extends BilledWork {
  readonly endpoint: Endpoint;
  readonly background: 'transparent' | 'opaque';
  readonly outputFormat: PictureFormat;
  readonly outputCompression: number;
  readonly stream: boolean;
  /** The model that writes an SVG; `null`: none is written. */
  readonly svgAuthor: string | null;
  /** Milliseconds of each frame of a GIF. */
  readonly frameMs: number;
  readonly safetyIdentifier: string | null;
  /** Inputs, mask and markup. */
  readonly files: readonly ReceivedFile[];
}

const commonKeys = [
  'model prompt n size quality background output_format output_compression moderation stream partial_images',
  'complexity frame_count frame_duration_ms svg safety_identifier user',
]
  .join(' ')
  .split(' ');

const knownKeys = {
  'generations/json': commonKeys,
  'generations/multipart': commonKeys,
  // The published document has no `markup` here, and is older than it (2026-08-21).
  'edits/json': [...commonKeys, 'input_fidelity', 'images', 'mask', 'markup'],
  'edits/multipart': [...commonKeys, 'input_fidelity', 'image', 'image[]', 'mask', 'markup'],
};

const maxPromptLength = 32_000;

/**
 * Checks a request as the API does, in the order that third parties measured on 2026-08-30: model, unknown keys, prompt,
 * images, n, the rest (the order within the rest is not known). Throws an `ApiError`.
 */
export async function checkRequest(
  endpoint: Endpoint,
  body: ReceivedBody,
  { options: { models, today }, files }: Account,
): Promise<ImageRequest> {
  const model = readModel(body, modelsAlive(models, today));
  checkKeys(endpoint, body);
  const prompt = readPrompt(body);
  const pictures =
    endpoint === 'edits' ? await readPictures(body, model, files) : { sizes: [], files: [] };
  const n = readInteger(body, 'n', 1, 10) ?? 1;
  const quality = readQuality(body, model, prompt);
  const outputFormat = readFormat(body, model);
  const svgAuthor = readSvgAuthor(body, outputFormat, n);
  const animation = readAnimation(body, outputFormat);
  const background = readBackground(body, model, outputFormat);
  const stream = readStream(body, n);
  readChoice(body, 'moderation', ['low', 'auto']);
  checkComplexity(body, model);
  return {
    endpoint,
    model,
    prompt,
    n,
    ...readSize(body, model, animation.frames),
    ...animation,
    quality,
    background,
    outputFormat,
    outputCompression: readInteger(body, 'output_compression', 0, 100) ?? 100,
    stream,
    svgAuthor,
    partialImages: readInteger(body, 'partial_images', 0, 3) ?? 0,
    inputFidelity: readInputFidelity(body, model),
    safetyIdentifier: readString(body, 'safety_identifier') || readString(body, 'user') || null,
    inputs: pictures.sizes,
    files: pictures.files,
  };
}

/** On the images endpoints an unknown model is a 400, not a 404 (third parties, 2026-08-29). */
function readModel(body: ReceivedBody, models: readonly EmulatedModel[]): EmulatedModel {
  const id = readString(body, 'model');
  if (id === null) throw missing('model');
  const model = models.find((candidate) => candidate.id === id);
  if (model) return model;
  throw imageUserError('invalid_value', 'model', `The model '${id}' does not exist.`);
}

/** In a form, `svg[model]` and `svg[reasoning][effort]` belong to the key `svg`. */
function checkKeys(endpoint: Endpoint, body: ReceivedBody): void {
  if (endpoint === 'edits' && body.encoding === 'json' && 'image' in body.fields) {
    throw invalidRequest(
      'unknown_parameter',
      'image',
      "For application/json on /v1/images/edits, use 'images' (array).",
    );
  }
  const known = knownKeys[`${endpoint}/${body.encoding}`];
  const sent = [...Object.keys(body.fields), ...body.files.map((file) => file.name)];
  for (const name of sent) {
    const key = body.encoding === 'multipart' && name.startsWith('svg[') ? 'svg' : name;
    if (!known.includes(key)) throw unknownParameter(name);
  }
}

/** A prompt of spaces is accepted, and billed. */
function readPrompt(body: ReceivedBody): string {
  const prompt = readString(body, 'prompt');
  if (prompt === null) throw missing('prompt');
  if (prompt === '') {
    throw invalidRequest(
      'empty_string',
      'prompt',
      "Invalid 'prompt': empty string. Expected a string with minimum length 1, but got an empty string instead.",
    );
  }
  // Characters, not UTF-16 units.
  const { length } = Array.from(prompt);
  if (length <= maxPromptLength) return prompt;
  throw invalidRequest(
    'string_above_max_length',
    'prompt',
    `Invalid 'prompt': string too long. Expected a string with maximum length ${maxPromptLength}, but got a string with length ${length} instead.`,
  );
}

/** `standard` and `hd` in the SDK's type are left over from DALL·E and refused. */
function readQuality(body: ReceivedBody, model: EmulatedModel, prompt: string): string {
  const quality = readChoice(body, 'quality', [...model.qualities, 'auto']) ?? 'auto';
  if (quality !== 'auto') return quality;
  if (model.autoQuality !== 'varies') return model.autoQuality;
  const pick = Number.parseInt(sha256(prompt).slice(0, 8), 16) % model.qualities.length;
  return model.qualities[pick] ?? 'high';
}

/** `gif` and `svg` (2.6) need a special permission, which this project has. The texts are made up. */
function readFormat(body: ReceivedBody, model: EmulatedModel): PictureFormat {
  const format = readChoice(body, 'output_format', ['png', 'webp', 'jpeg', 'gif', 'svg']);
  if ((format === 'gif' && !model.gif) || (format === 'svg' && !model.svg)) {
    throw imageUserError(
      'invalid_value',
      'output_format',
      `Output format '${format}' is not available for this project.`,
    );
  }
  for (const name of ['frame_count', 'frame_duration_ms', 'svg', 'svg[model]']) {
    if ((body.fields[name] ?? null) === null) continue;
    const only = name.startsWith('svg') ? 'svg' : 'gif';
    if (only === format) continue;
    const message = `'${name}' is only supported with output_format=${only}.`;
    throw invalidRequest('invalid_value', name, message);
  }
  return (format ?? 'png') as PictureFormat;
}

/** The author when a request names none. The API's own is not published, and this one is made up. */
const defaultSvgAuthor = 'svg-author-1';

/** The model that writes an SVG; `null`: none is written. What is allowed is from the SDK's comments, the texts are made up. */
function readSvgAuthor(body: ReceivedBody, format: PictureFormat, n: number): string | null {
  if (format !== 'svg') return null;
  if (n !== 1) throw invalidRequest('invalid_value', 'n', 'SVG output requires n=1.');
  for (const name of ['stream', 'partial_images', 'output_compression']) {
    if ((body.fields[name] ?? null) === null) continue;
    throw invalidRequest('invalid_value', name, `'${name}' is not supported with SVG output.`);
  }
  const { svg } = body.fields;
  const named =
    body.encoding === 'multipart'
      ? readString(body, 'svg[model]')
      : (svg as { readonly model?: string } | null | undefined)?.model;
  if (named === undefined && svg) throw missing('svg.model');
  return named ?? defaultSvgAuthor;
}

/** The defaults and limits are from the SDK's comments (7.57.0), the texts are made up. */
function readAnimation(
  body: ReceivedBody,
  format: PictureFormat,
): { readonly frames: number | null; readonly frameMs: number } {
  if (format !== 'gif') return { frames: null, frameMs: 0 };
  for (const name of ['stream', 'partial_images', 'output_compression', 'mask']) {
    const isSent =
      (body.fields[name] ?? null) !== null || body.files.some((file) => file.name === name);
    if (!isSent) continue;
    throw invalidRequest('invalid_value', name, `'${name}' is not supported with GIF output.`);
  }
  const frameMs = readInteger(body, 'frame_duration_ms', 1, Number.MAX_SAFE_INTEGER) ?? 200;
  return {
    frames: readInteger(body, 'frame_count', 2, 16) ?? 9,
    frameMs: Math.min(Math.round(frameMs / 10) * 10, 655_350),
  };
}

/** The text about jpeg is made up. */
function readBackground(
  body: ReceivedBody,
  model: EmulatedModel,
  format: PictureFormat,
): 'transparent' | 'opaque' {
  const background = readChoice(body, 'background', ['transparent', 'opaque', 'auto']);
  if (background !== 'transparent') return 'opaque';
  if (!model.transparent) {
    const message = 'Transparent background is not supported for this model.';
    throw imageUserError('invalid_value', 'background', message);
  }
  if (format === 'jpeg') {
    const message = "Transparent background requires output_format 'png' or 'webp'.";
    throw imageUserError('invalid_value', 'background', message);
  }
  return background;
}

function readStream(body: ReceivedBody, n: number): boolean {
  const stream = readBoolean(body, 'stream') ?? false;
  if (stream && n > 1) {
    throw invalidRequest('invalid_value', 'n', 'Streaming is only supported with n=1.');
  }
  return stream;
}

/** The SDK does not say which models take it. The text is that of `input_fidelity`. */
function checkComplexity(body: ReceivedBody, model: EmulatedModel): void {
  const complexity = readChoice(body, 'complexity', ['low', 'medium', 'high']);
  if (complexity === null || model.complexity) return;
  throw imageUserError(
    'invalid_value',
    'complexity',
    `The model '${model.id}' does not support the 'complexity' parameter.`,
  );
}

/** If the parameter is not allowed, null is not allowed either. */
function readInputFidelity(body: ReceivedBody, model: EmulatedModel): string {
  if (!('input_fidelity' in body.fields)) return 'low';
  if (model.inputFidelity.length === 0) {
    throw imageUserError(
      'invalid_input_fidelity_model',
      'input_fidelity',
      `The model '${model.id}' does not support the 'input_fidelity' parameter.`,
    );
  }
  return readChoice(body, 'input_fidelity', model.inputFidelity) ?? 'low';
}

function readSize(body: ReceivedBody, model: EmulatedModel, frames: number | null): PixelSize {
  const size = readString(body, 'size') ?? 'auto';
  if (size !== 'auto' && model.sizes === 'free')
    return frames === null ? checkFreeSize(size) : checkFrameSize(size, frames);
  if (size === 'auto' && frames !== null) return autoFrameSize;
  if (size !== 'auto' && model.sizes !== 'free' && !model.sizes.includes(size)) {
    throw notAmong('size', size, [...model.sizes, 'auto']);
  }
  const [width, height] = (size === 'auto' ? model.autoSize : size).split('x').map(Number);
  if (width === undefined || height === undefined) throw wrongType('size', 'a string', size);
  return { width, height };
}

/** Made up: what the API chooses for an animation is not known. */
const autoFrameSize: PixelSize = { width: 512, height: 512 };
