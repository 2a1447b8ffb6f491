import { relative } from 'node:path';
import type { Config, Options } from '../config.ts';
import { slashed } from '../fs/slashed.ts';
import { spendingVariables } from './spending-policy.ts';
import { modeVariable } from './shared-cache-options.ts';

/** An option with its value, and what decided it. */
export interface OptionInForce {
  /** Its name in the config: `maxCostUsd`, `store.dir`. */
  readonly option: string;
  /** Code (providers, models, remotes) is shown by its names only. */
  readonly value: string | number | boolean | null | readonly string[];
  /** `default`, `a flag`, the name of a config file or of an environment variable, or a CI in words. */
  readonly setBy: string;
}

/** What an option can be from. */
export interface OptionSources {
  /** What the config file says. */
  readonly written: Options;
  readonly overrides: Options;
  readonly realEnv: Readonly<Record<string, string | undefined>>;
}

/** Every option of a project, in the order of their documentation. */
export function optionsInForce(config: Config, sources: OptionSources): OptionInForce[] {
  const { written, overrides } = sources;
  return Object.entries(shown).map(([option, valueOf]): OptionInForce => ({
    option,
    value: valueOf(config, { ...written, ...overrides }),
    setBy: setterOf(option, config, sources),
  }));
}

type Value = OptionInForce['value'];

/** How each option is shown. The compiler notices an option that is missing. */
const shown: Readonly<
  Record<
    Exclude<keyof Options, 'store'> | `store.${keyof NonNullable<Options['store']>}`,
    (config: Config, written: Options) => Value
  >
> = {
  manifests: ({ manifests }) => manifests,
  provider: ({ provider }) => provider,
  providers: ({ providers }) => Object.keys(providers),
  apiKeyVariables: ({ apiKeyVariables }) => apiKeyVariables,
  // A default may be a prompt, which is nobody else's business in a bug report.
  defaults: ({ defaults }) => Object.keys(defaults),
  models: (_, { models }) => Object.keys(models ?? {}),
  'store.dir': ({ root, storeDir }) => pathFrom(root, storeDir),
  'store.originals': ({ storeRemote }) => storeRemote?.label ?? null,
  'store.records': ({ hasRemoteRecords }) => (hasRemoteRecords ? 'remote' : 'dir'),
  'store.copiesMaxBytes': ({ copiesMaxBytes }) => copiesMaxBytes,
  onlyBuyer: ({ isOnlyBuyer }) => isOnlyBuyer,
  cacheDir: ({ root, cacheDir }) => pathFrom(root, cacheDir),
  cacheMaxBytes: ({ cacheMaxBytes }) => cacheMaxBytes,
  cache: ({ sharedCache }) =>
    sharedCache === null ? null : `${sharedCache.remote.label} (${sharedCache.mode})`,
  outDir: ({ root, outDir }) => (outDir === null ? null : pathFrom(root, outDir)),
  hashNames: ({ hashNames }) => hashNames,
  module: ({ root, module }) => (module === null ? null : pathFrom(root, module)),
  base: ({ base }) => base,
  concurrency: ({ concurrency }) => concurrency,
  imagesPerMinute: ({ imagesPerMinute }) => imagesPerMinute,
  maxCostUsd: ({ maxCostUsd }) => maxCostUsd,
  maxCostUsdPerDay: ({ maxCostUsdPerDay }) => maxCostUsdPerDay,
  allowUnpriced: ({ allowUnpriced }) => allowUnpriced,
  timeoutMs: ({ timeoutMs }) => timeoutMs,
  partialImages: ({ partialImages }) => partialImages,
  missing: ({ missing }) => missing,
  effort: ({ effort }) => effort,
  signer: ({ signer }) => signer?.label ?? null,
};

function pathFrom(root: string, path: string): string {
  return slashed(relative(root, path)) || '.';
}

function setterOf(
  option: string,
  config: Config,
  { written, overrides, realEnv }: OptionSources,
): string {
  if (valueIn(overrides, option) !== undefined) return 'a flag';
  const variable = variables[option];
  if (variable !== undefined && realEnv[variable]) return variable;
  const { ci, missingSetBy, file } = config;
  const asked = valueIn(written, option);
  const isRefusedByCi =
    (option === 'maxCostUsd' || option === 'allowUnpriced') &&
    asked !== undefined &&
    asked !== config[option];
  if (ci !== null && (option === 'missing' || isRefusedByCi))
    return option === 'missing' ? missingSetBy : `the CI that was detected (${ci})`;
  return asked === undefined ? 'default' : (file ?? 'the options');
}

const variables: Readonly<Record<string, string>> = { ...spendingVariables, cache: modeVariable };

/** `store.dir` is `dir` of `store`. */
function valueIn(options: Options, option: string): unknown {
  return option
    .split('.')
    .reduce<unknown>(
      (value, name) => (value as Record<string, unknown> | undefined)?.[name],
      options,
    );
}
