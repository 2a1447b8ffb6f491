import { context, INVALID_SPAN_CONTEXT, trace, type Context } from '@opentelemetry/api';
import type { Telemetry } from 'bullmq';

type Span = ReturnType<Telemetry<Context>['tracer']['startSpan']>;
type Attributes = Parameters<Span['setAttributes']>[0];

/**
 * What BullMQ says about pictures, and nothing else. It also describes how a worker waits for jobs and renews their locks, which belongs to
 * no picture, and it sends what jobs say and answer, which may quote a prompt.
 */
export function pictureTelemetry({ tracer, contextManager }: Telemetry): Telemetry {
  return {
    contextManager,
    tracer: {
      startSpan(name, options, parent: Context = context.active()) {
        const isOfPicture = trace.getSpan(parent) !== undefined;
        return isOfPicture ? withoutContents(tracer.startSpan(name, options, parent)) : noSpan;
      },
    },
  };
}

/** The attributes of BullMQ (`TelemetryAttributes`) that say which job it is, and how far. */
const shown = new Set([
  'bullmq.queue.name',
  'bullmq.queue.operation',
  'bullmq.job.name',
  'bullmq.job.id',
  'bullmq.job.attempts.made',
  'bullmq.job.processed.timestamp',
  'bullmq.job.attempt_finished_timestamp',
  'bullmq.worker.id',
]);

function withoutContents(span: Span): Span {
  return {
    setSpanOnContext: (parent) => span.setSpanOnContext(parent),
    setAttribute: (key, value) => span.setAttributes(shownOf({ [key]: value })),
    setAttributes: (attributes) => span.setAttributes(shownOf(attributes)),
    addEvent: (name, attributes = {}) => span.addEvent(name, shownOf(attributes)),
    // The step in it says which error it is.
    recordException: () => {},
    end: () => span.end(),
  };
}

function shownOf(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => shown.has(key)));
}

const noSpan: Span = {
  setSpanOnContext: (parent) => trace.setSpan(parent, trace.wrapSpanContext(INVALID_SPAN_CONTEXT)),
  setAttribute: () => {},
  setAttributes: () => {},
  addEvent: () => {},
  recordException: () => {},
  end: () => {},
};
