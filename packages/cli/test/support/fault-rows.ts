import {
  badGatewayPage,
  billingHardLimit,
  type Fault,
  invalidKey,
  loginPage,
  moderationBlocked,
  overloaded,
  quotaExceeded,
  type RateLimit,
  rateLimited,
  serverError,
  slowDown,
  unsupportedCountry,
  unverifiedOrganisation,
} from '@tintype/emulators/openai';

/** The outcome of one fault. A run makes three images one after the other, and the fault hits the second. */
export interface Outcome {
  readonly exit: number;
  /** The code with which the image fails; `null`: it is delivered. */
  readonly fails: string | null;
  /** How many of the other two images are delivered. */
  readonly siblings: number;
  /** How often the request for the image was sent. */
  readonly sent: number;
  /** How many pictures the account pays for the image. */
  readonly billed: number;
  /** Whether the run says that it may have been billed. */
  readonly maybeBilled: boolean;
  /** What the store holds for the image after the run. */
  readonly store: 'original' | 'kept aside' | 'attempt' | 'nothing';
  /** What the next run, without the fault, does with the image. */
  readonly nextRun: NextRun;
}

type NextRun =
  | 'nothing to do'
  | 'requests it again'
  | 'requests it again, with a warning'
  | 'fails without a request';

export interface FaultRow {
  readonly name: string;
  /** The faults of the image's calls, in order. Later calls succeed. */
  readonly faults: readonly Fault[];
  /** The message of the failure or, if the image is delivered, of the warning. */
  readonly says: RegExp | null;
  readonly outcome: Outcome;
  /** More fields of the second image. */
  readonly fields?: string;
  readonly timeoutMs?: number;
  /** The API begins to listen this many milliseconds after the run has started. */
  readonly upAfterMs?: number;
}

export interface FaultGroup {
  readonly title: string;
  readonly rows: readonly FaultRow[];
}

const delivered: Outcome = {
  exit: 0,
  fails: null,
  siblings: 2,
  sent: 1,
  billed: 1,
  maybeBilled: false,
  store: 'original',
  nextRun: 'nothing to do',
};

/** The request is sent again and succeeds. */
function after(sent: number, billed = 1): Outcome {
  return { ...delivered, sent, billed };
}

/** The image fails, the others are delivered, and nothing is billed. */
function failed(fails: string, more: Partial<Outcome> = {}): Outcome {
  return {
    ...delivered,
    exit: 1,
    fails,
    billed: 0,
    store: 'nothing',
    nextRun: 'requests it again',
    ...more,
  };
}

/** The run stops: the first image is delivered, and the third is not requested. */
function stopped(fails: string): Outcome {
  return failed(fails, { siblings: 1 });
}

function lost(fails: string, billed: number, more: Partial<Outcome> = {}): Outcome {
  return failed(fails, {
    billed,
    maybeBilled: true,
    store: 'attempt',
    nextRun: 'requests it again, with a warning',
    ...more,
  });
}

const rejected = failed('original-rejected', {
  billed: 1,
  maybeBilled: true,
  store: 'kept aside',
  nextRun: 'fails without a request',
});

function refusal(status: number, contentType: string, body: unknown): Fault {
  return {
    kind: 'page',
    status,
    contentType,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  };
}

/** A refusal that names a large limit, so that the run does not slow down for a minute. */
function limited(rate: RateLimit): Fault {
  return rateLimited({ limit: 1000, used: 1000, ...rate });
}

const hint = { message: 'oh', param: null, code: null };

function busy(retryAfter: string): Fault {
  return {
    kind: 'error',
    status: 503,
    headers: { 'retry-after': retryAfter },
    error: { ...hint, type: 'service_unavailable_error' },
  };
}

