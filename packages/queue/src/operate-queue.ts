import { openEngine, type Role } from './engine.ts';
import { queueAddress } from './queue-address.ts';

/** The jobs of one kind. */
export interface QueueState {
  readonly role: Role;
  readonly isPaused: boolean;
  /** Jobs that no worker has begun. */
  readonly waiting: number;
  readonly active: number;
  readonly completed: number;
  readonly failed: number;
  /** Worker processes that are connected. */
  readonly workers: number;
}

/** What an operator can do with a queue. Every function rejects with `config` for an invalid URL. */
export interface QueueOperations {
  readonly state: () => Promise<readonly QueueState[]>;
  /** Workers take no more jobs, and finish those that they have. */
  readonly pause: () => Promise<void>;
  readonly resume: () => Promise<void>;
  /** Removes the jobs that no worker has begun. A run that still needs a job adds it again. */
  readonly drain: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function operateQueue(url: string): Promise<QueueOperations> {
  const engine = await openEngine(queueAddress(url));
  await engine.prepare();
  const roles: readonly Role[] = ['buy', 'encode'];
  const queues = roles.map((role) => ({ role, queue: engine.queue(role) }));
  for (const { queue } of queues) queue.on('error', () => {});
  const each = async (act: (queue: (typeof queues)[number]['queue']) => Promise<unknown>) => {
    await Promise.all(queues.map(({ queue }) => act(queue)));
  };
  return {
    state: () =>
      Promise.all(
        queues.map(async ({ role, queue }) => {
          const counts = await queue.getJobCounts();
          const count = (...states: string[]) =>
            states.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
          return {
            role,
            isPaused: await queue.isPaused(),
            waiting: count('waiting', 'wait', 'paused', 'prioritized', 'delayed'),
            active: count('active'),
            completed: count('completed'),
            failed: count('failed'),
            workers: (await queue.getWorkers()).length,
          };
        }),
      ),
    pause: () => each((queue) => queue.pause()),
    resume: () => each((queue) => queue.resume()),
    drain: () => each((queue) => queue.drain()),
    close: () => engine.close(queues.map(({ queue }) => queue)),
  };
}
