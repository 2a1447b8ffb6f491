import { setTimeout as sleep } from 'node:timers/promises';
import { type OpenProject, openProject, type ProjectOptions } from '@tintype/core/modules';

/** A project that is planned again when its files change. */
export interface DevProject {
  /** The latest plan. Rejects with the TintypeError of a mistake in the project. */
  readonly current: () => Promise<OpenProject>;
  /**
   * Plans it again after a change, once for all the changes that one planning can have seen. `changedAt`: ms since 1970,
   * when the change was noticed.
   */
  readonly refresh: (changedAt: number) => Promise<void>;
}

/**
 * Milliseconds. Vite's watcher does not report changes of a file in the 50 ms after its last change (`_emit` of the
 * chokidar in Vite 6 to 8, read 2026-11-27). Reading after that time sees the last change, such as that of a formatter
 * after a save.
 */
const unnoticed = 60;

/** Never buys. Missing pictures become stand-ins. */
export function devProject(options: ProjectOptions): DevProject {
  let current: Promise<OpenProject> | null = null;
  let openedAt = 0;

  const open = () => {
    openedAt = Date.now();
    current = openProject({ ...options, missing: 'standin' });
    return current;
  };

  return {
    current: () => current ?? open(),
    refresh: async (changedAt) => {
      const settledAt = changedAt + unnoticed;
      // Wait at most this long even if the clock was set back.
      const ms = Math.min(unnoticed, settledAt - Date.now());
      if (openedAt < settledAt && ms > 0) await sleep(ms);
      await current?.catch(() => {});
      const settled = openedAt < settledAt ? open() : current;
      // Callers of the plan get the error. Here there is no caller yet, so it must not count as unhandled.
      await settled?.catch(() => {});
    },
  };
}
