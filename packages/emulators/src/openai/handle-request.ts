import type { IncomingMessage, ServerResponse } from 'node:http';

import { ApiError, unknownUrl } from './api-error.ts';
import { answerBatchCall } from './batch-routes.ts';
import { checkRequest, type Endpoint, type ImageRequest } from './check-request.ts';
import { answerBody, answerEvents } from './compose-answer.ts';
import { pause, type Reply } from './deliver.ts';
import type { EmulatorState } from './emulator-state.ts';
import {
  beginExchange,
  checkKey,
  delay,
  receive,
  jsonReply,
  reply,
  textReply,
  troubleReply,
  type Exchange,
} from './exchange.ts';
import { afterDelay, isBilled, type AnswerFault, type DelayFault, type Trouble } from './faults.ts';
import { answerFileCall } from './file-routes.ts';
import { modelsAlive, type EmulatedModel } from './model-table.ts';
import { fillOrder, placeOrder } from './order-pictures.ts';
import { loggedBody, parseBody, readAll, type ReceivedBody } from './read-body.ts';

/** Answers one request below `/v1`, as the API would. */
export async function handleRequest(
  state: EmulatorState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const exchange = beginExchange(state, request, response);
  try {
    await route(exchange);
  } catch (error) {
    if (error instanceof ApiError) {
      await reply(exchange, jsonReply(error.status, { error: error.body }, error.headers));
    } else if (!request.destroyed) {
      // A bug of the emulator must be visible.
      response.destroy();
      throw error;
    }
  }
}

async function route(exchange: Exchange): Promise<void> {
  const { log } = exchange;
  switch (`${log.method} ${log.path}`) {
    case 'POST /v1/images/generations':
      return images(exchange, 'generations');
    case 'POST /v1/images/edits':
      return images(exchange, 'edits');
    case 'POST /v1/images/variations':
      // Retired with dall-e-2 on 2026-05-12: the answer is a 404 without a body.
      await readAll(exchange.request);
      await reply(exchange, { status: 404, headers: {}, pieces: [], paceMs: 0 });
      return;
    case 'GET /v1/models':
      return listModels(exchange);
    default:
      if (/^\/v1\/files(\/|$)/.test(log.path)) return answerFileCall(exchange);
      if (/^\/v1\/batches(\/|$)/.test(log.path)) return answerBatchCall(exchange);
      if (log.method === 'GET' && log.path.startsWith('/v1/models/')) return oneModel(exchange);
      await readAll(exchange.request);
      throw unknownUrl(log.method, log.path);
  }
}

async function listModels(exchange: Exchange): Promise<void> {
  checkKey(exchange);
  const { models, today } = exchange.state.options;
  const data = modelsAlive(models, today).map(modelObject);
  await reply(exchange, jsonReply(200, { object: 'list', data }));
}

async function oneModel(exchange: Exchange): Promise<void> {
  checkKey(exchange);
  const { models, today } = exchange.state.options;
  const id = decodeURIComponent(exchange.log.path.slice('/v1/models/'.length));
  const model = modelsAlive(models, today).find((candidate) => candidate.id === id);
  if (model) {
    await reply(exchange, jsonReply(200, modelObject(model)));
    return;
  }
  throw new ApiError(404, {
    message: `The model '${id}' does not exist`,
    type: 'invalid_request_error',
    param: 'model',
    code: 'model_not_found',
  });
}

function modelObject({ id, created, shutdownDate }: EmulatedModel): object {
  return { id, object: 'model', created, owned_by: 'system', shutdown_date: shutdownDate };
}

/**
 * A request that is refused before the fault is free, and uses up no fault. A request with a fault counts for the rate
 * limit.
 */
async function images(exchange: Exchange, endpoint: Endpoint): Promise<void> {
  const { state, response, log, deployment } = exchange;
  const bytes = await receive(exchange, endpoint);
  if (bytes === null) return;
  const type = log.headers['content-type'] ?? '';
  const sent = parseBody(bytes, type, endpoint === 'edits' ? ['json', 'multipart'] : ['json']);
  const body =
    deployment === null ? sent : { ...sent, fields: { ...sent.fields, model: deployment } };
  log.body = loggedBody(body);
  const request = await checkRequest(endpoint, body, state);
  state.rateLimit?.take(request.model.id, request.n + request.inputs.length);

  const { prompt, model } = request;
  const fault = state.faults.take({ endpoint, prompt, model: model.id, customId: null });
  const trouble = afterDelay(fault);
  log.fault = trouble?.kind ?? fault?.kind ?? null;
  if (isBilled(fault)) await work(exchange, request, body, fault);
  else {
    if (fault?.kind === 'delay') await delay(response, fault);
    await reply(exchange, troubleReply(trouble as AnswerFault));
  }
}

/** Does the work, bills it and sends the answer, as far as the fault permits. */
async function work(
  exchange: Exchange,
  request: ImageRequest,
  body: ReceivedBody,
  fault: DelayFault | Trouble | null,
): Promise<void> {
  const { state, response, log } = exchange;
  const { latencyMs } = state.options;
  const trouble = afterDelay(fault);
  const origin = { id: log.id, headers: log.headers, batchId: null, customId: null };
  const order = placeOrder(state, origin, request, body, trouble, log.fault);
  const { entry, answer } = order;
  state.inFlight++;
  state.inFlightPeak = Math.max(state.inFlightPeak, state.inFlight);
  try {
    if (fault?.kind === 'delay') await delay(response, fault);
    const asStream = request.stream && trouble?.kind !== 'json-instead-of-stream';
    const orderedAt = performance.now();
    const pictures = await fillOrder(state, order);
    const composed =
      trouble?.kind === 'error' || trouble?.kind === 'page'
        ? troubleReply(trouble)
        : asStream
          ? eventReply(await answerEvents(answer, pictures[0] as Buffer), latencyMs)
          : textReply(200, answerBody(answer, pictures));
    // The time includes composing the answer, as it does at the API.
    if (!asStream) await pause(response, latencyMs - (performance.now() - orderedAt));
    const whole = await reply(exchange, composed, trouble);
    if (!whole) entry.outcome = 'dropped';
    else entry.outcome = log.status === 200 ? 'answered' : 'refused';
  } finally {
    state.inFlight--;
  }
}

function eventReply(events: readonly string[], latencyMs: number): Reply {
  const headers = { 'content-type': 'text/event-stream' };
  return { status: 200, headers, pieces: events, paceMs: latencyMs / events.length };
}
