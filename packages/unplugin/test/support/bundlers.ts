import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rspack } from '@rspack/core';
import * as esbuild from 'esbuild';
import { rolldown } from 'rolldown';
import { rollup } from 'rollup';
import { vi } from 'vitest';
import { isQuick } from '../../../core/test/support/test-mode.ts';
import { tintype as forEsbuild } from '../../src/esbuild.ts';
import { tintype as forRolldown } from '../../src/rolldown.ts';
import { tintype as forRollup } from '../../src/rollup.ts';
import { tintype as forRspack } from '../../src/rspack.ts';
import { tintype as forWebpack } from '../../src/webpack.ts';
import type { TintypeOptions } from '../../src/options.ts';

/** What a bundler said about a build of `main.js` into `dist`. */
export interface Built {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  /** What it said beside errors and warnings. */
  readonly said: readonly string[];
  /** The exports of the bundle. */
  readonly load: () => Promise<Record<string, unknown>>;
}

/** Builds the project in a folder, as a library for Node with the public path `/static/`. */
export type Build = (root: string, options: TintypeOptions) => Promise<Built>;

type Bundler = readonly [name: string, build: Build];

/** Three that are unlike each other. Rspack has the hooks of webpack and loads sooner, and Rollup has those of Rolldown. */
const kinds: readonly Bundler[] = [
  ['Rspack', buildWithRspack],
  ['Rollup', buildWithRollup],
  ['esbuild', buildWithEsbuild],
];

/** A quick run has one of each kind. */
export const bundlers: readonly Bundler[] = isQuick
  ? kinds
  : [...kinds, ['webpack', buildWithWebpack], ['Rolldown', buildWithRolldown]];

/** Each build loads a bundle of its own, because Node keeps modules by their URLs. */
let loads = 0;
const loadFrom = (root: string, file: string) => async () =>
  (await import(`${pathToFileURL(join(root, 'dist', file)).href}?${loads++}`)) as Record<
    string,
    unknown
  >;

/** What webpack and Rspack are told. `said`: gets what they log. */
function configOf(root: string, said: string[] = []) {
  return {
    infrastructureLogging: {
      console: { ...console, info: (...texts: unknown[]) => void said.push(texts.join(' ')) },
    },
    context: root,
    entry: './main.js',
    mode: 'production',
    target: 'node',
    devtool: false,
    optimization: { minimize: false },
    // Node cannot load chunks from the public path.
    module: { parser: { javascript: { dynamicImportMode: 'eager' } } },
    output: {
      path: join(root, 'dist'),
      filename: 'main.mjs',
      module: true,
      library: { type: 'module' },
      publicPath: '/static/',
    },
  } as const;
}

interface Stats {
  readonly toJson: (options: object) => {
    readonly errors?: readonly { readonly message: string }[];
    readonly warnings?: readonly { readonly message: string }[];
  };
}

async function buildLikeWebpack(
  root: string,
  said: readonly string[],
  start: (done: (error: Error | null, stats: Stats | undefined) => void) => void,
): Promise<Built> {
  const stats = await new Promise<Stats>((resolve, reject) => {
    start((error, result) => (result === undefined ? reject(error!) : resolve(result)));
  });
  const { errors = [], warnings = [] } = stats.toJson({ all: false, errors: true, warnings: true });
  return {
    errors: errors.map(({ message }) => message),
    warnings: warnings.map(({ message }) => message),
    said,
    load: loadFrom(root, 'main.mjs'),
  };
}

export async function buildWithWebpack(root: string, options: TintypeOptions): Promise<Built> {
  const { default: webpack } = await import('webpack');
  const said: string[] = [];
  const compiler = webpack({
    ...configOf(root, said),
    experiments: { outputModule: true },
    plugins: [forWebpack(options)],
  });
  try {
    return await buildLikeWebpack(root, said, (done) => compiler.run(done));
  } finally {
    await new Promise((resolve) => compiler.close(resolve));
  }
}

async function buildWithRspack(root: string, options: TintypeOptions): Promise<Built> {
  const said: string[] = [];
  const compiler = rspack({ ...configOf(root, said), plugins: [forRspack(options)] });
  try {
    return await buildLikeWebpack(root, said, (done) => compiler.run(done));
  } finally {
    await new Promise((resolve) => compiler.close(resolve));
  }
}

/** Rollup and Rolldown run in the folder of their process, so a test says where the project is. */
const inRoot = (root: string, options: TintypeOptions): TintypeOptions => ({
  root,
  types: join(root, 'tintype-env.d.ts'),
  publicPath: '/static/',
  ...options,
});

