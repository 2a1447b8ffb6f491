import { describe, expect, test } from 'vitest';
import { cpuMsOf } from '../../../test/support/cpu-time.ts';
import { type ErrorAnswer, failureOfStatus } from './failure.ts';

function failureOf(
  status: number,
  answer: Partial<Omit<ErrorAnswer, 'header'>> & { headers?: Record<string, string> } = {},
) {
  const { headers = {}, ...rest } = answer;
  const header = (name: string) => headers[name] ?? null;
  return failureOfStatus({ status, code: null, message: 'no', details: null, header, ...rest });
}

describe('a proxy that did not send a request on', () => {
  const failure = (status: number, proxyStatus: string | null = null) =>
    failureOfStatus({
      status,
      code: null,
      message: 'Bad Gateway',
      details: null,
      header: (name) => (name === 'proxy-status' ? proxyStatus : null),
    }).code;

  test.each([
    [407, null],
    [502, 'proxy.example; error=connection_refused'],
    [504, 'a.example;error="x", b.example; error=dns_timeout; details="none"'],
  ])('is known from %s and %s, so nothing was billed', (status, proxyStatus) => {
    expect(failure(status, proxyStatus)).toBe('not-connected');
  });

  test.each([
    [502, 'proxy.example; error=connection_terminated', 'unknown-outcome'],
    [504, 'proxy.example; error=http_response_timeout', 'timeout'],
    [502, null, 'unknown-outcome'],
  ])('is not known from %s and %s', (status, proxyStatus, code) => {
    expect(failure(status, proxyStatus)).toBe(code);
  });
});

