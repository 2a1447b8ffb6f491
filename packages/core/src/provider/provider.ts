import type { CallFields, Key, Request, Usage } from '../types.ts';
import { TintypeError, type ErrorCode } from '../errors.ts';

/**
 * What turns a request into an original, and costs money: the stand-ins of `offline` are no provider's. One call is one attempt at one picture. A provider never retries, never writes
 * and never reads the environment: the caller knows the store, the budget and the attempt file.
 */
export interface Provider {
  /** The environment variable that holds the key for its calls; `null`: it needs none. */
  readonly apiKeyName: string | null;
  /**
   * Whether that key is one of OpenAI's, so that an image's `openai_api_key` names it.
   * @default false
   */
  readonly takesOpenAiKey?: boolean;
  /**
   * Where its requests go; `null`: to the provider's own host. Stated, keys are kept off hosts that the user did not name.
   * @default null
   */
  readonly baseUrl?: string | null;
  /** What its configuration adds to every request. It decides pixels, so it enters the key; `null`: nothing. */
  readonly inputs: Readonly<Record<string, unknown>> | null;
  /** The format that it asks for; `null`: it cannot ask, so any that decodes is right. */
  readonly originalFormat: 'png' | null;
  /** What of a request it cannot do, in words that follow "provider x ": known before anything is spent. */
  refuse(request: Request): string | null;
  /**
   * Loads the code that calls need, so that none is loaded between the last look at a claim and the request.
   * @default nothing has to be loaded
   */
  load?(): Promise<unknown>;
  /** Rejects with a `ProviderError`; any other error counts as one whose outcome is unknown. */
  generate(order: Order): Promise<Picture>;
  /**
   * Fetches the picture of an order that an earlier process placed and did not see the end of, by the handle that its
   * `onPlaced` was given. Free: it never places an order. Rejects as `generate`, with `isOver` where the handle is of no
   * more use. Left out by providers whose orders have no handles.
   */
  collect?(handle: string, order: Order): Promise<Picture>;
}

/** A request on its way to a provider. */
export interface Order {
  readonly imageId: string;
  readonly key: Key;
  readonly request: Request;
  readonly call: Pick<CallFields, 'moderation' | 'userId'>;
  /** The key itself. It goes into the request's header and nowhere else. */
  readonly apiKey: string | null;
  /** The user's own key at OpenAI, for hosts that ask for it as an input of a model; absent where there is none. */
  readonly openAiKey?: string | null;
  /** The bytes behind `request.input_images`, in order. */
  readonly inputs: readonly InputPicture[];
  /** The bytes behind `request.mask`. */
  readonly mask: InputPicture | null;
  /** Milliseconds for headers and body together. */
  readonly timeoutMs: number;
  /**
   * Awaited by a provider right before the request that costs money, where it sends others first. Rejects where the picture
   * is not this process's to buy any more; the provider passes that on.
   */
  readonly beforePaying?: () => Promise<void>;
  /**
   * To be called as soon as the order has a handle, a word of at most 64 letters, digits and `_`, and awaited before
   * anything else: it is on the disk then, so that another process can collect the picture. Never rejects.
   */
  readonly onPlaced?: (handle: string) => Promise<void>;
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
  /** What the API says it did not do as asked; shown to the user. */
  readonly warnings: readonly string[];
  /** What the API says of the account's limit on pictures a minute; `null` where it says nothing. */
  readonly limit: RateLimit | null;
}

/** What an answer tells of the account's limit. */
export interface RateLimit {
  readonly imagesPerMinute: number;
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
  | 'unknown-outcome'
  | 'untrusted-certificate'
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
  readonly limit: RateLimit | null;
  /** The work was done and is billed although nothing came of it, as where a finished picture is blocked. */
  readonly isBilledAnyway: boolean;
  /** The key that is wrong is the user's at OpenAI (`Order.openAiKey`), not the provider's. */
  readonly isOpenAiKey: boolean;
  /** The order has ended, so that there is nothing more to collect. */
  readonly isOver: boolean;
  /** The order was placed, and may be collected later. */
  readonly canBeCollected: boolean;
  /** The body of an answer that was paid for and holds no usable picture; it is kept. */
  readonly reply: Uint8Array | null;

  constructor(
    code: FailureCode,
    message: string,
    details: {
      readonly retryAfterMs?: number | null;
      readonly requestId?: string | null;
      readonly reply?: Uint8Array | null;
      readonly limit?: RateLimit | null;
      readonly isBilledAnyway?: boolean;
      readonly isOpenAiKey?: boolean;
      readonly isOver?: boolean;
      readonly canBeCollected?: boolean;
      readonly cause?: unknown;
    } = {},
  ) {
    super(code, message, details.cause === undefined ? {} : { cause: details.cause });
    this.retryAfterMs = details.retryAfterMs ?? null;
    this.requestId = details.requestId ?? null;
    this.reply = details.reply ?? null;
    this.limit = details.limit ?? null;
    this.isBilledAnyway = details.isBilledAnyway ?? false;
    this.isOver = details.isOver ?? false;
    this.canBeCollected = details.canBeCollected ?? false;
    this.isOpenAiKey = details.isOpenAiKey ?? false;
  }
}
