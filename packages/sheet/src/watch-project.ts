import type { Config, Context } from '@tintype/core';
import { assetMapName, openStore, type WatchedFolder } from '@tintype/core/internal';
import { basename, extname, join, relative, sep } from 'node:path';
import { watch } from 'chokidar';

/**
 * Calls `onChange` after a change of files from which a sheet is made, and once when it begins to see changes, because a
 * file may have changed after the sheet was read. `outputs`: whether a new asset map is a change, which it is not for what writes it.
 * Resolves to a function that stops that.
 */
export async function watchProject(
  context: Context,
  onChange: () => void,
  { outputs = true }: { readonly outputs?: boolean } = {},
): Promise<() => Promise<void>> {
  const { config } = context;
  const { watched: store } = await openStore(context);
  let pending: NodeJS.Timeout | undefined;
  const folders = [config.root, ...(store === null ? [] : [store.folder])];
  const assetMap = config.outDir === null || !outputs ? [] : [join(config.outDir, assetMapName)];
  const watcher = watch([...folders, ...assetMap], {
    ignored: (path, stats) =>
      (!outputs && path.endsWith(assetMapName)) ||
      isIgnored(config, store, path, stats?.isFile() === true),
    ignoreInitial: true,
  });
  watcher.on('ready', onChange);
  watcher.on('all', () => {
    clearTimeout(pending);
    pending = setTimeout(onChange, settledMs);
  });
  // A folder that cannot be watched is read again when the page is reloaded.
  watcher.on('error', () => {});
  return () => {
    clearTimeout(pending);
    return watcher.close();
  };
}

/** An editor or a run writes several files in a row. This waits for the last one. */
const settledMs = 100;

/** Manifests, their rows and inputs, the config, the environment files. */
const watchedEndings: ReadonlySet<string> = new Set(
  '.yaml .yml .csv .json .jsonl .ts .mts .js .mjs .png .jpg .jpeg .webp .avif'.split(' '),
);

/** Other files are not watched, because there may be very many. */
function isIgnored(
  { root, outDir, module, cacheDir }: Config,
  store: WatchedFolder | null,
  path: string,
  isFile: boolean,
): boolean {
  // The module is made from the asset map.
  if (isBelow(path, cacheDir) || path === module) return true;
  if (store !== null && isBelow(path, store.folder)) return !store.isWatched(path);
  if (outDir !== null && isBelow(path, outDir)) return isFile && basename(path) !== assetMapName;
  const parts = relative(root, path).split(sep);
  if (parts.some((part) => part === 'node_modules' || part === 'dist' || isHidden(part))) {
    return true;
  }
  return isFile && !watchedEndings.has(extname(path));
}

function isHidden(part: string): boolean {
  return part.startsWith('.') && part !== '..' && part !== '.' && !part.startsWith('.env');
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder + sep);
}
