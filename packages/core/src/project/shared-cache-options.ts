import { oneOf, optionProblems, type OptionShape } from '../option-shapes.ts';
import { isRemote, type Remote } from '../remote/remote.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A cache that machines share, behind the one of this machine. */
export interface SharedCacheOptions {
  /** Where it is. Not in a JSON config, because a remote is code. */
  readonly remote: Remote;
  /**
   * `read`: fetch what is there. `readwrite`: also upload what this run encodes; for jobs that run reviewed code only.
   * `TINTYPE_CACHE_MODE` in the environment wins over it, and may also be `off`.
   * @default 'read'
   */
  readonly mode?: SharedCacheMode;
}

export type SharedCacheMode = 'read' | 'readwrite';

const isMode = oneOf('read', 'readwrite');

/** What entries are signed with. Only the real environment counts, because a `.env` file comes with the clone. */
export const cacheKeyVariable = 'TINTYPE_CACHE_KEY';

const modeVariable = 'TINTYPE_CACHE_MODE';

/** A shorter one could be guessed. `openssl rand -hex 32` makes one of 64. */
const minKeyLength = 32;

/** The options made complete, without problems. `null`: there is no shared cache. */
export function resolveSharedCache(
  options: SharedCacheOptions | undefined,
  env: Environment,
): Required<SharedCacheOptions> | null {
  const mode = env[modeVariable] || options?.mode || 'read';
  return options === undefined || mode === 'off'
    ? null
    : { remote: options.remote, mode: mode as SharedCacheMode };
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

/** What is wrong with the variables. */
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
