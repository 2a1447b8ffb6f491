import type { Remote, TintypeError } from '../../src/index.ts';

/**
 * A remote that a machine cannot reach for a while: `CUT_OFF` in its environment says when, as JSON, in pairs of milliseconds since
 * the process started. Half of the requests that fail then succeeded, and only their answers are lost. `Failure`: the error class
 * of the Tintype that runs, from its sources or its build.
 */
export function cutOffRemote(inner: Remote, Failure: typeof TintypeError): Remote {
  const windows = JSON.parse(process.env['CUT_OFF'] ?? '[]') as readonly (readonly number[])[];
  let turn = 0;
  const through = async <T>(request: () => Promise<T>): Promise<T> => {
    const now = performance.now();
    if (!windows.some(([from, to]) => now >= from! && now < to!)) return request();
    if (turn++ % 2 === 0) await request();
    throw new Failure('remote-unavailable', `${inner.label} does not answer`);
  };
  return {
    label: inner.label,
    get: (...args) => through(() => inner.get(...args)),
    size: (...args) => through(() => inner.size(...args)),
    put: (...args) => through(() => inner.put(...args)),
    create: (...args) => through(() => inner.create(...args)),
    remove: (...args) => through(() => inner.remove(...args)),
    list: (...args) => inner.list(...args),
  };
}
