import type { QueueAddress } from '../../src/queue-address.ts';
import { openQueueDatabase } from '../../src/queue-database.ts';

/** Opens a run with a budget that has released 50 cents for one job, as a run does before it hands a job over. */
export async function releaseFor(address: QueueAddress, run: string, id: string): Promise<void> {
  const { ledger, close } = await openQueueDatabase(address);
  await ledger.openRun(run, {
    maxUsd: 1,
    spentUsd: 0,
    released: new Map([[id, 0.5]]),
    maxUsdPerDay: null,
    day: '2026-11-28',
    outsideUsd: 0,
  });
  await close();
}
