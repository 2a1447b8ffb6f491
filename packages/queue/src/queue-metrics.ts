import type { Queue } from 'bullmq';

/** BullMQ's own metrics of several queues as one text: each metric is described once, and its samples follow each other. */
export async function queueMetrics(queues: readonly Queue[]): Promise<string> {
  const texts = await Promise.all(queues.map((queue) => queue.exportPrometheusMetrics()));
  const lines = texts.join('\n').split('\n');
  const byMetric = Map.groupBy(new Set(lines), (line) => /^(?:# \w+ )?(\w*)/.exec(line)?.[1]);
  return `${[...byMetric.values()].flat().join('\n')}\n`;
}
