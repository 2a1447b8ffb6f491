import { randomBytes } from 'node:crypto';

import type { BatchError, BatchStatus, EmulatedBatch, LineState } from './batch-control.ts';
import type { Endpoint } from './check-request.ts';
import type { Reply } from './deliver.ts';
import { unixSeconds } from './movable-clock.ts';
import type { Usage } from './token-usage.ts';

/** The parameters of `POST /v1/batches`. */
export interface NewBatch {
  readonly endpoint: BatchEndpoint;
  readonly inputFileId: string;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly outputExpiresAfterMs: number | null;
}

/** The endpoints of the API that make pictures. */
export const batchEndpoints = {
  '/v1/images/generations': 'generations',
  '/v1/images/edits': 'edits',
} as const satisfies Record<string, Endpoint>;

export type BatchEndpoint = keyof typeof batchEndpoints;

/** The times at which a batch reached its states, in milliseconds since 1970. */
type Times = Partial<
  Record<
    `${'in_progress' | 'finalizing' | 'completed' | 'failed' | 'expired' | 'cancelling' | 'cancelled'}_at`,
    number
  >
>;

/** The mutable state of a batch. */
export interface Batch extends NewBatch {
  readonly id: string;
  readonly createdAt: number;
  readonly planted: boolean;
  /** The errors with which the validation fails; `null`: it reads the input file. */
  readonly plannedErrors: readonly BatchError[] | null;
  status: BatchStatus;
  model: string | null;
  /** The input tokens that count towards the account's limit until the batch ends. */
  enqueuedTokens: number;
  errors: readonly BatchError[];
  lines: readonly BatchLine[];
  outputFileId: string | null;
  errorFileId: string | null;
  readonly times: Times;
  /** Settles when the last requested step is done. The next step begins after it. */
  turn: Promise<unknown>;
}

export interface BatchLine {
  readonly customId: string;
  /** The line of the input file. */
  readonly source: Buffer;
  state: LineState;
  /** The line of the output or error file. */
  result: Reply['pieces'];
  /** `null`: the line has not succeeded. */
  usage: Usage | null;
}

/** The time after which a batch expires, and the time for which a cancelled batch is `cancelling` (batch guide). */
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

/** Moves a batch to a state. */
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

/** A batch, as a client sees it (`Batch` of openai 7.57.0). Missing fields are null (ProjectTech4DevAI/kaapi-backend#723). */
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
    // It is not known whether the real API counts expired and cancelled lines as failed. Here they are not counted.
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

/** Unlike the usage of a request, it does not separate the tokens of pictures from those of text. */
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

/** A batch, as a test sees it. */
export function viewOf(batch: Batch): EmulatedBatch {
  const { id, status, endpoint, model, metadata, inputFileId, outputFileId, errorFileId } = batch;
  const { createdAt, errors, planted } = batch;
  const lines = batch.lines.map(({ customId, state }) => ({ customId, state }));
  const ids = { id, inputFileId, outputFileId, errorFileId };
  return { ...ids, status, endpoint, model, metadata, createdAt, errors, lines, planted };
}
