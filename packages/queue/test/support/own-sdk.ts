/** Loaded into a process before anything else (`node --import`), as people start OpenTelemetry for all that their processes do. */
import { startNodeSdk } from '@opentelemetry/sdk-node';

startNodeSdk({
  resourceAttributes: { 'service.name': 'an SDK of its own' },
  resourceDetectors: [],
  metricReaders: [],
  logRecordProcessors: [],
  logLevel: 'error',
});