/** Every fault that the API documents, and what the network can do, with the expected outcome. */
export const faultGroups: readonly FaultGroup[] = [
  {
    title: 'The server is down',
    rows: [
      {
        name: 'connection refused until the server starts',
        faults: [],
        upAfterMs: 250,
        says: null,
        outcome: delivered,
      },
    ],
  },
  {
    title: 'Rate limits',
    rows: [
      {
        name: '429, `retry-after-ms`',
        faults: [limited({ retryAfterMs: 20 })],
        says: null,
        outcome: after(2),
      },
      {
        name: '429, `retry-after` in seconds',
        faults: [limited({ retryAfter: '0.1' })],
        says: null,
        outcome: after(2),
      },
      {
        name: '429, `retry-after` as a date',
        faults: [limited({ retryAfter: new Date(Date.now() + 2000).toUTCString() })],
        says: null,
        outcome: after(2),
      },
      {
        name: '429, the delay only in the message',
        faults: [limited({ tryAgainIn: '120ms' })],
        says: null,
        outcome: after(2),
      },
      { name: '429 `slow_down`', faults: [slowDown()], says: null, outcome: after(2) },
      {
        name: '429 three times',
        faults: Array<Fault>(3).fill(limited({ retryAfterMs: 0 })),
        says: null,
        outcome: after(4),
      },
      {
        name: '429 forever',
        faults: Array<Fault>(6).fill(limited({ retryAfterMs: 0 })),
        says: /429: Rate limit reached.*run again later/,
        outcome: failed('rate-limited', { sent: 6 }),
      },
      {
        name: '429, which asks to wait an hour',
        faults: [limited({ retryAfter: '3600' })],
        says: /run again after \d{4}-\d\d-\d\d \d\d:\d\d UTC/,
        outcome: failed('rate-limited'),
      },
      {
        name: '429, request larger than the limit per minute',
        faults: [rateLimited({ limit: 5, used: 0, requested: 10 })],
        says: /more pictures than the account may have in a minute/,
        outcome: failed('refused'),
      },
    ],
  },
  {
    title: 'Money, keys and permissions',
    rows: [
      ...(
        [
          'insufficient_quota',
          'credit_balance_exhausted',
          'organization_spend_limit_exceeded',
          'project_spend_limit_exceeded',
          'organization_usage_limit_exceeded',
        ] as const
      ).map((code) => ({
        name: `429 \`${code}\``,
        faults: [quotaExceeded(code)],
        says: /raise the limit or add credit/,
        outcome: stopped('quota'),
      })),
      {
        name: '400 `billing_hard_limit_reached`',
        faults: [billingHardLimit()],
        says: /raise the limit or add credit/,
        outcome: stopped('quota'),
      },
      {
        name: '401 `invalid_api_key`',
        faults: [invalidKey()],
        says: /check the key in OPENAI_API_KEY$/,
        outcome: stopped('bad-api-key'),
      },
      {
        name: '403, organisation not verified, `code` null',
        faults: [unverifiedOrganisation()],
        says: /organization must be verified.*platform\.openai\.com/,
        outcome: stopped('not-permitted'),
      },
      {
        name: '403, country not supported',
        faults: [unsupportedCountry()],
        says: /Country, region, or territory not supported/,
        outcome: stopped('not-permitted'),
      },
    ],
  },
  {
    title: 'Refusals',
    rows: [
      {
        name: '400 moderation of the prompt',
        faults: [moderationBlocked('input', ['violence'])],
        says: /safety system.*stage input: violence\); change the prompt/,
        outcome: failed('moderation', { nextRun: 'fails without a request' }),
      },
      {
        name: '400 moderation of the finished picture',
        faults: [moderationBlocked('output', ['sexual'])],
        says: /safety system.*stage output: sexual\); change the prompt/,
        outcome: failed('moderation', {
          billed: 1,
          maybeBilled: true,
          nextRun: 'fails without a request',
        }),
      },
      {
        name: '400 `invalid_value`',
        faults: [
          {
            kind: 'error',
            status: 400,
            error: {
              message: 'Invalid size.',
              type: 'image_generation_user_error',
              param: 'size',
              code: 'invalid_value',
            },
          },
        ],
        says: /400: Invalid size; change what it names/,
        outcome: failed('refused'),
      },
      {
        name: "400, another server's `{ error: text }`",
        faults: [refusal(400, 'application/json', { error: 'no such model' })],
        says: /400: no such model/,
        outcome: failed('refused'),
      },
      {
        name: '422, `{ detail: … }`',
        faults: [refusal(422, 'application/json', { detail: [{ msg: 'field required' }] })],
        says: /^the API answered 422: {"detail".*field required/,
        outcome: failed('refused'),
      },
    ],
  },
  {
    title: 'The server fails',
    rows: [
      { name: '503 once', faults: [overloaded()], says: null, outcome: after(2) },
      {
        name: '503 forever',
        faults: Array<Fault>(6).fill(busy('0')),
        says: /503: oh; run again later/,
        outcome: failed('overloaded', { sent: 6 }),
      },
      {
        name: '503, which asks to wait an hour',
        faults: [busy('3600')],
        says: /run again after/,
        outcome: failed('overloaded'),
      },
      { name: '500 once, not billed', faults: [serverError()], says: null, outcome: after(2) },
      {
        name: '500 once, billed',
        faults: [serverError(500, { billed: true })],
        says: null,
        outcome: after(2, 2),
      },
      {
        name: '500 twice, billed',
        faults: [serverError(500, { billed: true }), serverError(500, { billed: true })],
        says: /^the API answered 500: .*; the next run requests it again$/,
        outcome: lost('server-error', 2, { sent: 2 }),
      },
      {
        name: '500 twice, not billed',
        faults: [serverError(), serverError()],
        says: /^the API answered 500: .*; the next run requests it again$/,
        outcome: lost('server-error', 0, { sent: 2 }),
      },
      {
        name: '500, billed, then 401',
        faults: [serverError(500, { billed: true }), invalidKey()],
        says: /401.*earlier call may have been billed; check the key in OPENAI_API_KEY$/,
        outcome: lost('bad-api-key', 1, { sent: 2, siblings: 1 }),
      },
      {
        name: '502, a page of HTML, billed',
        faults: [badGatewayPage({ billed: true })],
        says: /^the API answered 502: .*may have been made\); the next run requests it again$/,
        outcome: lost('unknown-outcome', 1),
      },
      {
        name: '502, a page of HTML, not billed',
        faults: [badGatewayPage()],
        says: /^the API answered 502: .*may have been made\); the next run requests it again$/,
        outcome: lost('unknown-outcome', 0),
      },
      {
        name: '524, the proxy gave up',
        faults: [refusal(524, 'text/html', '<html>524</html>')],
        says: /^the API answered 524: .*gave up waiting for the picture\); the next run requests it again/,
        outcome: lost('timeout', 0),
      },
      {
        name: '409 without a known meaning',
        faults: [refusal(409, 'text/html', '<html>409</html>')],
        says: /^the API answered 409: .*does not say whether the picture was made/,
        outcome: lost('unknown-outcome', 0),
      },
    ],
  },
  {
    title: 'The connection breaks',
    rows: [
      {
        name: 'reset before the body was read',
        faults: [{ kind: 'refuse' }],
        fields: 'input_images: [in.png]',
        says: /connection broke.*before the answer was complete; the next run requests it again/,
        outcome: lost('connection-lost', 0),
      },
      {
        name: 'reset before the answer',
        faults: [{ kind: 'reset-before-headers' }],
        says: /connection broke.*before the answer was complete; the next run requests it again/,
        outcome: lost('connection-lost', 1),
      },
      {
        name: 'reset half-way through the answer',
        faults: [{ kind: 'reset-mid-body' }],
        says: /connection broke.*before the answer was complete; the next run requests it again/,
        outcome: lost('connection-lost', 1),
      },
      {
        name: 'silence before the answer',
        faults: [{ kind: 'hang-before-headers' }],
        timeoutMs: 2500,
        says: /no complete answer within 2\.5 s.*the next run requests it again; timeoutMs/,
        outcome: lost('timeout', 1),
      },
      {
        name: 'silence half-way through the answer',
        faults: [{ kind: 'hang-mid-body' }],
        timeoutMs: 2500,
        says: /no complete answer within 2\.5 s.*the next run requests it again; timeoutMs/,
        outcome: lost('timeout', 1),
      },
      {
        name: 'an answer after the timeout',
        faults: [{ kind: 'delay', ms: 4000 }],
        timeoutMs: 2500,
        says: /no complete answer within 2\.5 s.*the next run requests it again; timeoutMs/,
        outcome: lost('timeout', 1),
      },
      {
        name: 'an answer that trickles past the timeout',
        faults: [{ kind: 'slow-trickle', durationMs: 6000 }],
        timeoutMs: 2500,
        says: /no complete answer within 2\.5 s.*the next run requests it again; timeoutMs/,
        outcome: lost('timeout', 1),
      },
      {
        name: 'an answer that trickles',
        faults: [{ kind: 'slow-trickle', durationMs: 600 }],
        says: null,
        outcome: delivered,
      },
      {
        name: 'a late answer',
        faults: [{ kind: 'delay', ms: 600 }],
        says: null,
        outcome: delivered,
      },
    ],
  },
  {
    title: 'The answer is not a picture',
    rows: [
      {
        name: 'half of the JSON, sent as complete',
        faults: [{ kind: 'truncated-body' }],
        says: /not with JSON; it is kept aside as rejected.*take: 2/,
        outcome: rejected,
      },
      {
        name: '200 that is not JSON',
        faults: [{ kind: 'not-json', body: 'OK' }],
        says: /not with JSON.*take: 2/,
        outcome: rejected,
      },
      {
        name: '200, a login page',
        faults: [loginPage()],
        says: /not with JSON.*take: 2/,
        outcome: { ...rejected, billed: 0 },
      },
      {
        name: '`data: []`',
        faults: [{ kind: 'missing-pictures', keep: 0 }],
        says: /without a picture.*take: 2/,
        outcome: rejected,
      },
      {
        name: 'invalid base64',
        faults: [{ kind: 'invalid-base64' }],
        says: /not base64.*take: 2/,
        outcome: rejected,
      },
      {
        name: 'a corrupt PNG',
        faults: [{ kind: 'corrupt-picture' }],
        says: /does not decode.*take: 2/,
        outcome: rejected,
      },
      {
        name: 'JPEG instead of PNG',
        faults: [{ kind: 'mislabelled-format', format: 'jpeg' }],
        says: /jpeg and not png.*take: 2/,
        outcome: rejected,
      },
    ],
  },
  {
    title: 'The answer differs from the request',
    rows: [
      {
        name: 'JSON under another content type',
        faults: [{ kind: 'content-type', contentType: 'text/plain' }],
        says: null,
        outcome: delivered,
      },
      {
        name: 'another size',
        faults: [{ kind: 'wrong-size', width: 320, height: 160 }],
        says: /is 320x160/,
        outcome: delivered,
      },
      {
        name: 'nothing transparent',
        faults: [{ kind: 'opaque-picture' }],
        fields: 'background: transparent, output_format: png',
        says: /it has no transparent pixel/,
        outcome: delivered,
      },
      { name: 'no `usage`', faults: [{ kind: 'no-usage' }], says: null, outcome: delivered },
      {
        name: '`usage` of zeros',
        faults: [{ kind: 'zero-usage' }],
        says: null,
        outcome: delivered,
      },
    ],
  },
];
