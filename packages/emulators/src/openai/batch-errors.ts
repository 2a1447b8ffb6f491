import type { BatchError } from './batch-control.ts';

const texts = {
  empty_file: 'The batch input file is empty.',
  invalid_json_line: 'This line is not parseable as valid JSON.',
  duplicate_custom_id:
    'The custom_id for this request is a duplicate of another request. The custom_id parameter must be unique for each request in a batch.',
  url_mismatch: 'The URL provided for this request does not match the batch endpoint.',
  model_mismatch: 'All requests of a batch must use the same model.',
  invalid_method: 'The method of this request must be POST.',
  missing_required_parameter: 'A required parameter is missing.',
  model_not_found: 'The provided model is not supported by the Batch API.',
  too_many_tasks: 'The batch input file contains more than the maximum of 50,000 requests.',
  file_too_large: 'The batch input file is larger than the maximum of 200 MB.',
  file_not_found: 'The batch input file cannot be read: it does not exist or was deleted.',
  token_limit_exceeded:
    'Enqueued token limit reached. Please try again once some in_progress batches have been completed.',
  insufficient_quota:
    'You exceeded your current quota, please check your plan and billing details.',
  billing_hard_limit_reached: 'Billing hard limit has been reached',
} as const;

/**
 * An error with which a batch fails. The codes `empty_file`, `invalid_json_line`, `duplicate_custom_id`, `url_mismatch`,
 * `model_mismatch`, `too_many_tasks` and the text about JSON are those of stdapi-ai/stdapi.ai#240 (2026-09),
 * `token_limit_exceeded` that of openai/openai-python#1643; other codes and texts are made up.
 */
export function batchError(
  code: keyof typeof texts,
  where: { readonly line?: number; readonly param?: string; readonly message?: string } = {},
): BatchError {
  const { line = null, param = null, message = texts[code] } = where;
  return { code, message, line, param };
}