describe('what an error answer means', () => {
  test.each([
    [400, 'moderation_blocked', 'moderation'],
    [400, 'content_policy_violation', 'moderation'],
    [400, 'billing_hard_limit_reached', 'quota'],
    [429, 'insufficient_quota', 'quota'],
    [429, 'credit_balance_exhausted', 'quota'],
    [429, 'organization_spend_limit_exceeded', 'quota'],
    [429, 'project_spend_limit_exceeded', 'quota'],
    [429, 'organization_usage_limit_exceeded', 'quota'],
    [402, null, 'quota'],
    [401, 'invalid_api_key', 'bad-api-key'],
    [403, null, 'not-permitted'],
    [403, 'unsupported_country_region_territory', 'not-permitted'],
    [429, 'rate_limit_exceeded', 'rate-limited'],
    [429, 'slow_down', 'rate-limited'],
    [429, null, 'rate-limited'],
    [503, 'server_is_overloaded', 'overloaded'],
    [500, null, 'unknown-outcome'],
    [502, null, 'unknown-outcome'],
    [408, null, 'timeout'],
    [499, null, 'timeout'],
    [504, null, 'timeout'],
    [522, null, 'timeout'],
    [524, null, 'timeout'],
    [409, null, 'unknown-outcome'],
    [418, null, 'unknown-outcome'],
    [425, null, 'unknown-outcome'],
    [460, null, 'unknown-outcome'],
    [520, null, 'unknown-outcome'],
    [405, null, 'refused'],
    [415, null, 'refused'],
    [400, 'invalid_value', 'refused'],
    [404, null, 'refused'],
    [413, null, 'refused'],
    [422, null, 'refused'],
  ])('%d %s is %s', (status, code, expected) => {
    expect(failureOf(status, { code }).code).toBe(expected);
  });

  test.each<readonly [string, number, unknown, string]>([
    ['a quota by its type', 429, { type: 'insufficient_quota' }, 'quota'],
    ['a budget of LiteLLM', 400, { type: 'budget_exceeded', code: '400' }, 'quota'],
    ['a filter of Azure', 400, { code: 'contentFilter' }, 'moderation'],
    [
      'a policy in an inner error of Azure',
      400,
      { code: 'BadRequest', innererror: { code: 'ResponsibleAIPolicyViolation' } },
      'moderation',
    ],
    ['a policy of LiteLLM', 400, { type: 'ContentPolicyViolationError' }, 'moderation'],
    [
      'a filter with a server error, which may be billed',
      500,
      { code: 'content_filter' },
      'server-error',
    ],
    [
      'an error nested in itself',
      400,
      { error: { error: { type: 'insufficient_quota' } } },
      'quota',
    ],
  ])('%s', (_what, status, details, expected) => {
    expect(failureOf(status, { details }).code).toBe(expected);
  });

  const ofApi = { type: 'server_error', message: 'The server had an error' };

  test.each<readonly [string, number, Parameters<typeof failureOf>[1], string]>([
    ['an error of the API', 500, { details: ofApi }, 'server-error'],
    ['text', 500, { details: 'Internal Server Error' }, 'unknown-outcome'],
    ['a bad gateway', 502, { details: { ...ofApi, type: 'cf_bad_gateway' } }, 'unknown-outcome'],
    [
      'an exception in Portkey',
      500,
      { details: ofApi, headers: { 'x-portkey-gateway-exception': 'true' } },
      'unknown-outcome',
    ],
    [
      'LiteLLM that lost the connection',
      500,
      {
        details: { type: null, code: '500' },
        message: 'litellm.InternalServerError: OpenAIException - Connection error.',
      },
      'unknown-outcome',
    ],
    [
      'a gateway of Node that lost it',
      500,
      { details: {}, message: 'read ECONNRESET' },
      'unknown-outcome',
    ],
  ])('only an error of the API itself is usually not billed: %s', (_, status, answer, expected) => {
    expect(failureOf(status, answer).code).toBe(expected);
  });

  test.each<readonly [string, string, string]>([
    ['x-portkey-retry-attempt-count', '0', 'rate-limited'],
    ['x-portkey-retry-attempt-count', '2', 'unknown-outcome'],
    ['x-portkey-retry-attempt-count', '-1', 'unknown-outcome'],
    ['x-litellm-attempted-retries', '0', 'rate-limited'],
    ['x-litellm-attempted-retries', '1', 'unknown-outcome'],
    ['x-litellm-attempted-fallbacks', '1', 'unknown-outcome'],
    ['ngrok-aig-attempts', '1', 'rate-limited'],
    ['ngrok-aig-attempts', '2', 'unknown-outcome'],
    ['x-litellm-attempted-retries', 'many', 'rate-limited'],
  ])(
    'a free failure may have been billed if a gateway sent the request before: %s: %s',
    (name, value, expected) => {
      expect(failureOf(429, { headers: { [name]: value } }).code).toBe(expected);
    },
  );

  test.each([
    'Budget has been exceeded! Current cost: 10.2, Max budget: 10.0',
    'The team exceeded its monthly budget',
    'Insufficient credits',
  ])('a budget of a gateway as 429 is a quota, by its words: %s', (message) => {
    expect(failureOf(429, { message }).code).toBe('quota');
    expect(failureOf(429, { message: 'Rate limit reached for images' }).code).toBe('rate-limited');
  });

  test.each([
    [400, 'litellm.BadRequestError: litellm.ContentPolicyViolationError: AzureException - {}'],
    [400, 'This request has been blocked by our content filters.'],
    [422, 'The response was filtered due to our content management policy'],
    [403, 'Your input was flagged'],
    [403, 'Your chosen model requires moderation, which stopped it'],
  ])('moderation that has no name is known by its words: %d %s', (status, message) => {
    expect(failureOf(status, { message }).code).toBe('moderation');
  });

  test.each([
    [403, 'Your resource has been temporarily blocked because we detected behavior that may'],
    [403, 'Your account was flagged; the organization must be verified'],
    [500, 'This request has been blocked by our content filters.'],
  ])('other words are no moderation of a prompt: %d %s', (status, message) => {
    expect(failureOf(status, { message }).code).not.toBe('moderation');
  });

  test.each([
    ['connection termination', 'unknown-outcome'],
    ['remote reset', 'unknown-outcome'],
    ['connection failure', 'overloaded'],
    ['overflow', 'overloaded'],
  ])(
    'a 503 of a proxy that lost a request it had sent on may be billed: %s',
    (reason, expected) => {
      const message = `upstream connect error or disconnect/reset before headers. reset reason: ${reason}`;
      expect(failureOf(503, { message }).code).toBe(expected);
    },
  );

  test('an endless message is not searched for long', () => {
    const message = 'Limit 1 '.repeat(40_000);
    expect(cpuMsOf(() => failureOf(429, { message }))).toBeLessThan(500);
  });

  test.each([
    [
      'https://me:hush@new.example.com/v1/images?key=hush',
      / to https:\/\/new.example.com\/v1\/images,/,
    ],
    ['/v1/elsewhere', /\(a redirect, which is not followed\)/],
  ])('a redirect is no picture, and says where to: %s', (location, words) => {
    const failure = failureOf(307, { message: '', headers: { location } });
    expect(failure).toMatchObject({ code: 'refused', message: expect.stringMatching(words) });
    expect(failure.message).not.toContain('hush');
  });

  test('more pictures than the account may have in a minute never succeed', () => {
    const message =
      'Rate limit reached on input-images per min: Limit 5, Used 0, Requested 10. Please try again in 1m0s.';
    expect(failureOf(429, { message }).code).toBe('refused');
    expect(failureOf(429, { message: message.replace('Requested 10', 'Requested 5') }).code).toBe(
      'rate-limited',
    );
  });

  test('moderation has its reasons, and is billed where a finished picture was blocked', () => {
    const details = {
      moderation_details: { moderation_stage: 'output', categories: ['violence', 'hate'] },
    };
    const failure = failureOf(400, { code: 'moderation_blocked', details });
    expect(failure.isBilledAnyway).toBe(true);
    expect(failure.message).toBe('the API answered 400: no (stage output: violence, hate)');
    expect(failureOf(400, { code: 'moderation_blocked' })).toMatchObject({
      isBilledAnyway: false,
      message: 'the API answered 400: no',
    });
    const input = { moderation_details: { moderation_stage: 'input', categories: null } };
    expect(failureOf(400, { code: 'moderation_blocked', details: input }).isBilledAnyway).toBe(
      false,
    );
  });

  test('its words are one line of bounded length without control characters', () => {
    const { message } = failureOf(422, { message: `<html>\r\n\u001b[31m${'x'.repeat(5000)}` });
    expect(message).toMatch(/^the API answered 422: <html> \[31mx+…$/);
    expect(message.length).toBeLessThan(600);
  });
});

describe('how long to wait', () => {
  const date = 'Mon, 23 Nov 2026 12:00:00 GMT';
  test.each<[string, Record<string, string>, number | null]>([
    ['seconds', { 'retry-after': '7' }, 7000],
    ['fractions of them', { 'retry-after': '0.5' }, 500],
    ['0', { 'retry-after': '0' }, 0],
    ['milliseconds, which win', { 'retry-after': '1', 'retry-after-ms': '534' }, 534],
    [
      'a date, by the clock of the answer',
      { 'retry-after': 'Mon, 23 Nov 2026 12:02:00 GMT', date },
      120_000,
    ],
    ['a date that is over', { 'retry-after': 'Mon, 23 Nov 2026 11:00:00 GMT', date }, 0],
    ['a date without one of the answer', { 'retry-after': 'Mon, 23 Nov 2026 12:02:00 GMT' }, null],
    ['nonsense', { 'retry-after': 'soon' }, null],
    ['an empty header', { 'retry-after': '', 'retry-after-ms': '' }, null],
    ['less than nothing', { 'retry-after': '-1', 'retry-after-ms': '-1' }, null],
    ['no header', {}, null],
  ])('%s', (_, headers, expected) => {
    expect(failureOf(429, { headers }).retryAfterMs).toBe(expected);
  });

  test.each([
    ['12s', 12_000],
    ['120ms', 120],
    ['58.891s', 58_891],
    ['6m0s', 360_000],
    ['1m30s', 90_000],
    ['2m', 120_000],
    ['a while', null],
  ])('the text "try again in %s", where no header says it', (text, expected) => {
    expect(
      failureOf(429, {
        message: `Limit 5, Used 5, Requested 1. Please try again in ${text}. Visit`,
      }).retryAfterMs,
    ).toBe(expected);
  });
});
