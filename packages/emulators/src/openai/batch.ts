import { randomBytes } from 'node:crypto';

import type { BatchError, BatchStatus, EmulatedBatch, LineState } from './batch-control.ts';
import type { Endpoint } from './check-request.ts';
import type { Reply } from './deliver.ts';
import { unixSeconds } from './movable-clock.ts';
import type { Usage } from './token-usage.ts';

/** What a client asks for with `POST /v1/batches`. */
export interface NewBatch {
  readonly endpoint: BatchEndpoint;
  readonly inputFileId: string;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly outputExpiresAfterMs: number | null;
}

/** Those of the API that are about pictures, and the code behind them. */
export const batchEndpoints = {
  '/v1/images/generations': 'generations',
  '/v1/images/edits': 'edits',
} as const satisfies Record<string, Endpoint>;

export type BatchEndpoint = keyof typeof batchEndpoints;

/** When a batch came to its states, milliseconds since 1970. */
type Times = Partial<
  Record<
    `${'in_progress' | 'finalizing' | 'completed' | 'failed' | 'expired' | 'cancelling' | 'cancelled'}_at`,
    number
  >
>;

/** A batch, as it changes. */
export interface Batch extends NewBatch {
  readonly id: string;
  readonly createdAt: number;
  readonly planted: boolean;
  /** What the validation finds, whatever is in the file; `null`: what is in the file. */
  readonly plannedErrors: readonly BatchError[] | null;
  status: BatchStatus;
  model: string | null;
  /** The input tokens that count against the account's limit while the batch is open. */
  enqueuedTokens: number;
  errors: readonly BatchError[];
  lines: readonly BatchLine[];
  outputFileId: string | null;
  errorFileId: string | null;
  readonly times: Times;
  /** Settles when the last step that was asked for is done: one goes on after another. */
  turn: Promise<unknown>;
}

export interface BatchLine {
  readonly customId: string;
  /** The line of the input file. */
  readonly source: Buffer;
  state: LineState;
  /** Its line of the output or error file. */
  result: Reply['pieces'];
  /** Of a line that succeeded. */
  usage: Usage | null;
}

/** How long a batch may take, and how long one that is cancelled may go on (batch guide). */
export const completionWindowMs = 24 * 3_600_000;
export const cancellingMs = 10 * 60_000;

export function newBatch(
  order: NewBatch,
  createdAt: number,
  plannedErrors: readonly BatchError[] | null = null,
  planted = false,
): Batch {
  return {
    ...order,
    id: `batch_${randomBytes(16).toString('hex')}`,
    createdAt,
    planted,
    plannedErrors,
    status: 'validating',
    model: null,
    enqueuedTokens: 0,
    errors: [],
    lines: [],
    outputFileId: null,
    errorFileId: null,
    times: {},
    turn: Promise.resolve(),
  };
}

/** The batch moves to a state, now. */
export function moveTo(
  batch: Batch,
  status: Exclude<BatchStatus, 'validating'>,
  now: number,
): void {
  batch.status = status;
  batch.times[`${status}_at`] = now;
}

export function isOpen({ status }: Batch): boolean {
  return ['validating', 'in_progress', 'finalizing', 'cancelling'].includes(status);
}

/** As a client sees it: `Batch` of openai 7.57.0; what is missing is null (ProjectTech4DevAI/kaapi-backend#723). */
export function batchObject(batch: Batch): { readonly id: string } {
  const { id, endpoint, model, errors, inputFileId, status, outputFileId, errorFileId } = batch;
  const { createdAt, times, lines, metadata } = batch;
  const seconds = (ms: number | undefined): number | null =>
    ms === undefined ? null : unixSeconds(ms);
  const fields = {
    object: 'batch',
    endpoint,
    ...(model !== null && { model }),
    completion_window: '24h',
    status,
    errors: errors.length === 0 ? null : { object: 'list', data: errors },
    input_file_id: inputFileId,
    output_file_id: outputFileId,
    error_file_id: errorFileId,
    created_at: unixSeconds(createdAt),
    expires_at: unixSeconds(createdAt + completionWindowMs),
    in_progress_at: seconds(times.in_progress_at),
    finalizing_at: seconds(times.finalizing_at),
    completed_at: seconds(times.completed_at),
    failed_at: seconds(times.failed_at),
    expired_at: seconds(times.expired_at),
    cancelling_at: seconds(times.cancelling_at),
    cancelled_at: seconds(times.cancelled_at),
    // Whether lines that were never worked on count as failed is not established; here they do not.
    request_counts: {
      total: lines.length,
      completed: lines.filter(({ state }) => state === 'succeeded').length,
      failed: lines.filter(({ state }) => state === 'failed').length,
    },
    usage: usageObject(lines),
    metadata,
  };
  return { id, ...fields };
}

/** It does not tell tokens of pictures from those of text. */
function usageObject(lines: readonly BatchLine[]): object {
  const sum = (count: (usage: Usage) => number): number =>
    lines.reduce((total, { usage }) => total + (usage ? count(usage) : 0), 0);
  return {
    input_tokens: sum((usage) => usage.input_tokens),
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: sum((usage) => usage.output_tokens),
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: sum((usage) => usage.total_tokens),
  };
}

/** As a test sees it. */
export function viewOf(batch: Batch): EmulatedBatch {
  const { id, status, endpoint, model, metadata, inputFileId, outputFileId, errorFileId } = batch;
  const { createdAt, errors, planted } = batch;
  const lines = batch.lines.map(({ customId, state }) => ({ customId, state }));
  const ids = { id, inputFileId, outputFileId, errorFileId };
  return { ...ids, status, endpoint, model, metadata, createdAt, errors, lines, planted };
}
