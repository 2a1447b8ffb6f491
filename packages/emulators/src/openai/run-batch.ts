import type { BatchError } from './batch-control.ts';
import {
  cancellingMs,
  completionWindowMs,
  isOpen,
  moveTo,
  type Batch,
  type BatchLine,
} from './batch.ts';
import { batchError } from './batch-errors.ts';
import type { EmulatorState } from './emulator-state.ts';
import { sha256 } from './read-body.ts';
import { enqueuedTokensOf, readInputFile } from './read-input-file.ts';
import { leaveLine, workOnLine } from './work-on-line.ts';

/** Output files expire after 30 days unless `output_expires_after` says sooner (batch guide). */
const outputExpiryMs = 30 * 24 * 3_600_000;

/** Reads the input file. Does nothing to a batch that has been validated. */
export async function validate(state: EmulatorState, batch: Batch): Promise<void> {
  if (batch.status !== 'validating') return;
  if (batch.plannedErrors) return fail(state, batch, batch.plannedErrors);
  const { errors, lines, model } = readInputFile(state, batch);
  if (errors.length > 0) return fail(state, batch, errors);
  const limit = state.options.enqueuedTokensPerModel;
  if (limit !== undefined) {
    batch.enqueuedTokens = await enqueuedTokensOf(state, batch, lines);
    const used = state.batches
      .filter((other) => other !== batch && other.model === model && isOpen(other))
      .reduce((sum, other) => sum + other.enqueuedTokens, 0);
    if (used + batch.enqueuedTokens > limit) {
      const message = `Enqueued token limit reached for ${model} in organization org-emulator. Limit: ${limit.toLocaleString('en-US')} enqueued tokens. Please try again once some in_progress batches have been completed.`;
      return fail(state, batch, [batchError('token_limit_exceeded', { message })]);
    }
  }
  // A client may have cancelled it while its tokens were counted.
  if (!isValidating(batch)) return;
  batch.model = model;
  batch.lines = lines;
  moveTo(batch, 'in_progress', state.clock.now());
}

/** Does nothing to a batch that has been validated. */
export function fail(state: EmulatorState, batch: Batch, errors: readonly BatchError[]): void {
  if (batch.status !== 'validating') return;
  batch.errors = errors;
  moveTo(batch, 'failed', state.clock.now());
}

/**
 * Processes the next lines, after validating the batch if necessary. Stops when a client cancels the batch.
 * @param count the largest number of lines
 */
export async function work(state: EmulatorState, batch: Batch, count: number): Promise<void> {
  await validate(state, batch);
  const { status } = batch;
  if (status !== 'in_progress' && status !== 'cancelling') return;
  for (const line of waitingOf(batch).slice(0, count)) {
    // A client cancelled it meanwhile.
    if (batch.status !== status) return;
    await workOnLine(state, batch, line);
  }
  if (batch.status === 'in_progress' && waitingOf(batch).length === 0) {
    moveTo(batch, 'finalizing', state.clock.now());
  }
}

/** Ends a batch: `completed`, `cancelled` or `failed`. */
export async function finish(state: EmulatorState, batch: Batch): Promise<void> {
  await validate(state, batch);
  if (batch.status === 'in_progress') await work(state, batch, Infinity);
  if (batch.status === 'cancelling') close(state, batch, 'cancelled');
  if (batch.status === 'finalizing') close(state, batch, 'completed');
}

/** @param done processes lines until so many are done */
export async function expire(state: EmulatorState, batch: Batch, done: number): Promise<void> {
  await validate(state, batch);
  const doneAlready = batch.lines.length - waitingOf(batch).length;
  if (batch.status === 'in_progress') await work(state, batch, Math.max(0, done - doneAlready));
  if (batch.status === 'in_progress' || batch.status === 'finalizing') {
    close(state, batch, 'expired');
  }
}

/** Does everything that is due by the clock. */
export async function settle(state: EmulatorState, batch: Batch): Promise<void> {
  if (batch.planted || !isOpen(batch)) return;
  await validate(state, batch);
  const ageMs = state.clock.now() - batch.createdAt;
  const { batchLatencyMs = Infinity } = state.options;
  const { cancelling_at: cancellingAt } = batch.times;
  if (cancellingAt !== undefined) {
    if (state.clock.now() >= cancellingAt + cancellingMs) await finish(state, batch);
  } else if (batchLatencyMs <= Math.min(ageMs, completionWindowMs)) {
    await finish(state, batch);
  } else if (ageMs >= completionWindowMs) {
    await expire(state, batch, 0);
  }
}

/** Runs the steps of a batch one after another, even if they are requested at the same time. */
export function inTurn(batch: Batch, step: () => void | Promise<void>): Promise<void> {
  const done = batch.turn.then(step);
  batch.turn = done.catch(() => {});
  return done;
}

/** Writes the output and error files, but not an empty file. */
function close(
  state: EmulatorState,
  batch: Batch,
  status: 'completed' | 'expired' | 'cancelled',
): void {
  if (status !== 'completed') for (const line of waitingOf(batch)) leaveLine(line, status);
  const lines = ordered(batch.lines, state.options.outputOrder);
  batch.outputFileId = write(
    'output',
    lines.filter((line) => line.state === 'succeeded'),
  );
  batch.errorFileId = write(
    'error',
    lines.filter((line) => line.state !== 'succeeded'),
  );
  moveTo(batch, status, state.clock.now());

  function write(kind: 'output' | 'error', part: readonly BatchLine[]): string | null {
    if (part.length === 0) return null;
    const file = state.files.add({
      fileName: `${batch.id}_${kind}.jsonl`,
      purpose: 'batch_output',
      contentType: 'application/jsonl',
      pieces: part.flatMap((line) => line.result),
      expiresAfterMs: batch.outputExpiresAfterMs ?? outputExpiryMs,
    });
    return file.id;
  }
}

function ordered(
  lines: readonly BatchLine[],
  order: 'shuffled' | 'input' | 'reversed',
): readonly BatchLine[] {
  if (order === 'input') return lines;
  if (order === 'reversed') return lines.toReversed();
  return lines
    .map((line) => ({ line, rank: sha256(line.customId) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ line }) => line);
}

function waitingOf({ lines }: Batch): BatchLine[] {
  return lines.filter((line) => line.state === 'waiting');
}

function isValidating({ status }: Batch): boolean {
  return status === 'validating';
}
