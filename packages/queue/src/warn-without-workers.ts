import type { Queue } from 'bullmq';
import type { Context } from '@tintype/core';
import { report } from '@tintype/core/internal';
import { inTime, type Role } from './engine.ts';
import type { QueueAddress } from './queue-address.ts';

interface Waited {
  readonly role: Role;
  readonly address: QueueAddress;
  /** Whether the run waits for a job of this role now. */
  readonly isWaiting: () => boolean;
}

const works: Record<Role, string> = { buy: 'buys pictures', encode: 'encodes files' };

/** Looks every few seconds, and warns once if a run waits for jobs and no worker is connected that does them. Returns what ends that. */
export function warnWithoutWorkers(
  queue: Pick<Queue, 'getWorkersCount'>,
  { role, address, isWaiting }: Waited,
  context: Context,
  everyMs = 5000,
): () => void {
  let hasWarned = false;
  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  return () => clearInterval(timer);

  async function look(): Promise<void> {
    if (!isWaiting()) return;
    // The run reports that the database is away.
    const count = await inTime(queue.getWorkersCount()).catch(() => null);
    // Looks overlap if the database answers slowly.
    if (count !== 0 || hasWarned || !isWaiting()) return;
    hasWarned = true;
    clearInterval(timer);
    const message = `no worker ${works[role]}, so the run waits; start one: tintype worker --queue "${address.shown}?name=${address.name}"`;
    report(context, { type: 'warning', code: 'no-worker', message });
  }
}
