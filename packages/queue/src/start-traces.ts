import { context, isSpanContextValid, SpanStatusCode, trace } from '@opentelemetry/api';
import { TintypeError } from '@tintype/core';
import { pictureTelemetry } from './picture-telemetry.ts';
import type { Traces } from './traces.ts';

/** See `openTraces`. `serviceName`: what the traces say that they are from. */
export async function startTraces(serviceName = name): Promise<Traces> {
  const shutdown = isStarted() ? async () => {} : await start(serviceName);
  const { BullMQOtel } = await import('bullmq-otel');
  const tracer = trace.getTracer(name);
  const inSpan: Traces['span'] = (name, attributes, act) =>
    tracer.startActiveSpan(name, { attributes }, async (span) => {
      try {
        return await act();
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR });
        span.setAttribute('error.type', codeOf(error));
        throw error;
      } finally {
        span.end();
      }
    });
  return {
    telemetry: pictureTelemetry(new BullMQOtel({ tracerName: name })),
    span: inSpan,
    step: (step, { id, candidate }, act) =>
      inSpan(
        step,
        { 'tintype.image': id, ...(candidate !== undefined && { 'tintype.candidate': candidate }) },
        act,
      ),
    close: () => shutdown().catch(() => {}),
  };
}

const name = 'tintype';

/** The code of an error of Tintype, or of the system. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'internal';
}

/** Whether the process was started with an SDK of its own, such as `node --import`. */
function isStarted(): boolean {
  const span = trace.getTracer(name).startSpan('is there an SDK?', {}, context.active());
  return isSpanContextValid(span.spanContext());
}

async function start(serviceName: string): Promise<() => Promise<void>> {
  const { startNodeSdk } = await import('@opentelemetry/sdk-node').catch((cause: unknown) => {
    throw new TintypeError(
      'usage',
      'traces need a package: npm install @opentelemetry/sdk-node@0.301',
      { cause },
    );
  });
  const { shutdown } = startNodeSdk({
    resourceAttributes: { 'service.name': serviceName },
    // Those of the process contain its arguments, where a URL may have a password.
    resourceDetectors: [],
    metricReaders: [],
    logRecordProcessors: [],
    logLevel: 'error',
  });
  return shutdown;
}
