import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished } from 'vitest';
import { testKey, type TestProject } from '../../../core/test/support/project.ts';
import { tintypeBin } from '../../../core/test/support/tintype-bin.ts';

export interface WorkerProcess extends ChildProcess {
  /** What it wrote until it took jobs. */
  readonly firstLines: string;
}

/** A worker as people start it. Resolves when it takes jobs. */
export async function startWorker(
  { root }: TestProject,
  url: string,
  baseUrl: string,
  flags: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<WorkerProcess> {
  const child = startTintype(root, ['worker', '--roles', 'buy', ...flags], {
    TINTYPE_QUEUE: url,
    OPENAI_API_KEY: testKey,
    OPENAI_BASE_URL: baseUrl,
    ...env,
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let firstLines = '';
  const onData = (text: Buffer): void => {
    firstLines += String(text);
    if (!firstLines.includes('ready')) return;
    child.stdout.off('data', onData);
    resolve();
  };
  child.stdout.on('data', onData);
  child.once('exit', (code) => reject(new Error(`the worker ended with ${code}: ${firstLines}`)));
  await promise;
  return Object.assign(child, { firstLines });
}

/** The command line, in a process of its own. It is killed when the test ends. */
export function startTintype(root: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [tintypeBin, ...args, '--root', root], {
    env: { PATH: process.env['PATH'], HOME: root, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

export async function stop(worker: ChildProcess): Promise<void> {
  const ended = once(worker, 'exit');
  worker.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
}
