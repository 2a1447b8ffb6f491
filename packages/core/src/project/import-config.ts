import { statSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDataFile, type Options } from '../config.ts';
import { TintypeError } from '../errors.ts';
import { readRegularSync } from '../fs/read-regular.ts';

/**
 * A config file's default export, as the file says it. JSON is parsed and never run: it is data, which may come with a
 * clone. Code Node reads itself where it can, which from 22.18 on strips types, too: that takes a few milliseconds. What
 * it cannot (enums, imports without an ending, `require`), c12 does, which takes longer to load than a warm run to run.
 * Throws a TintypeError `config`.
 */
export async function importConfig(root: string, file: string): Promise<Options> {
  const shown = relative(root, file);
  const bytes = readConfig(file, shown);
  if (isDataFile(file)) return parseJson(bytes, shown);
  if (!/\.[cm]?[jt]s$/.test(file)) {
    throw new TintypeError('config', `${shown} is no config: its name must end in ${endings}`);
  }
  const imported = await importNatively(file).catch(() => null);
  return imported === null ? importThroughC12(root, file) : (imported.options as Options);
}

const endings = '.ts, .mts, .cts, .js, .mjs, .cjs or .json';

/** The limit of manifests; Node would read code of any length, and wait for a pipe. */
const maxBytes = 10_000_000;

function readConfig(file: string, shown: string): Buffer {
  try {
    return readRegularSync(file, maxBytes);
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    const reasons: Readonly<Record<string, string>> = {
      EFBIG: `is larger than ${maxBytes / 1e6} MB`,
      EFTYPE: 'is not a regular file, but a pipe or a device',
      EISDIR: 'is not a regular file, but a folder',
    };
    const reason = reasons[code] ?? `could not be read: ${code}`;
    throw new TintypeError('config', `the config file ${shown} ${reason}`, { cause });
  }
}

function parseJson(bytes: Buffer, shown: string): Options {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as Options;
  } catch (cause) {
    // Without the piece of the text that it quotes: a key may be in that. No cause, because it quotes the text, too.
    const reason = (cause as Error).message.replace(/, (\.\.\.)?".*is not valid JSON$/s, '');
    throw new TintypeError('config', `${shown} is not valid JSON: ${reason}`);
  }
}

/** `null` where c12 has to, which is also who says what is wrong with a file. */
async function importNatively(file: string): Promise<{ readonly options: unknown } | null> {
  const { mtimeMs, size } = statSync(file);
  // A dev server reads the file again when it has changed.
  const url = `${pathToFileURL(file).href}?${mtimeMs}-${size}`;
  const hooks = asModule(url, file.endsWith('ts') ? 'module-typescript' : 'module');
  if (hooks === null) return null;
  try {
    const exported = (await import(/* @vite-ignore */ url)) as { readonly default?: unknown };
    return 'default' in exported ? { options: exported.default } : null;
  } finally {
    hooks.deregister();
  }
}

/** A config is a module, whatever the package says that it is in; `null` where Node cannot be told (before 22.15). */
function asModule(url: string, format: 'module' | 'module-typescript') {
  const { registerHooks } = nodeModule;
  if (typeof registerHooks !== 'function') return null;
  return registerHooks({
    load: (loaded, context, next) =>
      next(loaded, loaded === url ? { ...context, format } : context),
  });
}

async function importThroughC12(root: string, file: string): Promise<Options> {
  const { loadConfig } = await import('c12');
  try {
    const { config } = await loadConfig<Options & Record<string, unknown>>({
      cwd: root,
      configFile: file,
      configFileRequired: true,
      dotenv: false,
      envName: false,
      extend: false,
      globalRc: false,
      // What the file says as it says it: c12 would drop every null.
      merger: (...sources) => sources.find((source) => source != null)!,
      packageJson: false,
      rcFile: false,
    });
    return config;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TintypeError('config', `${relative(root, file)} could not be loaded: ${reason}`, {
      cause,
    });
  }
}
