import { readFileSync, statSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Options } from './config.ts';
import { TintypeError } from './errors.ts';

/**
 * A config file's default export, as the file says it. Node reads it itself where it can, which from 22.18 on strips
 * types, too: that takes a few milliseconds. What it cannot (enums, imports without an ending, `require`), c12 does,
 * which takes longer to load than a warm run to run. Throws a TintypeError `config`.
 */
export async function importConfig(root: string, file: string): Promise<Options> {
  const imported = await importNatively(file).catch(() => null);
  return imported === null ? importThroughC12(root, file) : (imported.options as Options);
}

/** `null` where c12 has to, which is also who says what is wrong with a file. */
async function importNatively(file: string): Promise<{ readonly options: unknown } | null> {
  if (file.endsWith('.json')) return { options: JSON.parse(readFileSync(file, 'utf8')) };
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
