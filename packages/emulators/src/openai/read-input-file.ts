import { ApiError } from './api-error.ts';
import type { Batch, BatchLine } from './batch.ts';
import { batchEndpoints } from './batch.ts';
import type { BatchError } from './batch-control.ts';
import { batchError } from './batch-errors.ts';
import { checkRequest } from './check-request.ts';
import type { EmulatorState } from './emulator-state.ts';
import { modelsAlive } from './model-table.ts';
import { isRecord, type ReceivedBody } from './read-body.ts';
import { wholeOf } from './stored-files.ts';
import { usageOf } from './token-usage.ts';

const maxLines = 50_000;
const maxBytes = 200_000_000;
/** The largest number of errors in one answer. The real number is not known. */
const maxErrors = 100;

export interface InputFile {
  readonly errors: readonly BatchError[];
  readonly lines: readonly BatchLine[];
  readonly model: string | null;
}

/** Validates the input file of a batch. The bodies of its lines are checked when the lines are processed. */
export function readInputFile(state: EmulatorState, batch: Batch): InputFile {
  const file = state.files.find(batch.inputFileId);
  if (file?.purpose !== 'batch') return refused(batchError('file_not_found'));
  if (file.bytes > maxBytes) return refused(batchError('file_too_large'));
  const sources = linesOf(wholeOf(file.pieces));
  if (sources.length === 0) return refused(batchError('empty_file'));
  if (sources.length > maxLines) return refused(batchError('too_many_tasks'));

  const errors: BatchError[] = [];
  const lines: BatchLine[] = [];
  const customIds = new Set<string>();
  let model: string | null = null;
  for (const { source, number: line } of sources) {
    const task = parseLine(source);
    const error = task ? checkTask(task) : batchError('invalid_json_line', { line });
    if (error) errors.push({ ...error, line });
    if (!task || error) continue;
    const customId = task['custom_id'] as string;
    if (customIds.has(customId)) {
      errors.push(batchError('duplicate_custom_id', { line, param: 'custom_id' }));
    }
    customIds.add(customId);
    const named = (task['body'] as Record<string, unknown>)['model'];
    if (typeof named === 'string') {
      model ??= named;
      if (named !== model) errors.push(batchError('model_mismatch', { line, param: 'body.model' }));
    }
    lines.push({ customId, source, state: 'waiting', result: [], usage: null });
  }
  if (model !== null && !takesModel(state, model)) {
    const message = `The provided model '${model}' is not supported by the Batch API.`;
    errors.push(batchError('model_not_found', { param: 'body.model', message }));
  }
  return { errors: errors.slice(0, maxErrors), lines, model };

  function checkTask(task: Readonly<Record<string, unknown>>): BatchError | null {
    for (const param of ['custom_id', 'method', 'url', 'body']) {
      const isThere =
        param === 'body' ? isRecord(task[param]) : typeof task[param] === 'string' && task[param];
      if (isThere) continue;
      const message = `Missing required parameter: '${param}'.`;
      return batchError('missing_required_parameter', { param, message });
    }
    if (task['method'] !== 'POST') return batchError('invalid_method', { param: 'method' });
    if (task['url'] !== batch.endpoint) return batchError('url_mismatch', { param: 'url' });
    return null;
  }
}

/** The input tokens that count towards the account's limit. A line that the API will refuse has none. */
export async function enqueuedTokensOf(
  state: EmulatorState,
  batch: Batch,
  lines: readonly BatchLine[],
): Promise<number> {
  let tokens = 0;
  for (const line of lines) {
    try {
      const endpoint = batchEndpoints[batch.endpoint];
      tokens += usageOf(await checkRequest(endpoint, bodyOf(line), state)).input_tokens;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }
  return tokens;
}

/** The request of a line that has been validated. */
export function bodyOf({ source }: BatchLine): ReceivedBody {
  const { body } = JSON.parse(source.toString('utf8')) as { body: Record<string, unknown> };
  return { encoding: 'json', fields: body, files: [] };
}

function refused(error: BatchError): InputFile {
  return { errors: [error], lines: [], model: null };
}

function takesModel({ options }: EmulatorState, id: string): boolean {
  const { models, today, modelsWithoutBatch } = options;
  return (
    !modelsWithoutBatch.includes(id) && modelsAlive(models, today).some((model) => model.id === id)
  );
}

/** The lines that are not empty, with their numbers. */
function linesOf(bytes: Buffer): { readonly source: Buffer; readonly number: number }[] {
  const lines: { source: Buffer; number: number }[] = [];
  let number = 0;
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(10, at);
    const source = bytes.subarray(at, end === -1 ? bytes.length : end);
    number++;
    if (!isBlank(source)) lines.push({ source, number });
    at += source.length + 1;
  }
  return lines;
}

function isBlank(source: Buffer): boolean {
  return source.length < 3 && source.toString('latin1').trim() === '';
}

function parseLine(source: Buffer): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(source.toString('utf8'));
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}
