import { resolve } from 'node:path';
import type { Options } from '../config.ts';
import { didYouMean } from '../did-you-mean.ts';
import { limits } from '../fields.ts';
import { isOutside } from '../fs/is-outside.ts';
import {
  amount,
  flag,
  integer,
  listOf,
  map,
  nullable,
  oneOf,
  optionProblems,
  type OptionShape,
  type OptionShapes,
  orNull,
  text,
} from '../option-shapes.ts';
import { isMap } from '../plain-checks.ts';
import { isSigner } from '../signer.ts';
import { type ModelOverride, modelProblems, modelTable } from '../plan/models.ts';
import type { Provider } from '../provider/provider.ts';
import { providerNames } from '../provider-names.ts';
import { remoteOption, sharedCacheProblems } from './shared-cache-options.ts';
import { isMissing } from './spending-policy.ts';

/** The mistakes in a config's options, except for the manifest fields in `defaults`. */
export function configProblems(options: Options): string[] {
  if (!isMap(options)) return ['its default export must be a map of options'];
  const { provider, providers = {}, store, cache, models } = options;
  return [
    ...optionProblems(options, shapes),
    ...(text(provider) && isMap(providers) ? unknownProvider(provider, providers) : []),
    ...(isMap(providers) ? Object.entries(providers).flatMap(providerProblems) : []),
    ...(isMap(store) ? storeProblems(store) : []),
    ...(isMap(cache) ? sharedCacheProblems(cache) : []),
    ...(isMap(models) ? Object.entries(models).flatMap(factProblems) : []),
    ...(isMap(models) ? unknownBases(models) : []),
  ];
}

const isEffort = integer(0, limits.effort);
const bytes: OptionShape = [integer(0), 'a whole number of bytes, from 0'];
const folder: OptionShape = [text, 'a folder'];
const isModulePath = (value: unknown) => text(value) && /\.m?[jt]s$/.test(value);
const budget = orNull([amount, 'dollars from 0']);

/** Node's timers hold 24 days at most, and a longer one fires at once. */
const maxTimeoutMs = 86_400_000;

const shapes: OptionShapes<Options> = {
  manifests: [listOf(text, 1), 'a list of globs'],
  provider: [text, 'the name of a provider'],
  providers: [map, 'a map of name to provider'],
  defaults: [map, 'a map of manifest fields'],
  apiKeyVariables: [listOf(text), 'a list of names of environment variables'],
  models: [map, 'a map of model name to facts'],
  store: [map, '{ dir: a folder, originals: a remote }'],
  onlyBuyer: flag,
  cacheDir: folder,
  cacheMaxBytes: bytes,
  cache: [map, '{ remote: a remote, mode: "read" or "readwrite" }'],
  outDir: folder,
  hashNames: flag,
  module: [isModulePath, 'a path such as "src/pictures.ts": .ts, .mts, .js or .mjs'],
  base: [text, 'the address of outDir, such as "/images/"'],
  concurrency: [integer(1), 'a whole number from 1'],
  imagesPerMinute: orNull([integer(1), 'a whole number from 1']),
  maxCostUsd: budget,
  maxCostUsdPerDay: budget,
  allowUnpriced: flag,
  timeoutMs: [integer(1, maxTimeoutMs), 'milliseconds from 1 to a day, 86_400_000'],
  partialImages: orNull([integer(0, limits.partialImages), 'a whole number from 0 to 3']),
  missing: [isMissing, '"buy", "standin" or "fail"'],
  effort: [
    (effort) => effort === 'auto' || isEffort(effort),
    '"auto" or a whole number from 0 to 9',
  ],
  signer: [
    nullable(isSigner),
    'a signer: contentCredentials(…) of @tintype/content-credentials, in a config that is code, such as tintype.config.ts',
  ],
};

const storeShapes: OptionShapes<NonNullable<Options['store']>> = {
  dir: folder,
  originals: [nullable(remoteOption[0]), remoteOption[1]],
  records: [oneOf('dir', 'remote'), '"dir" or "remote"'],
  copiesMaxBytes: bytes,
};

function storeProblems(store: NonNullable<Options['store']>): string[] {
  const problems = optionProblems(store, storeShapes, 'store');
  return store.records === 'remote' && store.originals == null
    ? [...problems, 'store.records is "remote", so store.originals must say which remote']
    : problems;
}

function unknownProvider(name: string, own: NonNullable<Options['providers']>): string[] {
  const known = providerNames(own);
  return known.includes(name)
    ? []
    : [
        `there is no provider "${name}"; the providers are ${known.join(', ')}${didYouMean(name, known)}`,
      ];
}

function providerProblems([name, own]: [string, Provider]): string[] {
  return [
    ...(providerNames({}).includes(name) ? [`providers.${name}: the name is taken`] : []),
    ...(isMap(own) && typeof own.generate === 'function'
      ? []
      : [`providers.${name} must be a provider, with a generate function`]),
  ];
}

function factProblems([name, facts]: [string, ModelOverride]): string[] {
  return isMap(facts)
    ? modelProblems(facts).map((problem) => `models.${name}: ${problem}`)
    : [`models.${name} must be a map of facts`];
}

function unknownBases(models: NonNullable<Options['models']>): string[] {
  const known = [...Object.keys(modelTable), ...Object.keys(models)];
  return Object.entries(models).flatMap(([name, facts]) => {
    const base = isMap(facts) ? facts.sameAs : undefined;
    if (typeof base !== 'string' || known.includes(base)) return [];
    return [`models.${name}: there is no model "${base}"${didYouMean(base, known)}`];
  });
}

/** Whether a config file is data, which comes with a clone, and not code, which is trusted. */
export function isDataFile(file: string | null): boolean {
  return file !== null && file.toLowerCase().endsWith('.json');
}

/** The mistakes in a config that is data: it may not name keys, or folders outside of the project. */
export function problemsOfData(options: Options, root: string): string[] {
  if (!isMap(options)) return [];
  const keys =
    options.apiKeyVariables === undefined
      ? []
      : [
          'apiKeyVariables says what may be sent as a key; a JSON config comes with a clone, so it may not set it. Set it in tintype.config.ts, or set TINTYPE_KEY_VARIABLES in your environment',
        ];
  return [...keys, ...foldersOutside(options, root)];
}

/** A module is source code of this project, so not even a config in code may name another place. */
export function moduleOutside({ module }: Options, root: string): string[] {
  return text(module) && isOutside(root, resolve(root, module))
    ? [`module "${module}" is outside of the project`]
    : [];
}

function foldersOutside({ outDir, cacheDir, store }: Options, root: string): string[] {
  const folders = { outDir, cacheDir, 'store.dir': isMap(store) ? store.dir : undefined };
  return Object.entries(folders).flatMap(([name, written]) => {
    if (!text(written) || !isOutside(root, resolve(root, written))) return [];
    return [
      `${name} "${written}" is outside of the project; a JSON config comes with a clone, so it may only name folders of the project. Set it in tintype.config.ts`,
    ];
  });
}
