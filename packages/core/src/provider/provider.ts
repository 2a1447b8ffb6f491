import type { CallFields, Key, Request, Usage } from '../types.ts';
import { TintypeError, type ErrorCode } from '../errors.ts';

/**
 * Turns a request into an original, for money. (The stand-ins of `offline` do not come from a provider.) One call is one
 * attempt at one picture. A provider never retries, never writes and never reads the environment, because the caller manages
 * the store, the budget and the attempt file.
 */
export interface Provider {
  /** The environment variable that holds the key for its calls; `null`: it needs none. */
  readonly apiKeyName: string | null;
  /** Whether this is an OpenAI key, so that an image's `openai_api_key` can replace it. @default false */
  readonly takesOpenAiKey?: boolean;
  /**
   * The URL for its requests; `null`: the provider's own host. If it is set, Tintype checks that keys go only to hosts that the
   * user named. @default null
   */
  readonly baseUrl?: string | null;
  /** What its configuration adds to every request; `null`: nothing. It changes the picture, so it enters the key. */
  readonly inputs: Readonly<Record<string, unknown>> | null;
  /**
   * What its configuration sends, beside the key, that must never be kept or shown: Tintype removes it from all that the provider
   * returns. A function, so that nothing prints it with the provider. @default nothing
   */
  secrets?(): readonly string[];
  /** The format that it requests; `null`: it cannot request one, so any format that decodes is accepted. */
  readonly originalFormat: 'png' | null;
  /** What it cannot do in a request, in words that follow "provider x ". This is checked before anything is spent. */
  refuse(request: Request): string | null;
  /**
   * Loads the code for calls, so that nothing is loaded between the last check of a claim and the request. @default nothing to
   * load
   */
  load?(): Promise<unknown>;
  /** Rejects with a `ProviderError`; any other error counts as one whose outcome is unknown. */
  generate(order: Order): Promise<Picture>;
  /**
   * Fetches the picture of an order that an earlier process placed but did not finish, by the handle that it passed to
   * `onPlaced`. This is free, because it never places an order. Rejects as `generate` does, with `isOver` if the handle can no
   * longer be used. Providers whose orders have no handles leave it out.
   */
  collect?(handle: string, order: Order): Promise<Picture>;
  /**
   * For how many milliseconds a picture can be collected after it was ordered. Then an `unknown-outcome` of `collect` ends the order: before,
   * the handle may be of another account. @default for ever
   */
  readonly collectsForMs?: number;
  /** Its cheaper offer, if an answer within a day is soon enough. @default it has no such offer */
  readonly batches?: BatchOffer;
}

/**
 * Requests that are sent together and answered within a day, for less. The caller notes each step
 * before the next one, so a process may end at any time. A provider retries none of these calls.
 * All methods reject with a `ProviderError`.
 */
export interface BatchOffer {
  /** The price of a picture in a batch, as a fraction of its direct price. */
  readonly priceFactor: number;
  readonly maxLines: number;
  /**
   * What its configuration says, beside `baseUrl` and the key, about the account that orders, such as the id of a project. It may be
   * secret: Tintype keeps only a mark that does not show it. A function, so that nothing prints it. @default nothing
   */
  account?(): string;
  /** Requests with equal texts may be in one batch. */
  groupOf(request: Request): string;
  /**
   * Uploads the orders as a file, under a name. Costs nothing, and may be repeated. Resolves to the
   * file's id.
   */
  upload(name: string, orders: AsyncIterable<Order>, access: Access): Promise<string>;
  /**
   * Orders an uploaded file. This costs money. If the answer is lost, the batch may exist; `find`
   * tells. `request` is one of its requests.
   */
  create(name: string, fileId: string, request: Request, access: Access): Promise<PlacedBatch>;
  /** The batch that was created under a name; `null`: there is none now. */
  find(name: string, access: Access): Promise<PlacedBatch | null>;
  /**
   * Removes what was uploaded under a name, so that a `create` that arrives late orders nothing. `fileId`: what the file is
   * called, as a note in the store says, which may come from anyone: no other file than one of that name is removed;
   * `null`: unknown. `false`: this account does not have the file, and no earlier call has removed it here. So it may be
   * in another account, and the lists of this one do not show what became of a batch made from it. Remember in the account
   * that a file was removed: a process may be killed before it can note that.
   */
  removeUpload(name: string, fileId: string | null, access: Access): Promise<boolean>;
  look(batchId: string, access: Access): Promise<BatchLook>;
  /** The answers so far, in any order. They may include a key that was not requested. Their bytes are the caller's, which frees them. */
  answers(batchId: string, access: Access): AsyncIterable<BatchAnswer>;
  cancel(batchId: string, access: Access): Promise<void>;
  /**
   * The batches that this account created since a time, with the keys of their orders, without those that were refused. `isWanted`:
   * the others are left out, so that their keys need not be read. `lines`: the number of its orders; `null`: not known (yet).
   * Throws if the list is not complete. @default a batch whose note was lost is not found, and its pictures may be ordered again
   */
  list?(
    since: Date,
    isWanted: (name: string, lines: number | null) => boolean,
    access: Access,
  ): AsyncIterable<ListedBatch>;
}

