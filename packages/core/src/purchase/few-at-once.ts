/** Runs tasks side by side, and makes the caller wait while too many run. */
export interface FewAtOnce {
  /** Starts a task, and resolves when there is room for another one. Rejects if a task has failed, and starts nothing then. */
  readonly start: (task: () => Promise<void>) => Promise<void>;
  /** Resolves when no task is running. Never rejects. */
  readonly settled: () => Promise<void>;
  /** The same, and rejects with the first failure. */
  readonly end: () => Promise<void>;
}

/** At most `limit` tasks run at the same time. */
export function fewAtOnce(limit: number): FewAtOnce {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const check = (): void => {
    if (failures.length > 0) throw failures[0];
  };
  const settled = async (): Promise<void> => {
    await Promise.all(running);
  };
  return {
    async start(task) {
      check();
      const run = task().then(
        () => void running.delete(run),
        (error: unknown) => {
          failures.push(error);
          running.delete(run);
        },
      );
      running.add(run);
      if (running.size >= limit) await Promise.race(running);
      check();
    },
    settled,
    async end() {
      await settled();
      check();
    },
  };
}
