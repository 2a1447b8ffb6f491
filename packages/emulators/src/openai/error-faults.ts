import type { Fault } from './faults.ts';

type ErrorFault = Extract<Fault, { kind: 'error' }>;
type PageFault = Extract<Fault, { kind: 'page' }>;

/**
 * Refused by the safety system. `input`: before anything was drawn, so it is free; `output`: the picture was drawn and then
 * withheld, so it is billed. The shape of `moderation_details` is documented (2026).
 */
export function moderationBlocked(
  stage: 'input' | 'output' = 'input',
  categories: readonly string[] = ['sexual'],
): ErrorFault {
  return {
    kind: 'error',
    status: 400,
    billed: stage === 'output',
    error: {
      message: `Your request was rejected by the safety system. If you believe this is an error, contact us at help.openai.com and include the request ID req_emulator. safety_violations=[${categories.join(', ')}].`,
      type: 'image_generation_user_error',
      param: null,
      code: 'moderation_blocked',
      moderation_details: { moderation_stage: stage, categories },
    },
  };
}

export interface RateLimit {
  /** The `retry-after` header: seconds or an HTTP date. */
  readonly retryAfter?: string;
  /** The `retry-after-ms` header. */
  readonly retryAfterMs?: number;
  readonly limit?: number;
  readonly used?: number;
  readonly requested?: number;
  /** As in the message: `12s`, `120ms`, `6m0s`. */
  readonly tryAgainIn?: string;
  readonly model?: string;
}

/** The 429 of the limit of pictures per minute. Without a header option, only the text says how long to wait. Free. */
export function rateLimited(rate: RateLimit = {}): ErrorFault {
  const { limit = 5, used = 5, requested = 1, tryAgainIn = '12s', model = 'gpt-image-2' } = rate;
  const headers: Record<string, string> = {};
  if (rate.retryAfter !== undefined) headers['retry-after'] = rate.retryAfter;
  if (rate.retryAfterMs !== undefined) headers['retry-after-ms'] = String(rate.retryAfterMs);
  return {
    kind: 'error',
    status: 429,
    headers,
    error: {
      message: `Rate limit reached for ${model} (for limit gpt-image) in organization org-emulator on input-images per min: Limit ${limit}, Used ${used}, Requested ${requested}. Please try again in ${tryAgainIn}. Visit https://platform.openai.com/account/rate-limits to learn more.`,
      type: 'rate_limit_error',
      param: null,
      code: 'rate_limit_exceeded',
    },
  };
}

/** 429: too many requests at once, too soon. Free. */
export function slowDown(): ErrorFault {
  return error(429, 'rate_limit_error', 'slow_down', 'Slow down: too many requests too quickly.');
}

export type QuotaCode =
  | 'insufficient_quota'
  | 'credit_balance_exhausted'
  | 'organization_spend_limit_exceeded'
  | 'project_spend_limit_exceeded'
  | 'organization_usage_limit_exceeded';

/** 429: the account has no money left. The `type` is the same for every code. Free. */
export function quotaExceeded(code: QuotaCode = 'insufficient_quota'): ErrorFault {
  const message =
    'You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.';
  return error(429, 'insufficient_quota', code, message);
}

/** A billing error, but a 400. Free. */
export function billingHardLimit(): ErrorFault {
  const message = 'Billing hard limit has been reached';
  return error(400, 'invalid_request_error', 'billing_hard_limit_reached', message);
}

/** 403 whose `code` is null, so that only the text says why. Free. */
export function unverifiedOrganisation(model = 'gpt-image-2'): ErrorFault {
  const message = `Your organization must be verified to use the model \`${model}\`. Please go to: https://platform.openai.com/settings/organization/general and click on Verify Organization. If you just verified, it can take up to 15 minutes for access to propagate.`;
  return error(403, 'invalid_request_error', null, message);
}

/** 403: the caller's country. Free. */
export function unsupportedCountry(): ErrorFault {
  const message = 'Country, region, or territory not supported';
  return error(403, 'request_forbidden', 'unsupported_country_region_territory', message);
}

/** The 401 of a key that was revoked. Free. */
export function invalidKey(): ErrorFault {
  const message =
    'Incorrect API key provided: sk-proj-************************abcd. You can find your API key at https://platform.openai.com/account/api-keys.';
  return error(401, 'invalid_request_error', 'invalid_api_key', message);
}

/** A 5xx with an envelope. It does not say whether the work was done, so the test has to. */
export function serverError(status = 500, options: { readonly billed?: boolean } = {}): ErrorFault {
  const message =
    'The server had an error while processing your request. Sorry about that! You can retry your request, or contact us through our help center at help.openai.com if the error persists.';
  return { ...error(status, 'server_error', null, message), ...options };
}

/** 503: the work was not begun. Free. */
export function overloaded(): ErrorFault {
  const message = 'The engine is currently overloaded, please try again later';
  return error(503, 'service_unavailable_error', 'server_is_overloaded', message);
}

/** The HTML of a proxy in front of the API. */
export function badGatewayPage(options: { readonly billed?: boolean } = {}): PageFault {
  return { ...htmlPage(502, '502 Bad Gateway'), ...options };
}

/** 200, but HTML: a captive portal or a misconfigured gateway. */
export function loginPage(options: { readonly billed?: boolean } = {}): PageFault {
  return { ...htmlPage(200, 'Log in to the network'), ...options };
}

function htmlPage(status: number, title: string): PageFault {
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n`;
  return { kind: 'page', status, contentType: 'text/html', body };
}

function error(status: number, type: string, code: string | null, message: string): ErrorFault {
  return { kind: 'error', status, error: { message, type, param: null, code } };
}
