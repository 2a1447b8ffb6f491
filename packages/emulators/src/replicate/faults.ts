/** A fault of a prediction. Each of the next predictions gets one, in the order in which they were queued. */
export type Fault =
  /** The connection is reset before the body is read. No prediction is made. */
  | { readonly kind: 'refuse' }
  /** An answer that is not a prediction. No prediction is made, unless `isMade`. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: object | string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly isMade?: boolean;
    }
  /** The prediction is made, and the answer is missing or incomplete. */
  | { readonly kind: 'reset-answer' | 'hang-answer' | 'truncate-answer' }
  /** The prediction ends in this way by itself. */
  | { readonly kind: 'end'; readonly status: 'canceled' | 'aborted' }
  | { readonly kind: 'end'; readonly status: 'failed'; readonly error: string }
  /** The prediction stays in a status until it is canceled. `done-at-cancel`: it is already done at that moment. */
  | { readonly kind: 'stay'; readonly status: 'starting' | 'processing' }
  | { readonly kind: 'done-at-cancel' }
  /** The prediction takes a moment, and asking for its state fails that many times. */
  | { readonly kind: 'poll'; readonly trouble: 'reset' | number; readonly times: number }
  /** Fetching the picture fails that many times. */
  | {
      readonly kind: 'download';
      readonly trouble: 'reset' | 'truncate' | 'hang' | 'redirect' | number;
      readonly times: number;
    }
  /** The prediction succeeds with this output. */
  | { readonly kind: 'output'; readonly output: unknown };

/** 401 (replicate/replicate-python#47, read 2026-11-22). */
export function unauthenticated(): Fault {
  return answer(401, {
    title: 'Unauthenticated',
    detail: 'You did not pass a valid authentication token',
    status: 401,
  });
}

/** 402; the texts are from memory. */
export function insufficientCredit(): Fault {
  return answer(402, {
    title: 'Insufficient credit',
    detail:
      'You have insufficient credit to run this model. Go to https://replicate.com/account/billing#billing to purchase credit.',
    status: 402,
  });
}

/** 429: recognisable by its text alone, or also by `retry-after`. */
export function throttled(detail = 'Your rate limit resets in ~30s.', retryAfter?: string): Fault {
  const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
  return {
    ...answer(429, { detail: `Request was throttled. ${detail}`, status: 429 }),
    headers,
  } as Fault;
}

/** A failed prediction whose input or output was refused. */
export function flaggedAsSensitive(): Fault {
  return {
    kind: 'end',
    status: 'failed',
    error:
      'The input or output was flagged as sensitive. Please try again with different inputs. (E005) (uIJ6l3ruRD)',
  };
}

export function answer(status: number, body: object | string): Fault {
  return { kind: 'answer', status, body };
}
