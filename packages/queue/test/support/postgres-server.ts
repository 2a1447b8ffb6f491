import { execFile, execFileSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { chown, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { freePort } from '../../../core/test/support/server-process.ts';
import { type DatabaseServer, startDatabase } from './database-server.ts';

const run = promisify(execFile);

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** The folder of Debian's newest PostgreSQL. */
const program = globSync('/usr/lib/postgresql/*/bin/postgres').toSorted().at(-1);

/** For a test's title: what to install if the system has no PostgreSQL; '': it has. */
export const missingPostgres =
  program === undefined ? ' (skipped: apt-get install -y --no-install-recommends postgresql)' : '';

/** PostgreSQL. If the tests run as root, which it refuses, it runs as the user `postgres`. */
export async function startPostgres(): Promise<DatabaseServer> {
  if (program === undefined) throw new Error('PostgreSQL is not installed');
  const folder = await mkdtemp(join(tmpdir(), 'tintype-postgres-'));
  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const owner = process.getuid?.() === 0 ? userPostgres() : null;
  const user = owner ?? {};
  return startDatabase({
    url,
    folder,
    prepare: async () => {
      if (owner !== null) await chown(folder, owner.uid, owner.gid);
      await run('cp', ['-a', `${await emptyDatabase(program, owner)}/.`, folder], {
        ...user,
        cwd: '/',
      });
    },
    program,
    args: ['-D', folder, ...settingsOf(port).flatMap((setting) => ['-c', setting])],
    user,
    ask: async () => {
      const client = new Client({ connectionString: url });
      client.on('error', () => {});
      try {
        await client.connect();
        await client.query('select 1');
      } finally {
        await client.end();
      }
    },
  });
}

/** A folder to copy. A run of the tests makes it once, because initdb takes seconds. */
async function emptyDatabase(program: string, owner: Owner | null): Promise<string> {
  const template = join(tmpdir(), `tintype-postgres-empty-${process.getuid?.()}`);
  if (existsSync(template)) return template;
  const folder = await mkdtemp(`${template}-`);
  if (owner !== null) await chown(folder, owner.uid, owner.gid);
  const args = ['-D', folder, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C'];
  await run(join(dirname(program), 'initdb'), [...args, '--no-sync'], { ...owner, cwd: '/' });
  // Another process may have made the folder first.
  await rename(folder, template).catch(() => rm(folder, { recursive: true }));
  return template;
}

function settingsOf(port: number): readonly string[] {
  return [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    // What a killed process has written survives it. Only a crash of the machine would need a flush.
    'fsync=off',
    // Puts shared memory into the folder, which is removed. In /dev/shm, a killed server would leave it behind.
    'dynamic_shared_memory_type=mmap',
  ];
}

function userPostgres(): Owner {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
