import type { Attributes } from '@opentelemetry/api';
import type { Telemetry } from 'bullmq';
import type { Context } from '@tintype/core';

/**
 * One OpenTelemetry trace for each picture, from the run through the queue to a worker and back. No prompt, key or message is in it: spans
 * have ids, keys, error codes and times.
 */
export interface Traces {
  /** For BullMQ, which carries the trace in the job. */
  readonly telemetry: Telemetry;
  /** Runs a step as a span. A rejection leaves its code in the span. */
  readonly span: <Result>(
    name: string,
    attributes: Attributes,
    act: () => Promise<Result>,
  ) => Promise<Result>;
  /** For `Context.trace`: the steps of a run. */
  readonly step: NonNullable<Context['trace']>;
  /** Sends what was not sent yet. Never rejects. */
  readonly close: () => Promise<void>;
}

/**
 * Starts OpenTelemetry for Node, which reads where to send traces from its own variables (`OTEL_EXPORTER_OTLP_ENDPOINT`, …), unless the
 * process has started it already. `env`: the person's. Rejects with `usage` if the package is not installed.
 */
export async function openTraces(
  env: Readonly<Record<string, string | undefined>>,
): Promise<Traces> {
  const { startTraces } = await import('./start-traces.ts');
  return startTraces(env['OTEL_SERVICE_NAME']);
}
