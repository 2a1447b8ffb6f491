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
  const note = async (operation: Operation, name: string): Promise<void> => {
    requests.push(`${operation} ${name}`);
    await before(operation, name);
  };
  return {
    label: inner.label,
    requests,
    get: async (name, limits) => {
      await note('get', name);
      return inner.get(name, limits);
    },
    size: async (name, limits) => {
      await note('size', name);
      return inner.size(name, limits);
    },
    put: async (name, bytes, limits) => {
      await note('put', name);
      await inner.put(name, bytes, limits);
    },
    create: async (name, bytes, limits) => {
      await note('create', name);
      return inner.create(name, bytes, limits);
    },
    async *list(prefix, limits) {
      await note('list', prefix);
      yield* inner.list(prefix, limits);
    },
    remove: async (name, limits) => {
      await note('remove', name);
      await inner.remove(name, limits);
    },
  };
}