/** A batch as the list of an account has it. */
export interface ListedBatch extends PlacedBatch {
  /** The name under which it was created. */
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly keys: readonly string[];
}

/** How to reach a provider. */
export type Access = Pick<Order, 'apiKey' | 'timeoutMs'>;

export interface PlacedBatch {
  readonly batchId: string;
  /** ISO 8601, UTC: answers come until then; `null`: unknown. */
  readonly dueAt: string | null;
}

/** What a provider says about a batch. */
export interface BatchLook extends PlacedBatch {
  /** The name under which it was created; `null`: it has none. The id of a batch in a store may be that of anyone's batch. */
  readonly name: string | null;
  /** `refused`: nothing was ordered, and nothing is billed. `ended`: no more answers come. */
  readonly state: 'working' | 'refused' | 'ended';
  readonly lines: number;
  /** Lines to which `answers` has an `answer`, at least. */
  readonly answered: number;
  /** Why it was refused, or ended early; `''`: it was not. */
  readonly problem: string;
  /** The account has no room for it now, so it can be submitted again later. */
  readonly isForLater: boolean;
}

/** The answer to one line. `not-done`: it was not made, and is not billed. */
export type BatchAnswer = { readonly key: string } & (
  | { readonly kind: 'answer'; readonly answer: Picture | ProviderError }
  | { readonly kind: 'not-done'; readonly reason: string }
);

/** A request with everything that a provider needs to send it. */
export interface Order {
  readonly imageId: string;
  readonly key: Key;
  readonly request: Request;
  readonly call: Pick<CallFields, 'moderation' | 'userId' | 'partialImages'>;
  /** Whether the model streams its answers. @default unknown */
  readonly streams?: boolean | null;
  /** The key. Put it into the request's header and nowhere else. */
  readonly apiKey: string | null;
  /** The user's OpenAI key, for hosts that need it as an input of a model; absent if there is none. */
  readonly openAiKey?: string | null;
  /** The bytes behind `request.input_images`, in order. */
  readonly inputs: readonly InputPicture[];
  /** The bytes behind `request.mask`. */
  readonly mask: InputPicture | null;
  /** The bytes behind `request.markup`; absent: it has none. */
  readonly markup?: InputPicture | null;
  /** Milliseconds for headers and body together. */
  readonly timeoutMs: number;
  /**
   * A provider that sends other requests first awaits this right before the request that costs money. Rejects if this process
   * may no longer buy the picture; the provider passes that on.
   */
  readonly beforePaying?: () => Promise<void>;
  /**
   * Call this as soon as the order has a handle (at most 64 letters, digits and `_`), and await it before anything else. The
   * handle is then on the disk, so another process can collect the picture. Never rejects.
   */
  readonly onPlaced?: (handle: string) => Promise<void>;
  /** Gets each partial picture (`call.partialImages`) as it comes, and is awaited. Never rejects. */
  readonly onPartial?: (bytes: Uint8Array) => Promise<void>;
}

export interface InputPicture {
  /** The file name to send, without a folder. */
  readonly name: string;
  /** Read from the bytes: `image/png`, `image/jpeg` or `image/webp`. */
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** The provider's picture, with unchanged bytes. */
export interface Picture {
  readonly bytes: Uint8Array;
  /** `null` if the API did not report it. */
  readonly usage: Usage | null;
  readonly requestId: string | null;
  /** The API's notes about differences from the request; shown to the user. */
  readonly warnings: readonly string[];
  /** The account's limit on pictures per minute; `null` if the answer does not mention it. */
  readonly limit: RateLimit | null;
}

/** The account's limit according to an answer. */
export interface RateLimit {
  readonly imagesPerMinute: number;
}

/** The ways in which a call to a provider can fail. `retry.ts` has a row for each. */
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
  /** How long the API asked to wait before another try; `null` if it did not. */
  readonly retryAfterMs: number | null;
  readonly requestId: string | null;
  readonly limit: RateLimit | null;
  /** The work is billed although there is no picture, for example because a finished picture was blocked. */
  readonly isBilledAnyway: boolean;
  /** The wrong key is the user's OpenAI key (`Order.openAiKey`), not the provider's key. */
  readonly isOpenAiKey: boolean;
  /** The order has ended, so there is nothing left to collect. */
  readonly isOver: boolean;
  /** The order was placed, and may be collected later. */
  readonly canBeCollected: boolean;
  /** The body of a paid answer without a usable picture. The caller keeps it. */
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
