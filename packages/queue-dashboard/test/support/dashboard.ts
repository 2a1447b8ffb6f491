import { onTestFinished } from 'vitest';
import { serveDashboard } from '../../src/serve-dashboard.ts';

/** What the dashboard answers. */
export interface Queues {
  readonly queues: readonly {
    readonly name: string;
    readonly counts: object;
    readonly jobs: readonly {
      readonly id: string;
      readonly finishedOn?: number;
      readonly data: Readonly<Record<string, unknown>>;
    }[];
  }[];
}

/** The dashboard of a queue, until the test ends. */
export async function dashboard(queueUrl: string, allowsChanges = false) {
  const { url, close } = await serveDashboard(queueUrl, { port: 0, allowsChanges });
  onTestFinished(close);
  const get = (path: string) => fetch(url + path);
  return {
    url,
    get,
    read: async (path: string): Promise<unknown> => (await get(path)).json(),
    put: (path: string) =>
      fetch(url + path, { method: 'PUT', headers: { origin: new URL(url).origin } }),
  };
}
