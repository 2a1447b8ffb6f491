import type { IncomingMessage, ServerResponse } from 'node:http';

import type { OpenAiEmulator } from '../openai.ts';
import type { BatchControl } from './batch-control.ts';
import type { Fault, Match } from './faults.ts';
import { readAll } from './read-body.ts';

/** The bodies with which another process controls an emulator. */
interface Orders {
  readonly '/__fail': { readonly fault: Fault | Fault[]; readonly match?: Match };
  readonly '/__clock': { readonly advanceMs: number };
  /** Without an id: `finishAll`. */
  readonly '/__batches': {
    readonly id?: string;
    readonly step?: 'validate' | 'work' | 'finish' | 'expire';
    /** For `work`. */
    readonly lines?: number;
    /** For `expire`. */
    readonly done?: number;
  };
}

/**
 * `GET /__ledger`, `/__requests`, `/__batches` and `/__files` show what happened. `POST /__fail`, `/__clock` and `/__batches`
 * take the bodies of `Orders`, and `POST /__reset` none. An order that fails gets a 400.
 */
export async function answerControl(
  emulator: OpenAiEmulator,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = (await readAll(request)).toString('utf8');
  const answer = (status: number, value: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };
  try {
    const value = await obey(emulator, `${request.method} ${request.url}`, body);
    answer(value === undefined ? 404 : 200, value ?? { error: `No ${request.url} here` });
  } catch (error) {
    answer(400, { error: String(error) });
  }
}

/** Returns the answer; `undefined`: no such path. */
async function obey(emulator: OpenAiEmulator, call: string, body: string): Promise<unknown> {
  switch (call) {
    case 'GET /__ledger':
      return emulator.ledger;
    case 'GET /__requests':
      return emulator.requests;
    case 'GET /__batches':
      return emulator.batches.all;
    case 'GET /__files':
      return emulator.files.all;
    case 'POST /__fail': {
      const { fault, match } = JSON.parse(body) as Orders['/__fail'];
      emulator.fail(fault, match);
      return {};
    }
    case 'POST /__clock':
      await emulator.clock.advance((JSON.parse(body) as Orders['/__clock']).advanceMs);
      return {};
    case 'POST /__batches':
      return moveBatch(emulator.batches, JSON.parse(body) as Orders['/__batches']);
    case 'POST /__reset':
      emulator.reset();
      return {};
    default:
      return undefined;
  }
}

async function moveBatch(batches: BatchControl, order: Orders['/__batches']): Promise<unknown> {
  const { id, step = 'finish', lines, done } = order;
  if (id === undefined) {
    await batches.finishAll();
    return {};
  }
  switch (step) {
    case 'work':
      return batches.work(id, lines);
    case 'expire':
      return batches.expire(id, done === undefined ? {} : { done });
    default:
      return batches[step](id);
  }
}
