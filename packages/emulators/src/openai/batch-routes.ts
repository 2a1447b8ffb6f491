import { setTimeout } from 'node:timers/promises';

import { answerCall } from './answer-call.ts';
import { ApiError, invalidRequest, unknownUrl } from './api-error.ts';
import { batchEndpoints, batchObject, moveTo, newBatch, type Batch } from './batch.ts';
import type { BatchEndpoint, NewBatch } from './batch.ts';
import type { EmulatorState } from './emulator-state.ts';
import { jsonReply, type Exchange } from './exchange.ts';
import { pageBody, pageOf } from './page-by-cursor.ts';
import { isRecord, parseBody, readAll, type ReceivedBody } from './read-body.ts';
import { readExpiryMs } from './read-expiry.ts';
import { missing, readChoice, readString, unknownParameter, wrongType } from './read-parameter.ts';
import { finish, inTurn, validate } from './run-batch.ts';

const knownFields: ReadonlySet<string> = new Set([
  'input_file_id',
  'endpoint',
  'completion_window',
  'metadata',
  'output_expires_after',
]);

/** Answers the requests below `/v1/batches`. */
export async function answerBatchCall(exchange: Exchange): Promise<void> {
  const { log, request, state } = exchange;
  const [id = null, part = null, ...more] = log.path.split('/').slice(3);
  switch (`${log.method} ${id === null ? '' : 'one'} ${part ?? ''}${more.join('/')}`) {
    case 'POST  ':
      return answerCall(exchange, 'batches.create', (bytes) => {
        const body = parseBody(bytes, log.headers['content-type'] ?? '', ['json']);
        log.body = body.fields;
        const order = readNewBatch(body);
        return (fault) => {
          const errors = fault?.kind === 'fails-validation' ? fault.errors : null;
          const batch = newBatch(order, state.clock.now(), errors);
          state.batches.push(batch);
          void runByItself(state, batch);
          return jsonReply(200, batchObject(batch));
        };
      });
    case 'GET  ':
      return answerCall(exchange, 'batches.list', () => {
        const { searchParams } = new URL(request.url ?? '', 'http://localhost');
        const { items, hasMore } = pageOf(listed(state), searchParams, { max: 100, usual: 20 });
        return () => jsonReply(200, pageBody(items.map(batchObject), hasMore));
      });
    case 'GET one ':
      return answerCall(exchange, 'batches.retrieve', () => {
        const batch = batchOf(exchange, id);
        return () => jsonReply(200, batchObject(batch));
      });
    case 'POST one cancel':
      return answerCall(exchange, 'batches.cancel', () => {
        const batch = batchOf(exchange, id);
        checkCancel(batch);
        return () => {
          if (batch.status !== 'cancelling') moveTo(batch, 'cancelling', state.clock.now());
          return jsonReply(200, batchObject(batch));
        };
      });
    default:
      await readAll(request);
      throw unknownUrl(log.method, log.path);
  }
}

/** Ends a batch after `batchLatencyMs`. The validation takes a tenth of it. */
async function runByItself(state: EmulatorState, batch: Batch): Promise<void> {
  const { batchLatencyMs } = state.options;
  if (batchLatencyMs === undefined) return;
  const timer = { ref: false, signal: state.ended.signal };
  try {
    await setTimeout(batchLatencyMs / 10, undefined, timer);
    await inTurn(batch, () => validate(state, batch));
    await setTimeout((batchLatencyMs * 9) / 10, undefined, timer);
    await inTurn(batch, () => finish(state, batch));
  } catch (error) {
    if (!state.ended.signal.aborted) throw error;
  }
}

/** Newest first. */
function listed({ batches, clock, options }: EmulatorState): Batch[] {
  const until = clock.now() - options.batchListLagMs;
  return batches.filter((batch) => batch.planted || batch.createdAt <= until).toReversed();
}

/** Does not check whether the input file exists: the validation does (stdapi-ai/stdapi.ai#240, 2026-09). */
function readNewBatch(body: ReceivedBody): NewBatch {
  for (const name of Object.keys(body.fields)) {
    if (!knownFields.has(name)) throw unknownParameter(name);
  }
  const inputFileId = readString(body, 'input_file_id');
  if (inputFileId === null) throw missing('input_file_id');
  const endpoint = readChoice(body, 'endpoint', Object.keys(batchEndpoints));
  if (endpoint === null) throw missing('endpoint');
  if (readChoice(body, 'completion_window', ['24h']) === null) throw missing('completion_window');
  const expiry = body.fields['output_expires_after'] ?? {};
  if (!isRecord(expiry)) throw wrongType('output_expires_after', 'an object', expiry);
  return {
    endpoint: endpoint as BatchEndpoint,
    inputFileId,
    metadata: readMetadata(body.fields['metadata'] ?? null),
    outputExpiresAfterMs: readExpiryMs('output_expires_after', body.encoding, expiry),
  };
}

/** The limits are those of `batches.d.ts` (openai 7.57.0). The texts imitate those of other parameters. */
function readMetadata(metadata: unknown): Readonly<Record<string, string>> | null {
  if (metadata === null) return null;
  if (!isRecord(metadata)) throw wrongType('metadata', 'an object', metadata);
  const pairs = Object.entries(metadata);
  if (pairs.length > 16) {
    const message = `Invalid 'metadata': too many properties. Expected an object with at most 16 properties, but got an object with ${pairs.length} properties instead.`;
    throw invalidRequest('object_above_max_properties', 'metadata', message);
  }
  for (const [key, value] of pairs) {
    if (typeof value !== 'string') throw wrongType(`metadata.${key}`, 'a string', value);
    checkLength(`metadata.${key}`, 'key', key, 64);
    checkLength(`metadata.${key}`, 'value', value, 512);
  }
  return metadata as Readonly<Record<string, string>>;
}

function checkLength(param: string, what: string, text: string, max: number): void {
  if (text.length <= max) return;
  const message = `Invalid '${param}': ${what} too long. Expected a string with maximum length ${max}, but got a string with length ${text.length} instead.`;
  throw invalidRequest('string_above_max_length', param, message);
}

/** The text is from memory. */
function batchOf({ state }: Exchange, id: string | null): Batch {
  const batch = state.batches.find((candidate) => candidate.id === id);
  if (batch) return batch;
  throw new ApiError(404, {
    message: `No batch found with id '${id}'.`,
    type: 'invalid_request_error',
    param: null,
    code: null,
  });
}

/** The status and the text are from memory. That a batch can be cancelled twice is made up. */
function checkCancel({ status }: Batch): void {
  if (['validating', 'in_progress', 'finalizing', 'cancelling'].includes(status)) return;
  throw new ApiError(409, {
    message: `Cannot cancel a batch with status '${status}'.`,
    type: 'invalid_request_error',
    param: null,
    code: null,
  });
}
