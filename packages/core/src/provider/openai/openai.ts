import { batchPriceFactors } from '../../batch-price.ts';
import { TintypeError } from '../../errors.ts';
import {
  flag,
  listOf,
  mapOf,
  nullable,
  oneOf,
  type OptionShapes,
  orNull,
  text,
  textLike,
} from '../../option-shapes.ts';
import type { Request } from '../../types.ts';
import { addressProblem } from '../address.ts';
import { forbiddenOption } from '../option-names.ts';
import { requestedFields, type Handling } from '../requested-fields.ts';
import { checkOptions } from '../check-options.ts';
import type { BatchOffer, Provider } from '../provider.ts';
import { type ServerName, serverNames, serverProfiles } from './server-profiles.ts';
import {
  areHeaders,
  type ExtraHeaders,
  isHeaderName,
  ofTheRequest,
  secretsInHeaders,
  setHeaders,
} from './extra-headers.ts';
import { headerThatRepeats } from './gateway-retries.ts';

/** The address of a server with OpenAI's Images API, and its differences from OpenAI's own. */
export interface OpenAiOptions {
  /** Sets the defaults of the other options to what is known of a server. @default null: OpenAI's, or another one just like it */
  readonly server?: ServerName | null;
  /** @default OpenAI's own, `https://api.openai.com/v1` */
  readonly baseUrl?: string | null;
  readonly organization?: string | null;
  readonly project?: string | null;
  /** The environment variable that holds its key; `null` if the server needs none. @default 'OPENAI_API_KEY' */
  readonly apiKeyName?: string | null;
  /** The header that carries the key: as `Bearer …` in `authorization`, alone in any other. Azure takes `api-key`. @default 'authorization' */
  readonly keyHeader?: string;
  /**
   * Sent with each request to `baseUrl`, and nowhere else. The values are treated as secrets: read them from `process.env`. One that
   * is `undefined` is left out. @default {}
   */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Added to the URL of each request, such as `{ 'api-version': 'preview' }`. Servers log URLs, so no secrets. @default {} */
  readonly query?: Readonly<Record<string, string>>;
  /**
   * Whether the model is part of the address, as in Azure's older API: requests go to `<baseUrl>/deployments/<model>/images/…`.
   * @default false
   */
  readonly modelInPath?: boolean;
  /** `b64_json` for servers that answer with a URL by default. OpenAI refuses the parameter. @default 'omit' */
  readonly responseFormat?: 'omit' | 'b64_json';
  /** `any` for servers that send JPEG or WebP although PNG is requested. OpenAI sends PNG, which is lossless. @default 'png' */
  readonly originalFormat?: 'png' | 'any';
  /** Whether it accepts input images. @default true */
  readonly supportsEdits?: boolean;
  /** Whether it has OpenAI's Batch API, at the same path. @default true */
  readonly supportsBatches?: boolean;
  /**
   * How an image's size is sent: in pixels; as the ratio of its sides, so that the server chooses how many pixels it has; or `null`:
   * not at all.
   * @default 'size'
   */
  readonly sizeAs?: 'size' | 'aspect_ratio' | null;
  /**
   * The size of all pictures of a server that takes none, such as `1024x768`. Images must ask for it, or for `auto`.
   * @default null: it is not known, so images must ask for `auto`
   */
  readonly fixedSize?: string | null;
  /**
   * The parameters that it takes besides `model`, `prompt`, `n` and the size; `null`: all. What is not among them, such as
   * `output_format`, is not sent. It makes drawings if `svg` is among them, and animations if `frame_count` is.
   * @default null
   */
  readonly parameters?: readonly string[] | null;
  /**
   * The names that images may use in `provider_options`, for parameters that only this server has: `['seed', 'steps']`.
   * @default []
   */
  readonly providerOptions?: readonly string[];
  /**
   * Whether it passes streams on. `false`: it gets no request for one, so no partial pictures come. `null`: OpenAI and Azure are asked
   * to stream, and other servers only for partial pictures, because some gateways answer a stream with an error after it was paid for.
   * @default null
   */
  readonly streams?: boolean | null;
  /** Whether the token counts in its answers are the ones that it bills. @default true */
  readonly trustsUsage?: boolean;
}

