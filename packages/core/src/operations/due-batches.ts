import { count } from '../amounts.ts';
import { type Context, report } from '../context.ts';
import { minuteOf } from '../plan/in-batches.ts';
import { openStore } from '../store/open-store.ts';
import type { Batch } from '../types.ts';

/**
 * Warns about each batch whose time is over and that nothing has collected. It was billed, and providers delete answers. Needs no
 * network.
 */
export async function warnOfDueBatches(context: Context): Promise<void> {
  // If the store cannot be read, the command itself says so.
  const stored = await (await openStore(context)).batches().catch(() => []);
  for (const one of stored) {
    if (one.kind === 'damaged') continue;
    const due = dueAt(one.batch);
    if (due > context.now()) continue;
    const pictures = one.batch.lines.length;
    const message = `${count(pictures, 'picture')} of the batch ${one.batch.name.slice(0, 8)}… ${pictures === 1 ? 'was' : 'were'} due by ${minuteOf(due.toISOString())}: run tintype batch collect. What was made is paid for, and OpenAI deletes it after 30 days`;
    report(context, { type: 'warning', code: 'batch-due', message });
  }
}

/** A batch is answered within a day of its order. */
function dueAt({ dueAt, lines }: Batch): Date {
  return dueAt === null ? new Date(Date.parse(lines[0]!.startedAt) + 86_400_000) : new Date(dueAt);
}
