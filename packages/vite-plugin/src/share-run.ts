interface SharedRun<Run> {
  readonly run: Run;
  readonly users: Set<object>;
}

/** Runs that are shared by all environments of a process that build the same project. */
export interface RunShare<Run> {
  /** Joins the run that others use, or starts a new one. If the caller is its only user, the run starts again. */
  readonly join: (key: string, user: object, open: () => Run) => Run;
  /** Returns the run if it has no users left, and otherwise `null`. */
  readonly leave: (key: string, user: object) => Run | null;
}

export function shareRuns<Run>(): RunShare<Run> {
  const shared = new Map<string, SharedRun<Run>>();
  return {
    join: (key, user, open) => {
      const current = shared.get(key);
      const others = [...(current?.users ?? [])].filter((other) => other !== user);
      const joined =
        current === undefined || others.length === 0
          ? { run: open(), users: new Set<object>() }
          : current;
      joined.users.add(user);
      shared.set(key, joined);
      return joined.run;
    },
    leave: (key, user) => {
      const current = shared.get(key);
      current?.users.delete(user);
      if (current === undefined || current.users.size > 0) return null;
      shared.delete(key);
      return current.run;
    },
  };
}
