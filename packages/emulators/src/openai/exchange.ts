import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { azureNoVersion, azureWrongKey, wrongKey } from './api-error.ts';
import { deliver, pause, type Reply } from './deliver.ts';
import type { EmulatorState } from './emulator-state.ts';
import type { StorageEndpoint, StorageFault } from './batch-control.ts';
import type { Endpoint } from './check-request.ts';
import type { AnswerFault, DelayFault, Trouble } from './faults.ts';
import type { RequestEntry, Writable } from './ledger.ts';
import { readAll } from './read-body.ts';

/** One HTTP exchange, and its line in the log. */
export interface Exchange {
  readonly state: EmulatorState;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly log: Writable<RequestEntry>;
  readonly startedAt: number;
  /** The model that the path names, which Azure's older API serves whatever the body says; `null`: the body names it. */
  readonly deployment: string | null;
}

export function beginExchange(
  state: EmulatorState,
  request: IncomingMessage,
  response: ServerResponse,
): Exchange {
  const { method = '', url = '' } = request;
  const [address = '', query = ''] = url.split('?');
  // Azure has the same paths below `/openai`, and in its older API below `/openai/deployments/<name>`.
  const older = /^\/openai\/deployments\/([^/]+)(\/images\/\w+)$/.exec(address);
  const log: RequestEntry = {
    id: newRequestId(),
    at: Date.now(),
    method,
    path: older === null ? address.replace(/^\/openai(?=\/v1\/)/, '') : `/v1${older[2]}`,
    query,
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    ),
    body: null,
    status: null,
    code: null,
    fault: null,
  };
  state.requests.push(log);
  const deployment = older === null ? null : decodeURIComponent(older[1]!);
  return { state, request, response, log, startedAt: performance.now(), deployment };
}

export function newRequestId(): string {
  return `req_${randomBytes(16).toString('hex')}`;
}

/** A body, from a caller whose key is right. `null`: a fault has reset the connection instead. Throws the API's 401. */
export async function receive(
  exchange: Exchange,
  endpoint: Endpoint | StorageEndpoint,
): Promise<Buffer | null> {
  const { state, request, response, log } = exchange;
  if (state.faults.takeRefusal(endpoint)) {
    log.fault = 'refuse';
    response.socket?.resetAndDestroy();
    return null;
  }
  const bytes = await readAll(request);
  checkKey(exchange);
  return bytes;
}

/** Throws the API's 401. */
export function checkKey({ state, log }: Exchange): void {
  if (state.options.isAzure) return checkAzureKey(state, log);
  const key = /^Bearer\s+(\S+)$/i.exec(log.headers['authorization'] ?? '')?.[1] ?? null;
  if (key === null || (state.apiKeys !== null && !state.apiKeys.includes(key))) {
    throw wrongKey(key);
  }
}

function checkAzureKey({ apiKeys }: EmulatorState, log: RequestEntry): void {
  const key = log.headers['api-key'] ?? '';
  if (key === '' || apiKeys?.includes(key) === false) throw azureWrongKey();
  if (!new URLSearchParams(log.query).has('api-version')) throw azureNoVersion();
}

export async function delay(response: ServerResponse, { ms, until }: DelayFault): Promise<void> {
  await pause(response, ms);
  await until;
}

/** Sends an answer with the headers that all answers have. */
export async function reply(
  exchange: Exchange,
  answer: Reply,
  trouble: Trouble | StorageFault | null = null,
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

export function troubleReply(trouble: AnswerFault): Reply {
  if (trouble.kind === 'error') {
    return jsonReply(trouble.status, { error: trouble.error }, trouble.headers);
  }
  const headers = { 'content-type': trouble.contentType };
  return { status: trouble.status, headers, pieces: [trouble.body], paceMs: 0 };
}

export function jsonReply(status: number, body: object, headers: Reply['headers'] = {}): Reply {
  const answer = textReply(status, JSON.stringify(body));
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

export function textReply(status: number, json: string | Reply['pieces']): Reply {
  const pieces = typeof json === 'string' ? [json] : json;
  return { status, headers: { 'content-type': 'application/json' }, pieces, paceMs: 0 };
}
