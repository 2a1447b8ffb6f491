import {
  context,
  isSpanContextValid,
  ProxyTracerProvider,
  SpanStatusCode,
  trace,
  type TracerProvider,
} from '@opentelemetry/api';
import { TintypeError } from '@tintype/core';
import { succeeds } from '@tintype/core/internal';
import { inTime } from './engine.ts';
import { pictureTelemetry } from './picture-telemetry.ts';
import type { Traces } from './traces.ts';

/** See `openTraces`. `serviceName`: what the traces say that they are from. */
export async function startTraces(serviceName = name): Promise<Traces> {
  const shutdown = isStarted() ? flush : await start(serviceName);
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
    // A collector that is away is asked again and again.
    close: async () => void (await succeeds(inTime(shutdown()))),
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

/** Sends what an SDK of the process has not sent. The process may have ended before the SDK would send it by itself. */
async function flush(): Promise<void> {
  const provider = trace.getTracerProvider();
  const own = provider instanceof ProxyTracerProvider ? provider.getDelegate() : provider;
  await (own as TracerProvider & { forceFlush?: () => Promise<void> }).forceFlush?.();
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
