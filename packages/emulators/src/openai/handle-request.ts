import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { ApiError, wrongKey } from './api-error.ts';
import { checkRequest, type Endpoint, type ImageRequest } from './check-request.ts';
import { answerBody, answerEvents, drawAnswer, type Answer } from './compose-answer.ts';
import { deliver, pause, type Reply } from './deliver.ts';
import type { EmulatorState } from './emulator-state.ts';
import { isBilled, type AnswerFault, type DelayFault, type Trouble } from './faults.ts';
import type { LedgerEntry, RequestEntry, Writable } from './ledger.ts';
import { modelsAlive, type EmulatedModel } from './model-table.ts';
import { describeFile, parseBody, readAll, sha256, type ReceivedBody } from './read-body.ts';
import { costUsdOf, usageOf } from './token-usage.ts';

/** One HTTP exchange, and its line in the log. */
interface Exchange {
  readonly state: EmulatorState;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly log: Writable<RequestEntry>;
  readonly startedAt: number;
}

/** Answers one request below `/v1`, as the API would. */
export async function handleRequest(
  state: EmulatorState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const exchange = begin(state, request, response);
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

function begin(state: EmulatorState, request: IncomingMessage, response: ServerResponse): Exchange {
  const { method = '', url = '' } = request;
  const log: RequestEntry = {
    id: `req_${randomBytes(16).toString('hex')}`,
    at: Date.now(),
    method,
    path: url.split('?')[0] ?? '',
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    ),
    body: null,
    status: null,
    code: null,
    fault: null,
  };
  state.requests.push(log);
  return { state, request, response, log, startedAt: performance.now() };
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
      if (log.method === 'GET' && log.path.startsWith('/v1/models/')) return oneModel(exchange);
      await readAll(exchange.request);
      throw new ApiError(404, {
        message: `Invalid URL (${log.method} ${log.path})`,
        type: 'invalid_request_error',
        param: null,
        code: null,
      });
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
  const { state, response, log } = exchange;
  if (state.faults.takeRefusal(endpoint)) {
    log.fault = 'refuse';
    response.socket?.resetAndDestroy();
    return;
  }
  const bytes = await readAll(exchange.request);
  checkKey(exchange);
  const type = log.headers['content-type'] ?? '';
  const body = parseBody(bytes, type, endpoint === 'edits' ? ['json', 'multipart'] : ['json']);
  log.body = loggedBody(body);
  const { models, today } = state.options;
  const request = await checkRequest(endpoint, body, models, today);
  state.rateLimit?.take(request.model.id, request.n + request.inputs.length);

  const { prompt, model } = request;
  const fault = state.faults.take({ endpoint, prompt, model: model.id });
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
  const { latencyMs, detail } = state.options;
  const trouble = afterDelay(fault);
  const entry = bill(exchange, request, body);
  const takes = takesOf(state, body, request);
  state.inFlight++;
  state.inFlightPeak = Math.max(state.inFlightPeak, state.inFlight);
  try {
    if (fault?.kind === 'delay') await delay(response, fault);
    const asStream = request.stream && trouble?.kind !== 'json-instead-of-stream';
    const orderedAt = performance.now();
    const order: Answer = { request, usage: entry.usage, detail, takes, fault: trouble };
    const pictures = preparedPictures(state, entry) ?? (await drawAnswer(order));
    entry.pictures = pictures.map(hashOf);
    const answer =
      trouble?.kind === 'error' || trouble?.kind === 'page'
        ? troubleReply(trouble)
        : asStream
          ? eventReply(await answerEvents(order, pictures[0] as Buffer), latencyMs)
          : textReply(200, answerBody(order, pictures));
    // The time includes composing the answer, as it does at the API.
    if (!asStream) await pause(response, latencyMs - (performance.now() - orderedAt));
    const whole = await reply(exchange, answer, trouble);
    if (!whole) entry.outcome = 'dropped';
    else entry.outcome = log.status === 200 ? 'answered' : 'refused';
  } finally {
    state.inFlight--;
  }
}

const hashes = new WeakMap<Buffer, string>();

/** A picture that is sent again is hashed only once. */
function hashOf(picture: Buffer): string {
  const hash = hashes.get(picture) ?? sha256(picture);
  hashes.set(picture, hash);
  return hash;
}