/** A server's profile, complete. */
export type Profile = Required<Omit<OpenAiOptions, 'headers'>> & { readonly headers: ExtraHeaders };

const openAiProfile: Profile = {
  server: null,
  baseUrl: null,
  organization: null,
  project: null,
  apiKeyName: 'OPENAI_API_KEY',
  keyHeader: 'authorization',
  headers: {},
  query: {},
  modelInPath: false,
  responseFormat: 'omit',
  originalFormat: 'png',
  supportsEdits: true,
  supportsBatches: true,
  sizeAs: 'size',
  fixedSize: null,
  parameters: null,
  providerOptions: [],
  streams: null,
  trustsUsage: true,
};

/**
 * OpenAI's Images API, and servers with the same API, through the official client, which is loaded at the first call. One call
 * is one attempt at one picture.
 */
export function openAi(options: OpenAiOptions = {}): Provider {
  checkOptions('openAi', options, shapes);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const { server = null } = options;
  const defaults = { ...openAiProfile, ...(server !== null && serverProfiles[server]) };
  const profile: Profile = {
    ...defaults,
    ...Object.fromEntries(given),
    keyHeader: (options.keyHeader ?? defaults.keyHeader).toLowerCase(),
    headers: setHeaders(options.headers ?? {}),
  };
  const wrong = addressProblem(profile);
  if (wrong !== null) throw new TintypeError('config', `openAi: ${wrong.field} ${wrong.problem}`);
  if (profile.apiKeyName !== null && profile.headers[profile.keyHeader] !== undefined)
    throw new TintypeError(
      'config',
      `openAi: headers has "${profile.keyHeader}", which carries the key of ${profile.apiKeyName}; for a server without a key, say apiKeyName: null`,
    );
  const repeating = headerThatRepeats(profile.headers);
  if (repeating !== null)
    throw new TintypeError(
      'config',
      `openAi: the header "${repeating}" tells the gateway to send a request again after a failure that may have been billed, so a picture could be paid for twice; leave retries and fallbacks out, or limit them to the status 429`,
    );
  return {
    apiKeyName: profile.apiKeyName,
    takesOpenAiKey: true,
    baseUrl: profile.baseUrl,
    inputs: null,
    secrets: () => secretsInHeaders(profile.headers),
    originalFormat: profile.originalFormat === 'any' ? null : 'png',
    refuse: (request) => refusal(request, profile),
    load: () => import('./call.ts'),
    async generate(order) {
      const { callOpenAi } = await import('./call.ts');
      return callOpenAi(order, profile);
    },
    ...(profile.supportsBatches && { batches: batchOffer(profile) }),
  };
}

/** The client is loaded at the first call. */
function batchOffer(profile: Profile): BatchOffer {
  const calls = async () => (await import('./batches.ts')).openAiBatches(profile);
  return {
    priceFactor: batchPriceFactors['openai']!,
    // OpenAI takes 50,000. The output of 500 pictures is over 1 GB, and no limit of an output file is documented.
    maxLines: 500,
    account: () =>
      JSON.stringify([profile.organization, profile.project, profile.headers, profile.query]),
    groupOf: ({ model, input_images }) => `${model} ${input_images === undefined ? '' : 'edit'}`,
    upload: async (...args) => (await calls()).upload(...args),
    create: async (...args) => (await calls()).create(...args),
    find: async (...args) => (await calls()).find(...args),
    removeUpload: async (...args) => (await calls()).removeUpload(...args),
    look: async (...args) => (await calls()).look(...args),
    cancel: async (...args) => (await calls()).cancel(...args),
    async *answers(...args) {
      yield* (await calls()).answers(...args);
    },
    async *list(...args) {
      yield* (await calls()).list(...args);
    },
  };
}

