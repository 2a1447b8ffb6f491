/** The values that one input of a model may have. */
export interface InputRule {
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'uri' | 'uris';
  readonly required?: boolean;
  readonly values?: readonly (string | number)[];
  readonly min?: number;
  readonly max?: number;
}

export interface EmulatedModel {
  /** `owner/name`. */
  readonly path: string;
  /** The id of the model's version. Official models need none. */
  readonly version: string;
  readonly isOfficial: boolean;
  readonly inputs: Readonly<Record<string, InputRule>>;
  /** Pixels by `aspect_ratio`. */
  readonly sizes: Readonly<Record<string, readonly [width: number, height: number]>>;
  readonly defaultFormat: 'webp' | 'png' | 'jpeg';
  /** One URL instead of a list. */
  readonly hasSingleOutput: boolean;
}

const presets = {
  '1:1': [1024, 1024],
  '3:2': [1536, 1024],
  '2:3': [1024, 1536],
} as const;

const openAiInputs: Readonly<Record<string, InputRule>> = {
  prompt: { type: 'string', required: true },
  quality: { type: 'string', values: ['low', 'medium', 'high', 'auto'] },
  aspect_ratio: { type: 'string', values: Object.keys(presets) },
  background: { type: 'string', values: ['auto', 'transparent', 'opaque'] },
  moderation: { type: 'string', values: ['auto', 'low'] },
  input_images: { type: 'uris' },
  number_of_images: { type: 'integer', min: 1, max: 10 },
  output_format: { type: 'string', values: ['png', 'jpeg', 'webp'] },
  output_compression: { type: 'integer', min: 0, max: 100 },
  user_id: { type: 'string' },
};

const sizes2 = {
  ...presets,
  '16:9': [1536, 864],
  '9:16': [864, 1536],
  auto: [1254, 1254],
  ...Object.fromEntries(
    ['1024x1024', '1536x1024', '1024x1536', '2048x2048', '2048x1152', '1152x2048'].map((size) => [
      size,
      size.split('x').map(Number) as [number, number],
    ]),
  ),
} as const;

/**
 * Schemas from snapshots of replicate.com (2026-11-22). Those of the last two are shortened. The sizes of all ratios except
 * the first three, and the ids of versions, are made up.
 */
export const replicateModels: readonly EmulatedModel[] = [
  {
    path: 'openai/gpt-image-1',
    version: '1'.repeat(64),
    isOfficial: true,
    inputs: {
      ...openAiInputs,
      openai_api_key: { type: 'string', required: true },
      input_fidelity: { type: 'string', values: ['low', 'high'] },
    },
    sizes: presets,
    defaultFormat: 'webp',
    hasSingleOutput: false,
  },
  {
    path: 'openai/gpt-image-2',
    version: '2'.repeat(64),
    isOfficial: true,
    inputs: {
      ...openAiInputs,
      openai_api_key: { type: 'string' },
      aspect_ratio: { type: 'string', values: Object.keys(sizes2) },
    },
    sizes: sizes2,
    defaultFormat: 'webp',
    hasSingleOutput: false,
  },
  {
    path: 'black-forest-labs/flux-emulated',
    version: '3'.repeat(64),
    isOfficial: true,
    inputs: {
      prompt: { type: 'string', required: true },
      aspect_ratio: { type: 'string', values: ['1:1', '3:2', '2:3', '16:9'] },
      num_outputs: { type: 'integer', min: 1, max: 4 },
      guidance: { type: 'number', min: 0, max: 10 },
      seed: { type: 'integer' },
      output_format: { type: 'string', values: ['webp', 'jpg', 'png'] },
      image: { type: 'uri' },
      mask: { type: 'uri' },
    },
    sizes: { ...presets, '16:9': [1344, 768] },
    defaultFormat: 'webp',
    hasSingleOutput: true,
  },
  {
    path: 'someone/community-model',
    version: '4'.repeat(64),
    isOfficial: false,
    inputs: {
      prompt: { type: 'string', required: true },
      width: { type: 'integer', min: 64, max: 2048 },
      height: { type: 'integer', min: 64, max: 2048 },
      image_input: { type: 'uris' },
    },
    sizes: {},
    defaultFormat: 'png',
    hasSingleOutput: false,
  },
];
