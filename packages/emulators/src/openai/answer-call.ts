import { setTimeout } from 'node:timers/promises';

import type { StorageEndpoint, StorageFault } from './batch-control.ts';
import type { Reply } from './deliver.ts';
import { delay, receive, reply, troubleReply, type Exchange } from './exchange.ts';
import { afterDelay, type Trouble } from './faults.ts';

/**
 * Answers a call for files or batches, unless a fault prevents it. `check` reads the request and throws the API's errors. The
 * function that it returns carries the call out. A call that `check` refuses uses up no fault.
 */
export async function answerCall(
  exchange: Exchange,
  endpoint: StorageEndpoint,
  check: (bytes: Buffer) => (trouble: Trouble | StorageFault | null) => Reply,
): Promise<void> {
  const { state, response, log } = exchange;
  const bytes = await receive(exchange, endpoint);
  if (bytes === null) return;
  const work = check(bytes);

  const fault = state.faults.takeForStorage(endpoint);
  const trouble = afterDelay(fault);
  log.fault = trouble?.kind ?? fault?.kind ?? null;
  if (fault?.kind === 'delay') await delay(response, fault);
  switch (trouble?.kind) {
    case 'late':
      response.socket?.resetAndDestroy();
      await setTimeout(trouble.ms, undefined, { ref: false });
      await trouble.until;
      if (!state.ended.signal.aborted) work(trouble);
      return;
    case 'error':
    case 'page':
      if (trouble.billed) work(trouble);
      await reply(exchange, troubleReply(trouble));
      return;
    default:
      await reply(exchange, work(trouble), trouble);
  }
}
