import { statSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Options } from '../config.ts';
import { TintypeError } from '../errors.ts';
import { readRegularSync } from '../fs/read-regular.ts';
import { isDataFile } from './config-problems.ts';

/**
 * The default export of a config file, unchanged. JSON is parsed and never run, because it is data and may come with a
 * clone. Node itself loads code and strips types. Throws a TintypeError `config`.
 */
export async function importConfig(root: string, file: string): Promise<Options> {
  const shown = relative(root, file);
  const bytes = readConfig(file, shown);
  if (isDataFile(file)) return parseJson(bytes, shown);
  if (!/\.[cm]?[jt]s$/.test(file)) {
    throw new TintypeError('config', `${shown} is not a config: its name must end in ${endings}`);
  }
  return importCode(file, shown);
}

const endings = '.ts, .mts, .cts, .js, .mjs, .cjs or .json';

/** The same limit as for manifests. Node would read code of any length, and wait for a pipe. */
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
    // Leaves out the text that the message quotes, because it may contain a key. There is no cause, because that quotes the
    // text, too.
    const reason = (cause as Error).message.replace(/, (\.\.\.)?".*is not valid JSON$/s, '');
    throw new TintypeError('config', `${shown} is not valid JSON: ${reason}`);
  }
}

async function importCode(file: string, shown: string): Promise<Options> {
  const { mtimeMs, size } = statSync(file);
  // The query makes a dev server load the file again after a change.
  const url = `${pathToFileURL(file).href}?${mtimeMs}-${size}`;
  // A config is a module, even if its package says `"type": "commonjs"`.
  const format = `${/\.c[jt]s$/.test(file) ? 'commonjs' : 'module'}${file.endsWith('ts') ? '-typescript' : ''}`;
  // Bun has no hooks, and takes a config for a module without them.
  const hooks = (nodeModule as Partial<typeof nodeModule>).registerHooks?.({
    // Node would read the package's `package.json`, which may be invalid.
    resolve: (specifier, context, next) =>
      specifier === url ? { url, format, shortCircuit: true } : next(specifier, context),
    load: (loaded, context, next) =>
      next(loaded, loaded === url ? { ...context, format } : context),
  });
  try {
    const exported = (await import(/* @vite-ignore */ url)) as { readonly default?: Options };
    if (exported.default !== undefined) return exported.default;
  } catch (cause) {
    throw new TintypeError('config', `${shown} could not be loaded: ${reasonOf(cause)}`, { cause });
  } finally {
    hooks?.deregister();
  }
  throw new TintypeError('config', `${shown} has no default export; write export default { … }`);
}

function reasonOf(cause: unknown): string {
  const { code, message = String(cause), stack = '' } = cause as Partial<NodeJS.ErrnoException>;
  // Node prints the file and the line above the name of the error.
  const line = /^[^\n]*:(\d+)\n/.exec(stack)?.[1];
  switch (code) {
    case 'ERR_INVALID_TYPESCRIPT_SYNTAX':
      return line === undefined ? message : `line ${line}: ${message}`;
    case 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX':
      return `${message}. Node strips types and compiles nothing: write it without enums, namespaces and parameter properties`;
    case 'ERR_MODULE_NOT_FOUND':
      return `${message}. Write the file extension in imports, such as ./prices.ts`;
    default:
      return message;
  }
}