/** The next of the given pictures; `null`: none are given. */
function preparedPictures(
  { options: { pictures }, ledger }: EmulatorState,
  entry: LedgerEntry,
): Buffer[] | null {
  if (pictures.length === 0) return null;
  const first = ledger.indexOf(entry);
  return Array.from({ length: entry.n }, (_, at) => pictures[(first + at) % pictures.length]!);
}

function bill(
  { state, log }: Exchange,
  request: ImageRequest,
  body: ReceivedBody,
): Writable<LedgerEntry> {
  const usage = usageOf(request);
  const { images: _images, mask: _mask, ...fields } = body.fields;
  const entry: LedgerEntry = {
    id: log.id,
    at: Date.now(),
    endpoint: request.endpoint,
    model: request.model.id,
    prompt: request.prompt,
    body: fields,
    files: request.files.map(describeFile),
    n: request.n,
    images: request.n,
    usage,
    costUsd: costUsdOf(request.model, usage),
    pictures: [],
    outcome: 'working',
    fault: log.fault,
    headers: Object.fromEntries(
      Object.entries(log.headers).filter(([name]) => /^(user-agent$|openai-|x-)/.test(name)),
    ),
  };
  state.ledger.push(entry);
  return entry;
}

/** A seed for each picture, from the request's fingerprint and the number of times it was drawn. */
function takesOf(state: EmulatorState, body: ReceivedBody, request: ImageRequest): string[] {
  const fields = Object.entries(body.fields).sort(([a], [b]) => (a < b ? -1 : 1));
  const files = request.files.map((file) => sha256(file.bytes));
  const fingerprint = sha256(JSON.stringify([request.endpoint, fields, files]));
  return Array.from({ length: request.n }, () => {
    const take = (state.takes.get(fingerprint) ?? 0) + 1;
    state.takes.set(fingerprint, take);
    return `${fingerprint} ${take}`;
  });
}

function checkKey({ state, log }: Exchange): void {
  const key = /^Bearer\s+(\S+)$/i.exec(log.headers['authorization'] ?? '')?.[1] ?? null;
  if (key === null || (state.apiKeys !== null && !state.apiKeys.includes(key))) {
    throw wrongKey(key);
  }
}

function loggedBody(body: ReceivedBody): unknown {
  if (body.encoding === 'json') return body.fields;
  return { ...body.fields, files: body.files.map(describeFile) };
}

function afterDelay(fault: DelayFault | Trouble | null): Trouble | null {
  return fault?.kind === 'delay' ? (fault.followedBy ?? null) : fault;
}

async function delay(response: ServerResponse, { ms, until }: DelayFault): Promise<void> {
  await pause(response, ms);
  await until;
}

/** Sends an answer with the headers that all answers have. */
async function reply(
  exchange: Exchange,
  answer: Reply,
  trouble: Trouble | null = null,
): Promise<boolean> {
  const { state, response, log, startedAt } = exchange;
  const headers = {
    'x-request-id': log.id,
    'openai-version': '2020-10-01',
    'openai-organization': 'org-emulator',
    'openai-processing-ms': String(Math.round(performance.now() - startedAt)),
    ...state.rateLimit?.headers(),
    ...answer.headers,
  };
  log.code = codeOf(answer);
  const whole = await deliver(response, { ...answer, headers }, trouble);
  log.status = response.headersSent ? response.statusCode : null;
  return whole;
}

function codeOf(answer: Reply): string | null {
  if (answer.status < 400 || answer.headers['content-type'] !== 'application/json') return null;
  // An answer of another server, sent by a `page` fault, may have no `error`.
  const body = JSON.parse(answer.pieces.join('')) as { error?: { code?: string | null } };
  return body.error?.code ?? null;
}

function troubleReply(trouble: AnswerFault): Reply {
  if (trouble.kind === 'error') {
    return jsonReply(trouble.status, { error: trouble.error }, trouble.headers);
  }
  const headers = { 'content-type': trouble.contentType };
  return { status: trouble.status, headers, pieces: [trouble.body], paceMs: 0 };
}

function eventReply(events: readonly string[], latencyMs: number): Reply {
  const headers = { 'content-type': 'text/event-stream' };
  return { status: 200, headers, pieces: events, paceMs: latencyMs / events.length };
}

function jsonReply(status: number, body: object, headers: Reply['headers'] = {}): Reply {
  const answer = textReply(status, JSON.stringify(body));
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

function textReply(status: number, json: string | Reply['pieces']): Reply {
  const pieces = typeof json === 'string' ? [json] : json;
  return { status, headers: { 'content-type': 'application/json' }, pieces, paceMs: 0 };
}
