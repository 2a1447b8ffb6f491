import type { CallFields, Key, Request, Usage } from '../types.ts';
import { TintypeError, type ErrorCode } from '../errors.ts';

/**
 * What turns a request into an original. One call is one picture. A provider never retries, never writes and never
 * reads the environment: the caller knows the store, the budget and the attempt file.
 */
export interface Provider {
  /**
   * Whether a call costs money. A paid provider's pictures go through the store, the budget and the attempt files; a
   * free one's are drawn again at will and kept in the cache only.
   */
  readonly isPaid: boolean;
  /** Rejects with a `ProviderError`; any other error counts as one whose outcome is unknown. */
  generate(order: Order): Promise<Picture>;
}

/** A request on its way to a provider. */
export interface Order {
  readonly imageId: string;
  readonly key: Key;
  readonly request: Request;
  readonly call: Pick<CallFields, 'moderation' | 'userId'>;
  /** The key itself. It goes into the request's header and nowhere else. */
  readonly apiKey: string | null;
  /** The bytes behind `request.input_images`, in order. */
  readonly inputs: readonly InputPicture[];
  /** Milliseconds for headers and body together. */
  readonly timeoutMs: number;
}

export interface InputPicture {
  /** A file name to send along, without a folder. */
  readonly name: string;
  /** Read from the bytes: `image/png`, `image/jpeg` or `image/webp`. */
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** What came back, bytes untouched. */
export interface Picture {
  readonly bytes: Uint8Array;
  /** `null` where the API did not say. */
  readonly usage: Usage | null;
  readonly requestId: string | null;
}

/** How a call to a provider can fail: the rows of the policy in `retry.ts`. */
export type FailureCode = Extract<
  ErrorCode,
  | 'not-connected'
  | 'rate-limited'
  | 'overloaded'
  | 'server-error'
  | 'timeout'
  | 'connection-lost'
  | 'moderation'
  | 'quota'
  | 'bad-api-key'
  | 'not-permitted'
  | 'refused'
  | 'bad-reply'
  | 'not-supported'
>;

/** A call that failed, classified. `message` is fit to print: no key, no control characters. */
export class ProviderError extends TintypeError {
  declare readonly code: FailureCode;
  /** What the API asked to wait before another try; `null` where it did not. */
  readonly retryAfterMs: number | null;
  readonly requestId: string | null;
  /** The body of an answer that was paid for and holds no usable picture; it is kept. */
  readonly reply: Uint8Array | null;

  constructor(
    code: FailureCode,
    message: string,
    details: {
      readonly retryAfterMs?: number | null;
      readonly requestId?: string | null;
      readonly reply?: Uint8Array | null;
      readonly cause?: unknown;
    } = {},
  ) {
    super(code, message, details.cause === undefined ? {} : { cause: details.cause });
    this.retryAfterMs = details.retryAfterMs ?? null;
    this.requestId = details.requestId ?? null;
    this.reply = details.reply ?? null;
  }
}
