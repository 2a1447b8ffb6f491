import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { InlineConfig, Logger, Rollup } from 'vite';
import { testKey } from '../../../core/test/support/project.ts';
import { stock } from '../../../core/test/support/stock.ts';
import { isQuick } from '../../../core/test/support/test-mode.ts';
import { tintype, type TintypePluginOptions } from '../../src/index.ts';

export type Vite = typeof import('vite');

type Version = readonly [name: string, load: () => Promise<Vite>];

const oldest: Version = ['6', () => import('vite6') as unknown as Promise<Vite>];
const newest: Version = ['8.3', () => import('vite')];
const all: readonly Version[] = [
  oldest,
  ['7', () => import('vite7') as unknown as Promise<Vite>],
  ['8.0', () => import('vite80') as unknown as Promise<Vite>],
  newest,
];

/** The versions of Vite that the plugin works with, each loaded when it is used. A quick run has only the newest. */
export const viteVersions: readonly Version[] = isQuick ? [newest] : all;

/** A quick run has the oldest, too, because it bundles with Rollup and the newest with Rolldown. */
export const viteVersionsOfBothBundlers: readonly Version[] = isQuick ? [oldest, newest] : all;

/** A Vite project on a real disk, with a store, a cache and an output folder of its own. */
export interface ViteProject extends AsyncDisposable {
  readonly root: string;
  readonly write: (file: string, content: string | Uint8Array) => Promise<void>;
  readonly read: (file: string) => Promise<string>;
  /** Stores a picture of 64x48 for every request of the manifests except those of `except`. */
  readonly stock: (except?: readonly string[], color?: string) => Promise<void>;
  readonly config: (config?: InlineConfig, options?: TintypePluginOptions) => Config;
  readonly build: (
    config?: InlineConfig,
    options?: TintypePluginOptions,
    vite?: Vite,
  ) => Promise<Built>;
  /** The whole log, with levels and without colours. */
  readonly log: readonly string[];
  readonly clearLog: () => void;
}

export type Config = InlineConfig & { readonly customLogger: Logger };

export interface Built {
  readonly output: readonly (Rollup.OutputChunk | Rollup.OutputAsset)[];
  /** All JavaScript of the build. */
  readonly code: string;
}

/** `baseUrl`: the API. */
export async function viteProject(
  files: Readonly<Record<string, string | Uint8Array>>,
  baseUrl = 'http://127.0.0.1:9/v1',
): Promise<ViteProject> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'tintype-vite-')));
  const write: ViteProject['write'] = async (file, content) => {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), content);
  };
  await write('package.json', '{ "type": "module" }');
  await write('.env', `OPENAI_API_KEY=${testKey}\nOPENAI_BASE_URL=${baseUrl}\n`);
  for (const [file, content] of Object.entries(files)) await write(file, content);
  const log: string[] = [];

  const config: ViteProject['config'] = (more = {}, options = {}) => ({
    root,
    configFile: false,
    cacheDir: join(root, '.vite'),
    customLogger: recordingLogger(log),
    logLevel: 'warn',
    ...more,
    plugins: [tintype({ cacheDir: '.cache', ...options }), ...(more.plugins ?? [])],
    build: { minify: false, ...more.build },
    server: { host: '127.0.0.1', port: 0, ...more.server },
  });

  return {
    root,
    write,
    read: (file) => readFile(join(root, file), 'utf8'),
    stock: (except = [], color = '#c8a77b') => stock(root, except, color),
    config,
    build: async (more, options, vite) => {
      const { build } = vite ?? (await import('vite'));
      const result = await build(config(more, options));
      if (!('output' in result) && !Array.isArray(result)) throw new Error('a watcher');
      const output = [result].flat().flatMap((one) => one.output);
      const chunks = output.filter((one) => one.type === 'chunk');
      return { output, code: chunks.map(({ code }) => code).join('\n') };
    },
    log,
    clearLog: () => {
      log.length = 0;
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** The error of a failed build: Rollup's error or the first of Rolldown's. */
export async function buildFailure(build: Promise<unknown>): Promise<BuildError> {
  const error = await build.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason as BuildError & { readonly errors?: readonly BuildError[] },
  );
  return 'errors' in error && error.errors !== undefined ? error.errors[0]! : error;
}

export type BuildError = Error & {
  readonly id?: string;
  readonly frame?: string;
  readonly loc?: { readonly file: string; readonly line: number; readonly column: number };
};

function recordingLogger(log: string[]): Logger {
  const warned = new Set<string>();
  const say = (level: string) => (message: string) => {
    // Rolldown warns of slow plugins if the machine is busy.
    if (message.includes('PLUGIN_TIMINGS')) return;
    // oxlint-disable-next-line no-control-regex -- colours
    log.push(`${level}: ${message.replaceAll(/\u001b\[\d+m/g, '')}`);
  };
  return {
    info: say('info'),
    warn: say('warn'),
    warnOnce: (message) => {
      if (!warned.has(message)) say('warn')(message);
      warned.add(message);
    },
    error: say('error'),
    clearScreen: () => {},
    hasErrorLogged: () => false,
    hasWarned: false,
  };
}
