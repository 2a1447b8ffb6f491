import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';

import { parseMultipart } from '../openai/parse-multipart.ts';
import { readAll } from '../openai/read-body.ts';
import { invalidFields } from './check-input.ts';
import type { Fault } from './faults.ts';
import { type EmulatedModel, replicateModels } from './models.ts';
import { type AddressOf, cancelPrediction, runPrediction } from './run-prediction.ts';
import type { Made, RequestEntry, State } from './state.ts';

interface Exchange {
  readonly state: State;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly log: RequestEntry;
  readonly apiUrl: string;
  readonly addressOf: AddressOf;
}

/** Answers one request to the API, as Replicate would. */
export async function handleApi(exchange: Exchange): Promise<void> {
  const { state, request, log } = exchange;
  const create = /^\/v1\/models\/([\w.-]+\/[\w.-]+)\/predictions$/.exec(log.path);
  const isCreate = log.method === 'POST' && (create !== null || log.path === '/v1/predictions');
  const fault = isCreate ? (state.faults.shift() ?? null) : null;
  if (fault?.kind === 'refuse') {
    request.socket.resetAndDestroy();
    return;
  }
  const body = await readAll(request);
  const token = /^Bearer (\S+)$/.exec(log.headers['authorization'] ?? '')?.[1] ?? null;
  noteLeaks(state, token, body.toString('latin1') + log.path);
  if (token === null || state.tokens?.includes(token) === false) {
    const detail = 'You did not pass a valid authentication token';
    return send(exchange, 401, { title: 'Unauthenticated', detail, status: 401 });
  }
  if (isCreate) return createPrediction(exchange, create?.[1] ?? null, body, fault);
  if (log.method === 'POST' && log.path === '/v1/files') return createFile(exchange, body);
  const one = /^\/v1\/predictions\/(\w+)(\/cancel)?$/.exec(log.path);
  const prediction = state.made.find(({ id }) => id === one?.[1]);
  if (one !== null && prediction !== undefined && log.method === (one[2] ? 'POST' : 'GET')) {
    return one[2] ? cancelOne(exchange, prediction) : showOne(exchange, prediction);
  }
  return send(exchange, 404, { title: 'Not found', detail: 'Not found.', status: 404 });
}

/** A token may be in one header only. */
export function noteLeaks(state: State, token: string | null, text: string): void {
  if (token !== null && text.includes(token)) state.leaks.push(text.slice(0, 200));
}

async function createPrediction(
  exchange: Exchange,
  path: string | null,
  body: Buffer,
  fault: Fault | null,
): Promise<void> {
  const { state, log, response, addressOf } = exchange;
  if (fault?.kind === 'answer' && fault.isMade !== true) return sendFault(exchange, fault);
  const request = readBody(log, path, body);
  if ('problem' in request) return send(exchange, request.status, request.problem);

  let end = (): void => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const prediction: Made = {
    id: randomBytes(13).toString('hex'),
    model: request.model,
    input: request.input,
    headers: log.headers,
    fault,
    createdAt: Date.now(),
    status: 'starting',
    error: null,
    output: null,
    ended,
    end,
    troubles: 0,
  };
  state.made.push(prediction);
  void runPrediction(state, prediction, addressOf);
  const waitMs = fault?.kind === 'poll' ? 0 : request.waitS * state.options.waitSecondMs;
  await Promise.race([prediction.ended, setTimeout(waitMs, undefined, { ref: false })]);
  switch (fault?.kind) {
    case 'answer':
      return sendFault(exchange, fault);
    case 'reset-answer':
      response.socket?.resetAndDestroy();
      return;
    case 'hang-answer':
      return;
    case 'truncate-answer': {
      const text = JSON.stringify(show(prediction, exchange));
      response.writeHead(201, {
        'content-type': 'application/json',
        'content-length': String(text.length),
      });
      response.write(text.slice(0, text.length / 2), () => response.socket?.destroy());
      return;
    }
    default:
      return send(exchange, 201, show(prediction, exchange));
  }
}

interface Asked {
  readonly model: EmulatedModel;
  readonly input: Record<string, unknown>;
  readonly waitS: number;
}

