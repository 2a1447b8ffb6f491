import type { Remote } from '../../src/index.ts';

/** A remote in memory, as a user might write one. Tests read its contents and make it misbehave. */
export interface TestRemote extends Remote {
  readonly files: Map<string, Uint8Array>;
  /** All requests in order, as `get variants/ab/…`. */
  readonly requests: readonly string[];
}

/** `faults` replaces operations. */
export function testRemote(
  files = new Map<string, Uint8Array>(),
  faults: Partial<Remote> = {},
): TestRemote {
  const requests: string[] = [];
  const remote: Remote = {
    label: 'memory:',
    get: async (name) => files.get(name) ?? null,
    size: async (name) => files.get(name)?.length ?? null,
    put: async (name, bytes) => void files.set(name, Uint8Array.from(bytes)),
    create: async (name, bytes) => {
      if (files.has(name)) return false;
      files.set(name, Uint8Array.from(bytes));
      return true;
    },
    async *list(prefix) {
      for (const [name, { length }] of files) {
        if (name.startsWith(prefix)) yield { name, bytes: length, modifiedAt: new Date() };
      }
    },
    remove: async (name) => void files.delete(name),
    ...faults,
  };
  const noting =
    <Rest extends readonly unknown[], Result>(
      verb: string,
      operation: (name: string, ...rest: Rest) => Result,
    ) =>
    (name: string, ...rest: Rest): Result => {
      requests.push(`${verb} ${name}`);
      return operation(name, ...rest);
    };
  return {
    files,
    requests,
    label: remote.label,
    get: noting('get', remote.get),
    size: noting('size', remote.size),
    put: noting('put', remote.put),
    create: noting('create', remote.create),
    list: noting('list', remote.list),
    remove: noting('remove', remote.remove),
  };
}
