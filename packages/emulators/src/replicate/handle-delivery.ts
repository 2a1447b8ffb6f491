import type { ServerResponse } from 'node:http';

import { noteLeaks } from './handle-api.ts';
import type { DeliveredFile, Made, RequestEntry, State } from './state.ts';

/** Answers one request for a picture. A token in it is noted as leaked. */
export function handleDelivery(state: State, log: RequestEntry, response: ServerResponse): void {
  const authorization = log.headers['authorization'];
  if (authorization !== undefined && log.host === 'delivery') {
    noteLeaks(state, authorization, `${log.path} ${authorization}`);
  }
  const file = state.files.get(log.path);
  if (file === undefined || Date.now() > file.expiresAt) return status(response, log, 404);
  if (file.made !== null && meetsTrouble(file.made)) return trouble(file.made, file, response, log);
  log.status = 200;
  response
    .writeHead(200, { 'content-type': file.contentType, 'content-length': file.bytes.length })
    .end(file.bytes);
}

function meetsTrouble(made: Made): boolean {
  return made.fault?.kind === 'download' && made.troubles++ < made.fault.times;
}

function trouble(
  { fault }: Made,
  { bytes }: DeliveredFile,
  response: ServerResponse,
  log: RequestEntry,
): void {
  const kind = fault?.kind === 'download' ? fault.trouble : 500;
  switch (kind) {
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'hang':
      return;
    case 'truncate':
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, bytes.length / 2), () => response.socket?.destroy());
      return;
    case 'redirect':
      response.setHeader('location', 'https://example.com/elsewhere.png');
      return status(response, log, 302);
    default:
      return status(response, log, kind);
  }
}

function status(response: ServerResponse, log: RequestEntry, code: number): void {
  log.status = code;
  response.writeHead(code).end();
}
