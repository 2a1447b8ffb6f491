/** Loaded into every unit test: one that starts a process fails, also where the code under test takes it for a refusal. */
import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { afterAll, afterEach } from 'vitest';

const names = ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync'];
const functions = childProcess as unknown as Record<string, (...args: unknown[]) => unknown>;
const originals = Object.fromEntries(names.map((name) => [name, functions[name]!]));
const started: string[] = [];

replace((name) => (command, ...args) => {
  // Node has no call that makes a named pipe.
  if (command === 'mkfifo') return originals[name]!(command, ...args);
  started.push(String(command));
  throw new Error(`A unit test started ${String(command)}`);
});

afterEach(() => {
  const commands = started.splice(0).join(', ');
  if (commands !== '') throw new Error(`${commands}: what starts a process is a *.process.test.ts`);
});
// The next file of this worker replaces them again.
afterAll(() => replace((name) => originals[name]!));

function replace(by: (name: string) => (typeof functions)[string]): void {
  for (const name of names) functions[name] = by(name);
  syncBuiltinESMExports();
}
