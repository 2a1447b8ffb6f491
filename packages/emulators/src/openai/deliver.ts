import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';

import type { StorageFault } from './batch-control.ts';
import type { Trouble } from './faults.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body, in the pieces in which it is sent. */
  readonly pieces: readonly (string | Buffer)[];
  /** The pause before each piece. */
  readonly paceMs: number;
}

/**
 * Sends an answer, damaged on its way as the fault says. Resolves when the bytes are sent, to whether the client can have
 * received all of them.
 */
export async function deliver(
  response: ServerResponse,
  reply: Reply,
  fault: Trouble | StorageFault | null,
): Promise<boolean> {
  if (fault === null) return send(response, reply);
  switch (fault.kind) {
    case 'reset-before-headers':
      response.socket?.resetAndDestroy();
      return false;
    case 'hang-before-headers':
      await closed(response);
      return false;
    case 'reset-mid-body':
      await sendPart(response, reply, firstHalf(reply));
      response.socket?.destroy();
      return false;
    case 'hang-mid-body':
      await sendPart(response, reply, firstHalf(reply));
      await closed(response);
      return false;
    case 'truncated-body':
      await send(response, { ...reply, pieces: firstHalf(reply) });
      return false;
    case 'cut-content': {
      const pieces = firstBytes(reply.pieces, fault.afterBytes);
      if (fault.how === 'end') await send(response, { ...reply, pieces });
      else {
        await sendPart(response, reply, pieces);
        response.socket?.destroy();
      }
      return false;
    }
    case 'content-pieces':
      return send(response, { ...reply, pieces: cutEach(reply.pieces, fault.bytes) });
    case 'slow-trickle': {
      const pieces = cut(reply.pieces.join(''), 20);
      return send(response, { ...reply, pieces, paceMs: fault.durationMs / pieces.length });
    }
    case 'content-type':
      return send(response, withType(reply, fault.contentType));
    case 'not-json':
      return send(response, {
        ...withType(reply, 'application/json'),
        pieces: [fault.body],
      });
    default:
      return send(response, reply);
  }
}

/** Waits, at most until the client has disconnected. */
export async function pause(response: ServerResponse, ms: number): Promise<void> {
  if (ms <= 0 || response.closed) return;
  const gone = new AbortController();
  const abort = (): void => gone.abort();
  response.once('close', abort);
  await setTimeout(ms, undefined, { signal: gone.signal }).catch(() => {});
  response.off('close', abort);
}

async function send(response: ServerResponse, reply: Reply): Promise<boolean> {
  writeHead(response, reply);
  for (const [index, piece] of reply.pieces.entries()) {
    if (reply.paceMs > 0) {
      response.flushHeaders();
      await pause(response, reply.paceMs);
    }
    if (response.closed) return false;
    if (index < reply.pieces.length - 1) await write(response, piece);
  }
  // The end is sent with the last piece, so that a client that has everything finds it in the ledger.
  response.end(reply.pieces.at(-1));
  if (!response.writableFinished) await Promise.race([once(response, 'finish'), closed(response)]);
  return response.writableFinished;
}

/** The headers announce the complete body, and only a part of it is sent. */
async function sendPart(
  response: ServerResponse,
  reply: Reply,
  part: Reply['pieces'],
): Promise<void> {
  writeHead(response, reply);
  response.flushHeaders();
  for (const piece of part) await write(response, piece);
}

/** A stream does not announce a length. */
function writeHead(response: ServerResponse, reply: Reply): void {
  const stream = reply.headers['content-type'] === 'text/event-stream';
  const length = stream ? {} : { 'content-length': String(bytesOf(reply.pieces)) };
  response.writeHead(reply.status, { ...reply.headers, ...length });
}

async function write(response: ServerResponse, text: string | Buffer): Promise<void> {
  // If the client has disconnected, this is called, too, with an error.
  await new Promise((resolve) => response.write(text, resolve));
}

async function closed(response: ServerResponse): Promise<void> {
  if (!response.closed) await once(response, 'close');
}

function withType(reply: Reply, contentType: string): Reply {
  return { ...reply, headers: { ...reply.headers, 'content-type': contentType } };
}

export function bytesOf(pieces: Reply['pieces']): number {
  return pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0);
}

function firstHalf({ pieces }: Reply): Reply['pieces'] {
  return firstBytes(pieces, bytesOf(pieces) >> 1);
}

/** Does not join the pieces, because the files of batches can be larger than the memory. */
function firstBytes(pieces: Reply['pieces'], count: number): Reply['pieces'] {
  const first: Buffer[] = [];
  let remaining = count;
  for (const piece of pieces) {
    if (remaining <= 0) break;
    const bytes = Buffer.from(piece).subarray(0, remaining);
    remaining -= bytes.length;
    first.push(bytes);
  }
  return first;
}

function cutEach(pieces: Reply['pieces'], length: number): Reply['pieces'] {
  return pieces.flatMap((piece) => {
    const bytes = Buffer.from(piece);
    const count = Math.ceil(bytes.length / length);
    return Array.from({ length: count }, (_, at) => bytes.subarray(at * length, (at + 1) * length));
  });
}

function cut(text: string, count: number): string[] {
  const length = Math.max(1, Math.ceil(text.length / count));
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += length) pieces.push(text.slice(at, at + length));
  return pieces;
}