/** All checks before a prediction is made. */
function readBody(
  { headers }: RequestEntry,
  path: string | null,
  body: Buffer,
): Asked | { readonly status: number; readonly problem: object } {
  const value = JSON.parse(body.toString('utf8')) as { input?: unknown; version?: string };
  const unknown = Object.keys(value).filter((name) => !['input', 'version'].includes(name));
  const version = path === null ? (value.version ?? '').split(':').at(-1) : null;
  const model = replicateModels.find((one) =>
    path === null ? one.version === version : one.path === path && one.isOfficial,
  );
  if (path !== null && model === undefined) {
    return {
      status: 404,
      problem: {
        title: 'Not found',
        detail: 'The requested resource could not be found.',
        status: 404,
      },
    };
  }
  if (model === undefined || unknown.length > 0) {
    const title = 'Invalid version or not permitted';
    const detail =
      "The specified version does not exist (or perhaps you don't have permission to use it?)";
    return { status: 422, problem: { title, detail, status: 422 } };
  }
  const input = (value.input ?? {}) as Record<string, unknown>;
  const invalid = invalidFields(model, input);
  if (invalid.length > 0) {
    const detail = invalid.map(({ field, description }) => `- ${field}: ${description}\n`).join('');
    const title = 'Input validation failed';
    return { status: 422, problem: { detail, status: 422, title, invalid_fields: invalid } };
  }
  const prefer = /^wait(?:=(\d+))?$/.exec(headers['prefer'] ?? '');
  const waitS = prefer === null ? 0 : Number(prefer[1] ?? 60);
  const cancelAfter = headers['cancel-after'];
  const cancelAfterS = cancelAfter === undefined ? null : Number(/^(\d+)s$/.exec(cancelAfter)?.[1]);
  if (waitS > 60 || (cancelAfterS !== null && !(cancelAfterS >= 5))) {
    return { status: 400, problem: { detail: 'A header is out of range', status: 400 } };
  }
  return { model, input, waitS };
}

async function showOne(exchange: Exchange, prediction: Made): Promise<void> {
  const { fault } = prediction;
  if (fault?.kind === 'poll' && prediction.troubles < fault.times) {
    prediction.troubles++;
    if (fault.trouble === 'reset') {
      exchange.response.socket?.resetAndDestroy();
      return;
    }
    return send(exchange, fault.trouble, { detail: 'Something went wrong', status: fault.trouble });
  }
  return send(exchange, 200, show(prediction, exchange));
}

async function cancelOne(exchange: Exchange, prediction: Made): Promise<void> {
  await cancelPrediction(exchange.state, prediction, exchange.addressOf);
  return send(exchange, 200, show(prediction, exchange));
}

/** The prediction object, which repeats its input, as Replicate's does. */
function show(prediction: Made, { apiUrl }: Exchange): object {
  const { id, model, status, output, error, input } = prediction;
  const isDone = status === 'succeeded';
  return {
    id,
    model: model.path,
    version: model.isOfficial ? 'hidden' : model.version,
    input,
    logs: isDone
      ? 'Generating image...\nGenerated 1 images\nInput text token count: 12\nInput image token count: 0\nOutput token count: 4160'
      : '',
    output,
    data_removed: false,
    error,
    source: 'api',
    status,
    created_at: new Date(prediction.createdAt).toISOString(),
    urls: {
      get: `${apiUrl}/predictions/${id}`,
      cancel: `${apiUrl}/predictions/${id}/cancel`,
      web: `https://replicate.com/p/${id}`,
    },
  };
}

async function createFile(exchange: Exchange, body: Buffer): Promise<void> {
  const { state, log, apiUrl } = exchange;
  const parts = parseMultipart(body, log.headers['content-type'] ?? '');
  const content = parts.find(({ name }) => name === 'content');
  if (content?.fileName === null || content === undefined) {
    return send(exchange, 422, { detail: 'content: This field is required.', status: 422 });
  }
  const id = randomBytes(12).toString('hex');
  const { bytes, contentType, fileName } = content;
  state.files.set(`/v1/files/${id}`, {
    bytes: Buffer.from(bytes),
    contentType,
    made: null,
    expiresAt: Number.MAX_SAFE_INTEGER,
  });
  const urls = { get: `${apiUrl}/files/${id}` };
  return send(exchange, 201, {
    id,
    name: fileName,
    content_type: contentType,
    size: bytes.length,
    urls,
  });
}

function sendFault(exchange: Exchange, fault: Extract<Fault, { kind: 'answer' }>): void {
  send(exchange, fault.status, fault.body, fault.headers);
}

function send(
  { response, log }: Exchange,
  status: number,
  body: object | string,
  headers: Readonly<Record<string, string>> = {},
): void {
  log.status = status;
  const isText = typeof body === 'string';
  response
    .writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json', ...headers })
    .end(isText ? body : JSON.stringify(body));
}
