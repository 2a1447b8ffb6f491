import type { ViteDevServer } from 'vite';

type Watcher = ViteDevServer['watcher'];

/** What each server of this process follows beside its root. */
const followed = new Map<Watcher, ReadonlySet<string>>();

/** Has a server notice changes of files, which may be outside its root. */
export function followFiles(watcher: Watcher, files: readonly string[]): void {
  watcher.add([...files]);
  followed.set(watcher, new Set([...(followed.get(watcher) ?? []), ...files]));
}

/**
 * To be called when a file has changed. An editor may have put another file in its place. A server notices that, but two servers of one
 * process share what they ask of the system, and go on following the file that is gone (chokidar in Vite 6 to 8, read 2026-11-29). So all
 * let go of it before all follow it again.
 */
export function followAgain(file: string): void {
  for (const watcher of followed.keys())
    if ('closed' in watcher && watcher.closed === true) followed.delete(watcher);
  const watchers = [...followed].filter(([, files]) => files.has(file)).map(([one]) => one);
  if (watchers.length < 2) return;
  for (const watcher of watchers) watcher.unwatch(file);
  for (const watcher of watchers) watcher.add(file);
}
