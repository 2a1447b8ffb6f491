import { type OpenProject, openProject, type ProjectOptions } from './open-project.ts';

/** A project that is planned again when its files change. */
export interface DevProject {
  /** As it was planned last. Rejects with the TintypeError of what is wrong with it. */
  readonly current: () => Promise<OpenProject>;
  /** Plans it again; calls that come while it does share one more planning after it. */
  readonly refresh: () => Promise<void>;
}

/** Never buys: what is missing is a stand-in. */
export function devProject(options: ProjectOptions): DevProject {
  const open = () => openProject({ ...options, missing: 'standin' });
  let current: Promise<OpenProject> | null = null;
  let next: Promise<void> | null = null;

  const refresh = async () => {
    const previous = current;
    await previous?.catch(() => {});
    next = null;
    current = open();
    // Whoever asks gets the error: here it has been asked for by nobody.
    await current.catch(() => {});
  };

  return {
    current: () => {
      current ??= open();
      return current;
    },
    refresh: () => {
      next ??= refresh();
      return next;
    },
  };
}
