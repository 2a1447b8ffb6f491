import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import type { DoneJob } from './run-worker.ts';

/** What one worker did since it started, for Prometheus. Labels are roles and error codes: no prompt, key or file is in them. */
export interface WorkerMetrics {
  readonly onJob: (done: DoneJob) => void;
  /** A request has to wait because of the limit of pictures a minute. */
  readonly onRateWait: (ms: number) => void;
  /** In the text format of Prometheus. */
  readonly text: () => Promise<string>;
  readonly contentType: string;
}

/** From an encoded set of icons to a purchase at the highest quality. */
const bucketSeconds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320];

export function workerMetrics(): WorkerMetrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = (name: string, help: string) => new Counter({ name, help, registers });
  // Memory, processor time and delays of this process.
  collectDefaultMetrics({ register: registry });
  const jobs = new Histogram({
    name: 'tintype_job_duration_seconds',
    help: 'Jobs of this worker by role and outcome: "done", or the code of the error.',
    labelNames: ['role', 'outcome'],
    buckets: bucketSeconds,
    registers,
  });
  const bought = counter('tintype_pictures_bought_total', 'Pictures that this worker paid for.');
  const cost = counter('tintype_cost_usd_total', 'US dollars that they cost.');
  const unknown = counter('tintype_cost_unknown_total', 'Pictures whose cost is not known.');
  const maybe = counter('tintype_maybe_billed_total', 'Failures that may have been billed.');
  const maybeUsd = counter(
    'tintype_maybe_billed_usd_total',
    'US dollars, by high estimates, that they may have cost.',
  );
  const waits = counter('tintype_rate_waits_total', 'Times that a request had to wait.');
  const waitSeconds = counter('tintype_rate_wait_seconds_total', 'Seconds that requests waited.');

  return {
    onJob({ role, code, ms, bought: pictures, costUsd, maybeBilledUsd }) {
      jobs.observe({ role, outcome: code ?? 'done' }, ms / 1000);
      bought.inc(pictures);
      cost.inc(costUsd ?? 0);
      if (costUsd === null) unknown.inc(pictures);
      if (maybeBilledUsd !== 0) maybe.inc();
      maybeUsd.inc(maybeBilledUsd ?? 0);
    },
    onRateWait(ms) {
      waits.inc();
      waitSeconds.inc(ms / 1000);
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