async function buildWithRollup(root: string, options: TintypeOptions): Promise<Built> {
  const log: Log = { warnings: [], said: [] };
  const plugins = [forRollup(inRoot(root, options))];
  return buildOrFail(root, log, async () => {
    await using bundle = await rollup({ input: join(root, 'main.js'), plugins, onLog: into(log) });
    await bundle.write({ dir: join(root, 'dist') });
  });
}

async function buildWithRolldown(root: string, options: TintypeOptions): Promise<Built> {
  const log: Log = { warnings: [], said: [] };
  const plugins = [forRolldown(inRoot(root, options))];
  return buildOrFail(root, log, async () => {
    await using bundle = await rolldown({
      input: join(root, 'main.js'),
      plugins,
      onLog: into(log),
    });
    await bundle.write({ dir: join(root, 'dist') });
  });
}

interface Log {
  readonly warnings: string[];
  readonly said: string[];
}

const into =
  ({ warnings, said }: Log) =>
  (level: string, { message }: { readonly message: string }): void =>
    void (level === 'warn' ? warnings : said).push(message);

async function buildOrFail(root: string, log: Log, build: () => Promise<void>): Promise<Built> {
  const load = loadFrom(root, 'main.js');
  try {
    await build();
    return { errors: [], ...log, load };
  } catch (error) {
    return { errors: [(error as Error).message], ...log, load };
  }
}

async function buildWithEsbuild(root: string, options: TintypeOptions): Promise<Built> {
  return esbuildSaying('silent', root, options);
}

export async function esbuildSaying(
  logLevel: esbuild.LogLevel,
  root: string,
  options: TintypeOptions,
): Promise<Built> {
  const said: string[] = [];
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.push(String(text));
    return true;
  });
  const result = await esbuild
    .build({
      absWorkingDir: root,
      entryPoints: ['main.js'],
      bundle: true,
      splitting: true,
      format: 'esm',
      outdir: 'dist',
      logLevel,
      plugins: [forEsbuild({ publicPath: '/static/', ...options })],
    })
    .catch((error: unknown) => error as esbuild.BuildFailure)
    .finally(() => write.mockRestore());
  return {
    errors: result.errors.map(({ text }) => text),
    warnings: result.warnings.map(({ text }) => text),
    said,
    load: loadFrom(root, 'main.js'),
  };
}

/** The files of a build that esbuild does not write. */
export async function esbuildInMemory(
  root: string,
  options: TintypeOptions,
): Promise<esbuild.OutputFile[]> {
  const { outputFiles } = await esbuild.build({
    absWorkingDir: root,
    stdin: { contents: "export { default } from 'virtual:tintype/team/bo';", resolveDir: root },
    bundle: true,
    format: 'esm',
    outdir: 'dist',
    write: false,
    plugins: [forEsbuild(options)],
  });
  return outputFiles;
}

export interface WatchedBuild {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  /** The names of the pictures of the build. */
  readonly assets: readonly string[];
}

export interface Watched extends AsyncDisposable {
  /** The next build that has ended. */
  readonly next: () => Promise<WatchedBuild>;
  /** The next build that is as awaited. Webpack builds once more at first, because the files are only moments older than its watch. */
  readonly until: (isAwaited: (build: WatchedBuild) => boolean) => Promise<WatchedBuild>;
}

export async function watchWithWebpack(root: string): Promise<Watched> {
  const { default: webpack } = await import('webpack');
  const compiler = webpack({
    ...configOf(root),
    experiments: { outputModule: true },
    plugins: [forWebpack({ cacheDir: '.cache' })],
  });
  const ended: WatchedBuild[] = [];
  let wake = (): void => {};
  const watching = compiler.watch({ aggregateTimeout: 50 }, (error, stats) => {
    const { errors = [], warnings = [], assets = [] } = stats?.toJson() ?? {};
    ended.push({
      errors: [...(error ? [error.message] : []), ...errors.map(({ message }) => message)],
      warnings: warnings.map(({ message }) => message),
      assets: assets.map((asset) => asset.name).filter((name) => name.startsWith('assets/')),
    });
    wake();
  })!;
  const next = async (): Promise<WatchedBuild> => {
    while (ended.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return ended.shift()!;
  };
  return {
    next,
    until: async (isAwaited) => {
      for (;;) {
        const build = await next();
        if (isAwaited(build)) return build;
      }
    },
    [Symbol.asyncDispose]: () => new Promise((resolve) => watching.close(() => resolve())),
  };
}
