import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';

/** What a database says about those who use it, apart from the one who asks. */
export interface Watched {
  readonly connections: () => Promise<number>;
  /** Commands of Redis, with those of its scripts, or transactions of PostgreSQL, since it started. */
  readonly operations: () => Promise<number>;
  readonly close: () => Promise<unknown>;
}

export function watchRedis(url: string): Watched {
  const client = new Redis(url);
  const read = async (section: string, name: string): Promise<number> =>
    Number(new RegExp(`${name}:(\\d+)`).exec(await client.info(section))?.[1]);
  return {
    connections: async () => (await read('clients', 'connected_clients')) - 1,
    operations: () => read('stats', 'total_commands_processed'),
    close: () => client.quit(),
  };
}

export async function watchPostgres(url: string): Promise<Watched> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const read = async (query: string): Promise<number> => {
    const { rows } = await client.query<{ readonly answer: string }>(query);
    return Number(rows[0]?.answer);
  };
  const others = 'datname = current_database() and pid <> pg_backend_pid()';
  return {
    connections: () => read(`select count(*) as answer from pg_stat_activity where ${others}`),
    operations: async () => {
      // Other connections report what they did within a second.
      await sleep(1500);
      return read(
        'select xact_commit as answer from pg_stat_database where datname = current_database()',
      );
    },
    close: () => client.end(),
  };
}
