import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ServerProcess {
  readonly stop: () => Promise<void>;
}

/** Starts an installed program, and waits until its server answers at a URL with any status. */
export async function startServer(
  program: string,
  args: readonly string[],
  url: string,
  seconds = 60,
): Promise<ServerProcess> {
  let output = '';
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (output += text));
  const began = performance.now();
  for (;;) {
    const answer = await fetch(url).catch(() => null);
    await answer?.body?.cancel();
    if (answer !== null) return { stop: () => stopProcess(child) };
    if (child.exitCode !== null || performance.now() - began > seconds * 1000) {
      await stopProcess(child);
      throw new Error(`${program} did not start: ${output}`);
    }
    await sleep(50);
  }
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/**
 * A port of the loopback interface that is free now. It is below those that a system hands out (Linux: from 32768), because
 * the connection of another test could take one of those before the server that it is for.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_768);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  const isListening = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  if (!isListening) return false;
  server.close();
  await once(server, 'close');
  return true;
}

/** For the title of a test: what to install if a program is missing; '': it is installed. */
export function missingProgram(program: string, packages: string): string {
  const { error } = spawnSync(program, ['--version'], { stdio: 'ignore' });
  return error === undefined
    ? ''
    : ` (skipped: apt-get install -y --no-install-recommends ${packages})`;
}
