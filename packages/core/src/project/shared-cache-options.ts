import { oneOf, optionProblems, type OptionShape } from '../option-shapes.ts';
import { isRemote, type Remote } from '../remote/remote.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A cache that machines share: the second level behind the cache of this machine. */
export interface SharedCacheOptions {
  /** Where the entries are. A JSON config cannot set it, because a remote is code. */
  readonly remote: Remote;
  /**
   * `read`: fetch what is there. `readwrite`: also upload what this run encodes; only for jobs that run reviewed code.
   * `TINTYPE_CACHE_MODE` in the environment overrides it, and may also be `off`.
   * @default 'read'
   */
  readonly mode?: SharedCacheMode;
}

export type SharedCacheMode = 'read' | 'readwrite';

const isMode = oneOf('read', 'readwrite');

/** The key that signs entries. It counts only in the real environment, because a `.env` file comes with the clone. */
export const cacheKeyVariable = 'TINTYPE_CACHE_KEY';

export const modeVariable = 'TINTYPE_CACHE_MODE';

/** A shorter key could be guessed. `openssl rand -hex 32` makes 64 characters. */
const minKeyLength = 32;

/** Completes options that have no problems. `null`: there is no shared cache. */
export function resolveSharedCache(
  options: SharedCacheOptions | undefined,
  env: Environment,
): Required<SharedCacheOptions> | null {
  const mode = env[modeVariable] || options?.mode || 'read';
  return options === undefined || mode === 'off'
    ? null
    : { remote: options.remote, mode: mode as SharedCacheMode };
}

/** The key that signs entries. `null`: it is not set, so a shared cache is not used. */
export function cacheKeyIn(env: Environment): string | null {
  return env[cacheKeyVariable]?.trim() || null;
}

/** What is wrong with the options. */
export function sharedCacheProblems(options: SharedCacheOptions): string[] {
  return optionProblems(
    // It may not be left out.
    { ...options, remote: options.remote ?? null },
    { remote: remoteOption, mode: [isMode, '"read" or "readwrite"'] },
    'cache',
  );
}

export const remoteOption: OptionShape = [
  isRemote,
  'a remote: s3(…) of @tintype/s3, http(…) or folder(…), in a config that is code, such as tintype.config.ts',
];

/** What is wrong with the environment variables. */
export function sharedCacheProblemsInEnvironment(env: Environment): string[] {
  const mode = env[modeVariable];
  const key = env[cacheKeyVariable]?.trim();
  return [
    ...(!mode || isMode(mode) || mode === 'off'
      ? []
      : [`${modeVariable} must be "read", "readwrite" or "off"`]),
    ...(!key || key.length >= minKeyLength
      ? []
      : [
          `${cacheKeyVariable} must have at least ${minKeyLength} characters: make one with "openssl rand -hex 32"`,
        ]),
  ];
}
