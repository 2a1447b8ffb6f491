import type { Context } from '../../src/index.ts';
import { openWorker, type Workers } from '../../src/internal.ts';
import { ownRates } from '../../src/purchase/rates.ts';

/** Workers in this process. What a queue would carry is turned into JSON and back. */
export async function testWorkers(context: Context): Promise<Workers> {
  const { config, now } = context;
  const quiet = { ...context, workers: null, report: () => {} };
  let worker: ReturnType<typeof openWorker> | null = null;
  const rates = ownRates(config.imagesPerMinute, undefined, now);
  const opened = () => (worker ??= openWorker(quiet, rates));
  return {
    purchase: async (order, _, onEvent) => {
      const sent = JSON.parse(JSON.stringify(order)) as typeof order;
      const answer = await (await opened()).purchase(sent, order.costUsd?.high ?? 0, onEvent);
      return JSON.parse(JSON.stringify(answer)) as typeof answer;
    },
    encode: async (order) =>
      (await opened()).encode(JSON.parse(JSON.stringify(order))).catch(() => {}),
  };
}
