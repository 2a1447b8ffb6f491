import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** An installed database on the loopback interface, for the tests of one file. */
export interface DatabaseServer {
  readonly url: string;
  /** Ends it, and removes its data. */
  readonly stop: () => Promise<void>;
  /** `kill -9`. The data stays. */
  readonly kill: () => Promise<void>;
  /** Ends the server if it runs, and starts it at the same port. */
  readonly restart: (options: { readonly keepData: boolean }) => Promise<void>;
}

interface DatabaseProgram {
  readonly url: string;
  /** The folder of its data. It exists, and is empty before `prepare`. */
  readonly folder: string;
  /** Fills the folder if the program needs it. */
  readonly prepare: () => Promise<void>;
  readonly program: string;
  readonly args: readonly string[];
  readonly user: { readonly uid?: number; readonly gid?: number };
  /** Rejects until the server answers. */
  readonly ask: () => Promise<unknown>;
}

export async function startDatabase(database: DatabaseProgram): Promise<DatabaseServer> {
  const { url, folder, prepare } = database;
  await prepare();
  let running = await start(database);
  return {
    url,
    kill: () => end(running),
    stop: async () => {
      await end(running);
      await rm(folder, { recursive: true, maxRetries: 5 });
    },
    restart: async ({ keepData }) => {
      await end(running);
      if (!keepData) {
        await rm(folder, { recursive: true, maxRetries: 5 });
        await mkdir(folder);
        await prepare();
      }
      running = await start(database);
    },
  };
}

/** Tries again for a minute, because after `kill -9` PostgreSQL starts only when the last process of the killed server has ended. */
async function start(database: DatabaseProgram): Promise<ChildProcess> {
  const { program, args, user, ask } = database;
  const giveUpAt = performance.now() + 60_000;
  let output = '';
  while (performance.now() < giveUpAt) {
    const child = spawn(program, args, { ...user, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (output += text));
    while (child.exitCode === null && performance.now() < giveUpAt) {
      try {
        await ask();
        return child;
      } catch {
        await sleep(20);
      }
    }
    await end(child);
  }
  throw new Error(`${program} did not start: ${output}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
