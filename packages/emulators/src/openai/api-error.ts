/** The `error` member of OpenAI's error envelope. */
export interface ErrorBody {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
  readonly moderation_details?: {
    readonly moderation_stage: 'input' | 'output' | 'unknown';
    readonly categories: readonly string[];
  };
}

/** An error answer of the emulated API, which is sent as JSON and never billed. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: ErrorBody;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: ErrorBody, headers: Readonly<Record<string, string>> = {}) {
    super(body.message);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** A 400 of the schema check, which comes before every endpoint. */
export function invalidRequest(
  code: string | null,
  param: string | null,
  message: string,
): ApiError {
  return new ApiError(400, { message, type: 'invalid_request_error', param, code });
}

/** A 400 of the image service behind it. */
export function imageUserError(
  code: string | null,
  param: string | null,
  message: string,
): ApiError {
  return new ApiError(400, { message, type: 'image_generation_user_error', param, code });
}

export function unknownUrl(method: string, path: string): ApiError {
  const message = `Invalid URL (${method} ${path})`;
  return new ApiError(404, { message, type: 'invalid_request_error', param: null, code: null });
}

/** The 401 for a key that is missing or wrong. It repeats the key's first and last characters, as the real one does. */
export function wrongKey(key: string | null): ApiError {
  const type = 'invalid_request_error';
  const where = 'https://platform.openai.com/account/api-keys';
  if (key === null) {
    const message = `You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY). You can obtain an API key from ${where}.`;
    return new ApiError(401, { message, type, param: null, code: null });
  }
  const message = `Incorrect API key provided: ${masked(key)}. You can find your API key at ${where}.`;
  return new ApiError(401, { message, type, param: null, code: 'invalid_api_key' });
}

/** Azure's 401: https://learn.microsoft.com/answers/questions/1191957 (2026-11-28). It does not repeat the key. */
export function azureWrongKey(): ApiError {
  const message =
    'Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.';
  return azureError(401, '401', message);
}

/** Azure's 404 for a URL without the version of the API. */
export function azureNoVersion(): ApiError {
  return azureError(404, '404', 'Resource not found');
}

/** Azure's envelope has only these two members. */
function azureError(status: number, code: string, message: string): ApiError {
  return new ApiError(status, { code, message } as ErrorBody);
}

/**
 * `sk-VKMIs***…***wjh3`, one asterisk for each character: https://github.com/chatanywhere/GPT_API_free/issues/62
 * (2023-07-18).
 */
function masked(key: string): string {
  return key.length <= 12 ? key : key.slice(0, 8) + '*'.repeat(key.length - 12) + key.slice(-4);
}
