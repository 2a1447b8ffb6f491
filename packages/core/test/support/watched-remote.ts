import type { Remote } from '../../src/remote/remote.ts';

type Operation = Exclude<keyof Remote, 'label'>;

/** A remote with a list of its requests, as `get originals/…`. */
export interface WatchedRemote extends Remote {
  readonly requests: string[];
}

/** Awaits `before` before each request. If it throws, the request fails with that error. */
export function watchedRemote(
  inner: Remote,
  before: (operation: Operation, name: string) => void | Promise<void> = () => {},
): WatchedRemote {
  const requests: string[] = [];
  const asked = async (operation: Operation, name: string): Promise<void> => {
    requests.push(`${operation} ${name}`);
    await before(operation, name);
  };
  return {
    label: inner.label,
    requests,
    get: async (name, limits) => {
      await asked('get', name);
      return inner.get(name, limits);
    },
    size: async (name, limits) => {
      await asked('size', name);
      return inner.size(name, limits);
    },
    put: async (name, bytes, limits) => {
      await asked('put', name);
      await inner.put(name, bytes, limits);
    },
    create: async (name, bytes, limits) => {
      await asked('create', name);
      return inner.create(name, bytes, limits);
    },
    async *list(prefix, limits) {
      await asked('list', prefix);
      yield* inner.list(prefix, limits);
    },
    remove: async (name, limits) => {
      await asked('remove', name);
      await inner.remove(name, limits);
    },
  };
}
