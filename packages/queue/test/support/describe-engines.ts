import { afterAll, beforeAll, describe } from 'vitest';
import type { DatabaseServer } from './database-server.ts';
import { missingPostgres, startPostgres } from './postgres-server.ts';
import { missingRedis, startRedis } from './redis-server.ts';

const engines = [
  ['Redis', missingRedis, startRedis],
  ['PostgreSQL', missingPostgres, startPostgres],
] as const;

/** Runs the same tests on each engine that this machine has. `what` is their subject; `engine` gives the server once they run. */
export function describeEngines(
  what: string,
  define: (engine: () => DatabaseServer) => void,
): void {
  describe.each(engines)('%s', (_, missing, start) => {
    describe.skipIf(missing !== '')(`${what} ${missing}`, () => {
      let engine: DatabaseServer;
      beforeAll(async () => {
        engine = await start();
      });
      afterAll(() => engine.stop());
      define(() => engine);
    });
  });
}
