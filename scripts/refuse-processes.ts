/** Loaded into every unit test: one that starts a process fails, also where the code under test takes it for a refusal. */
import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach } from 'vitest';

const started: string[] = [];

for (const name of ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync']) {
  const functions = childProcess as unknown as Record<string, (...args: unknown[]) => unknown>;
  const original = functions[name]!;
  functions[name] = (command, ...args) => {
    // Node has no call that makes a named pipe.
    if (command === 'mkfifo') return original(command, ...args);
    started.push(String(command));
    throw new Error(`A unit test started ${String(command)}`);
  };
}
syncBuiltinESMExports();

afterEach(() => {
  const commands = started.splice(0).join(', ');
  if (commands !== '') throw new Error(`${commands}: what starts a process is a *.process.test.ts`);
});
