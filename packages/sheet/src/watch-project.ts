import type { Config, Context } from '@tintype/core';
import { assetMapName, openStore, type WatchedFolder } from '@tintype/core/internal';
import { basename, extname, join, relative, sep } from 'node:path';
import { watch } from 'chokidar';

/** Calls `onChange` after files changed that a sheet is made of; returns what stops that. */
export async function watchProject(
  context: Context,
  onChange: () => void,
): Promise<() => Promise<void>> {
  const { config } = context;
  const { watched: store } = await openStore(context);
  let pending: NodeJS.Timeout | undefined;
  const folders = [config.root, ...(store === null ? [] : [store.folder])];
  const assetMap = config.outDir === null ? [] : [join(config.outDir, assetMapName)];
  const watcher = watch([...folders, ...assetMap], {
    ignored: (path, stats) => isIgnored(config, store, path, stats?.isFile() === true),
    ignoreInitial: true,
  });
  watcher.on('all', () => {
    clearTimeout(pending);
    pending = setTimeout(onChange, settledMs);
  });
  // A folder that cannot be watched is looked at when the page is loaded again.
  watcher.on('error', () => {});
  return () => {
    clearTimeout(pending);
    return watcher.close();
  };
}

/** An editor or a run writes several files in a row: the last one is what is waited for. */
const settledMs = 100;

/** Manifests, their rows and inputs, the config, the environment files. */
const watchedEndings: ReadonlySet<string> = new Set(
  '.yaml .yml .csv .json .jsonl .ts .mts .js .mjs .png .jpg .jpeg .webp .avif'.split(' '),
);

/** What a project is not made of is not watched: it may be very much. */
function isIgnored(
  { root, outDir, cacheDir }: Config,
  store: WatchedFolder | null,
  path: string,
  isFile: boolean,
): boolean {
  if (isBelow(path, cacheDir)) return true;
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
