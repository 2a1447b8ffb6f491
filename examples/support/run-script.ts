import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';

/** A server that one of an example's scripts runs. */
export interface RunningScript extends AsyncDisposable {
  /** `http://127.0.0.1:<port>/`. */
  readonly address: string;
  /** What it has printed so far, without colours. */
  readonly printed: () => string;
}

/** Runs a script of an example's package.json as CI does, and resolves to its output. Rejects if the script fails. */
export async function runScript(root: string, script: string): Promise<string> {
  const { child, printed } = start(root, script, []);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${script} in ${root} ended with ${code}:\n${printed()}`);
  return printed();
}

/** Starts a script that serves on the loopback interface, on a free port, and waits for the address that it prints. */
export async function serveScript(root: string, script: string): Promise<RunningScript> {
  const { child, printed } = start(root, script, ['--host', '127.0.0.1', '--port', '0']);
  const closed = once(child, 'close');
  const stop = async () => {
    if (child.exitCode === null) process.kill(-child.pid!, 'SIGTERM');
    await closed;
  };
  const address = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', () => {
      const found = /http:\/\/127\.0\.0\.1:\d+\//.exec(printed());
      if (found !== null) resolve(found[0]);
    });
    child.once('close', () => reject(new Error(`${script} in ${root} ended:\n${printed()}`)));
  });
  return { address, printed, [Symbol.asyncDispose]: stop };
}

/** The environment has no key. The packages are those of `npm run build`, because a bundled Vite config cannot load sources. */
function start(root: string, script: string, flags: readonly string[]) {
  const child: ChildProcess = spawn(process.execPath, ['--run', script, '--', ...flags], {
    cwd: root,
    env: { PATH: process.env['PATH'], CI: 'true' },
    // A process group of its own, so that everything that it starts can be ended.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const add = (chunk: Buffer) => (text += chunk.toString());
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  return { child, printed: () => stripVTControlCharacters(text) };
}