/**
 * Parameters of the API, which have the same names in a request (optional ones are left out at `auto`); members of its parameter
 * `svg`; files; and fields that only distinguish one request from another.
 */
export const requestHandling: Handling<
  'required' | 'optional' | 'options' | 'svg' | 'file' | 'not sent'
> = {
  model: 'required',
  prompt: 'required',
  size: 'required',
  quality: 'optional',
  background: 'optional',
  complexity: 'optional',
  input_fidelity: 'optional',
  output_format: 'optional',
  svg_model: 'svg',
  svg_effort: 'svg',
  frame_count: 'optional',
  frame_duration_ms: 'optional',
  input_images: 'file',
  mask: 'file',
  markup: 'file',
  provider_options: 'options',
  provider: 'not sent',
  take: 'not sent',
  candidate: 'not sent',
  provider_inputs: 'not sent',
};

const shapes: OptionShapes<OpenAiOptions> = {
  baseUrl: orNull([text, 'an address']),
  organization: orNull([text, 'an id']),
  project: orNull([text, 'an id']),
  apiKeyName: orNull([textLike(/^[A-Za-z_][A-Za-z0-9_]*$/), 'the name of an environment variable']),
  keyHeader: [
    (value) => isHeaderName(value) && !ofTheRequest.has(String(value).toLowerCase()),
    'the name of a header',
  ],
  headers: [
    areHeaders,
    `a map of names to values in visible ASCII, without ${[...ofTheRequest].join(', ')}`,
  ],
  query: [mapOf(text), 'a map of names to texts'],
  modelInPath: flag,
  responseFormat: [oneOf('omit', 'b64_json'), '"omit" or "b64_json"'],
  originalFormat: [oneOf('png', 'any'), '"png" or "any"'],
  supportsEdits: flag,
  supportsBatches: flag,
  server: orNull([oneOf(...serverNames), serverNames.map((name) => `"${name}"`).join(', ')]),
  sizeAs: orNull([oneOf('size', 'aspect_ratio'), '"size" or "aspect_ratio"']),
  fixedSize: orNull([textLike(/^[1-9]\d{0,4}x[1-9]\d{0,4}$/), 'pixels such as "1024x768"']),
  providerOptions: [listOf(text), 'a list of names of parameters'],
  parameters: orNull([listOf(text), 'a list of names of parameters']),
  streams: [nullable(flag[0]), 'true, false or null'],
  trustsUsage: flag,
};

/** The parameter that only servers have that make such a format. */
const parameterOf: Readonly<Record<NonNullable<Request['output_format']>, string>> = {
  svg: 'svg',
  gif: 'frame_count',
};

/** The first field with a value other than its default that the server does not accept. */
function refusal(request: Request, profile: Profile): string | null {
  const { supportsEdits, parameters, sizeAs, fixedSize } = profile;
  if (sizeAs === null && request.size !== 'auto' && request.size !== fixedSize) {
    return fixedSize === null
      ? 'takes no size and chooses one itself; write size: auto'
      : `takes no size and makes pictures of ${fixedSize}; write size: ${fixedSize}`;
  }
  const forbidden = forbiddenOption(request);
  if (forbidden !== null) return forbidden;
  const option = Object.keys(request.provider_options ?? {}).find(
    (name) => !profile.providerOptions.includes(name),
  );
  if (option !== undefined) return `takes no ${option} from provider_options`;
  if (!supportsEdits && request.input_images !== undefined) return 'takes no input images';
  const takes = (name: string) => parameters?.includes(name) ?? true;
  const format = request.output_format;
  // A server may take `output_format` for pictures that do not move only.
  if (format !== undefined && !takes(parameterOf[format])) return `makes no ${format}`;
  const refused = requestedFields(request, requestHandling, 'optional').find(
    (name) => !takes(name),
  );
  return refused === undefined ? null : `takes no ${refused}`;
}
