import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { testKey, type TestProject } from '../../../core/test/support/project.ts';

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
): Promise<WorkerProcess> {
  const bin = join(import.meta.dirname, '../../../cli/src/bin.ts');
  const child = spawn(
    process.execPath,
    ['--conditions=tintype-source', bin, 'worker', '--root', root, '--roles', 'buy', ...flags],
    {
      env: {
        PATH: process.env['PATH'],
        HOME: root,
        TINTYPE_QUEUE: url,
        OPENAI_API_KEY: testKey,
        OPENAI_BASE_URL: baseUrl,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  let firstLines = '';
  while (!/ready/.test(firstLines)) {
    const [text] = (await once(child.stdout, 'data')) as [Buffer];
    firstLines += String(text);
  }
  return Object.assign(child, { firstLines });
}

export async function stop(worker: ChildProcess): Promise<void> {
  const ended = once(worker, 'exit');
  worker.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
}
