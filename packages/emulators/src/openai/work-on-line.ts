import { randomBytes } from 'node:crypto';

import { ApiError, invalidRequest, type ErrorBody } from './api-error.ts';
import { batchEndpoints, type Batch, type BatchLine } from './batch.ts';
import { checkRequest } from './check-request.ts';
import { answerBody } from './compose-answer.ts';
import type { EmulatorState } from './emulator-state.ts';
import { newRequestId } from './exchange.ts';
import { isBilled } from './faults.ts';
import { fillOrder, placeOrder } from './order-pictures.ts';
import { bodyOf } from './read-input-file.ts';

/** Processes one line of a batch as the endpoint does, but without its rate limit, which does not apply to batches. */
export async function workOnLine(
  state: EmulatorState,
  batch: Batch,
  line: BatchLine,
): Promise<void> {
  const requestId = newRequestId();
  try {
    await fulfil(state, batch, line, requestId);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    line.state = 'failed';
    const body = { error: error.body };
    line.result = [
      resultText(line, { status_code: error.status, request_id: requestId, body }, null),
    ];
  }
}

/** Writes a line that was not processed to the error file. It is free. The text of `batch_cancelled` is made up. */
export function leaveLine(line: BatchLine, state: 'expired' | 'cancelled'): void {
  line.state = state;
  const message =
    state === 'expired'
      ? 'This request could not be executed before the completion window expired.'
      : 'This request was not executed because the batch was cancelled.';
  line.result = [resultText(line, null, { code: `batch_${state}`, message })];
}

async function fulfil(
  state: EmulatorState,
  batch: Batch,
  line: BatchLine,
  requestId: string,
): Promise<void> {
  const endpoint = batchEndpoints[batch.endpoint];
  const body = bodyOf(line);
  const request = await checkRequest(endpoint, body, state);
  if (request.stream) {
    throw invalidRequest('invalid_value', 'stream', 'Streaming is not supported in a batch.');
  }
  const { prompt, model } = request;
  const { customId } = line;
  const fault = state.faults.takeForLine({ endpoint, prompt, model: model.id, customId });
  const refusal = fault?.kind === 'error' ? new ApiError(fault.status, fault.error) : null;
  if (refusal && !isBilled(fault)) throw refusal;

  const origin = { id: requestId, headers: {}, batchId: batch.id, customId };
  const order = placeOrder(state, origin, request, body, fault, fault?.kind ?? null);
  const pictures = await fillOrder(state, order);
  order.entry.outcome = refusal ? 'refused' : 'answered';
  if (refusal) throw refusal;
  const [before = '', after = ''] = resultText(
    line,
    { status_code: 200, request_id: requestId, body: '<body>' },
    null,
  ).split('"<body>"');
  line.result = [before, ...answerBody(order.answer, pictures), after];
  line.usage = order.entry.usage;
  line.state = 'succeeded';
}

function resultText(
  { customId }: BatchLine,
  response: { status_code: number; request_id: string; body: unknown } | null,
  error: Pick<ErrorBody, 'message' | 'code'> | null,
): string {
  const id = `batch_req_${randomBytes(16).toString('hex')}`;
  return `${JSON.stringify({ id, custom_id: customId, response, error })}\n`;
}
