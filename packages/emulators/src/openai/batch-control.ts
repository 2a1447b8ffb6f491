/** The time of files and batches: the real time, plus the time that a test has added. */
export interface EmulatorClock {
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * Moves the time forward and does everything that is due by then. Batches that are `validating` are validated. A batch that
   * a client cancelled 10 minutes ago becomes `cancelled`, and a batch that was created 24 hours ago becomes `expired`. With
   * `batchLatencyMs`, batches of that age are finished. Files whose time is over are gone. Resolves when this is done.
   */
  advance(ms: number): Promise<void>;
}

export type BatchStatus =
  | 'validating'
  | 'failed'
  | 'in_progress'
  | 'finalizing'
  | 'completed'
  | 'expired'
  | 'cancelling'
  | 'cancelled';

/** One entry of `errors.data` of a batch that failed. */
export interface BatchError {
  readonly code: string;
  readonly message: string;
  /** The line of the input file, from 1; `null`: the error is about the whole file or the account. */
  readonly line: number | null;
  readonly param: string | null;
}

/** The state of one line. `failed`: the API refused its request, and the error file has the answer. */
export type LineState = 'waiting' | 'succeeded' | 'failed' | 'expired' | 'cancelled';

/** A batch, as a test sees it. */
export interface EmulatedBatch {
  readonly id: string;
  readonly status: BatchStatus;
  readonly endpoint: string;
  /** `null` until the validation. */
  readonly model: string | null;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly inputFileId: string;
  readonly outputFileId: string | null;
  readonly errorFileId: string | null;
  /** Milliseconds since 1970, by the emulator's clock. */
  readonly createdAt: number;
  readonly errors: readonly BatchError[];
  /** In the order of the input file; empty until the validation. */
  readonly lines: readonly { readonly customId: string; readonly state: LineState }[];
  /** `plant()` added it: it has no lines and costs nothing. */
  readonly planted: boolean;
}

/**
 * The batches of the account. Without `batchLatencyMs`, a batch stays as it was created until a test calls one of these
 * methods or moves the clock. All methods fail for an id that does not exist.
 *
 * A line is billed when it is processed, at half the price. Its ledger entry has `batchId` and `customId`.
 */
export interface BatchControl {
  /** In the order in which they were created. */
  readonly all: readonly EmulatedBatch[];
  get(id: string): EmulatedBatch;
  /** Reads the input file: the batch becomes `in_progress` or `failed`. Does nothing to a batch that has been validated. */
  validate(id: string): Promise<EmulatedBatch>;
  /**
   * Processes the next lines, after validating the batch if necessary. When no line is left, the batch becomes `finalizing`.
   * A batch that is `cancelling` can still be processed. Stops early when a client cancels the batch meanwhile.
   * @param lines the number of lines; all lines that are left, by default
   */
  work(id: string, lines?: number): Promise<EmulatedBatch>;
  /**
   * Ends a batch. Processes the lines that are left, and the batch becomes `completed`. A batch that is `cancelling` becomes
   * `cancelled` and keeps the lines that are done. A batch with a wrong input file becomes `failed`. Does nothing to a batch
   * that has ended.
   */
  finish(id: string): Promise<EmulatedBatch>;
  /** Calls `finish()` for all batches that have not ended and are not planted, in the order of creation. */
  finishAll(): Promise<void>;
  /**
   * Ends a batch as if 24 hours had passed, without moving the clock. The lines that are done are kept. The others get
   * `batch_expired` in the error file and are not billed. Does nothing to a batch that is `cancelling` or has ended.
   * @param options.done processes lines until this number is done; by default no more lines
   */
  expire(id: string, options?: { readonly done?: number }): Promise<EmulatedBatch>;
  /** A batch that is `validating` becomes `failed`. `batchError()` makes the known errors. */
  fail(id: string, errors: readonly BatchError[]): Promise<EmulatedBatch>;
  /** Adds a batch of another program that uses the same account. It is in the lists, costs nothing and never ends by itself. */
  plant(batch?: {
    /** @default 'completed' */
    readonly status?: BatchStatus;
    readonly metadata?: Readonly<Record<string, string>> | null;
    /** @default '/v1/images/generations' */
    readonly endpoint?: string;
  }): EmulatedBatch;
}

/** A file, as a test sees it. */
export interface EmulatedFile {
  readonly id: string;
  readonly fileName: string;
  readonly purpose: string;
  readonly bytes: number;
  /** Milliseconds since 1970, by the emulator's clock. */
  readonly createdAt: number;
  /** `null`: never. */
  readonly expiresAt: number | null;
  /** The client gets a 404 for a file that is `deleted` or `expired`. */
  readonly state: 'stored' | 'deleted' | 'expired';
}

/** The files of the account: uploads, and the files that batches wrote. */
export interface FileControl {
  /** In the order in which they were made, including files that are gone. */
  readonly all: readonly EmulatedFile[];
  /** The file expires now. Throws for an id that does not exist. */
  expire(id: string): void;
}

/** The options of batches. */
export interface BatchOptions {
  /**
   * Batches end by themselves after this time, which is real time or time that a test adds to the clock.
   * @default none: a batch waits for a call of `emulator.batches` or `emulator.clock`
   */
  readonly batchLatencyMs?: number;
  /**
   * The order of the lines in the output and error files. The real API does not keep the order of the input.
   * @default 'shuffled' (by `custom_id`, so that it is the same in every run)
   */
  readonly outputOrder?: 'shuffled' | 'input' | 'reversed';
  /**
   * The time during which the lists do not contain a new batch, although `retrieve` finds it.
   * @default 0
   */
  readonly batchListLagMs?: number;
  /**
   * The largest number of input tokens of one model in all batches that have not ended. A batch that exceeds it fails its
   * validation with `token_limit_exceeded`.
   * @default none
   */
  readonly enqueuedTokensPerModel?: number;
  /**
   * The models that the Batch API does not support. A batch with such a model fails its validation with `model_not_found`.
   * @default none
   */
  readonly modelsWithoutBatch?: readonly string[];
}

/** The calls for files and batches, as the conditions of a fault name them: `{ endpoint: 'batches.create' }`. */
export type StorageEndpoint =
  | 'files.create'
  | 'files.list'
  | 'files.retrieve'
  | 'files.content'
  | 'files.delete'
  | 'batches.create'
  | 'batches.retrieve'
  | 'batches.list'
  | 'batches.cancel';

/**
 * The faults that only calls for files and batches get. They also get these faults of image requests:
 * - `refuse`, and `error` or `page` without `billed`: nothing was done;
 * - `error` or `page` with `billed`, and `reset-before-headers`, `hang-before-headers`, `truncated-body` and so on: the call
 *   was carried out, and the answer is lost;
 * - `delay`.
 *
 * A call gets a fault only if the fault's conditions name its endpoint.
 */
export type StorageFault =
  /** The connection is reset when the request has been read. It is carried out `ms` later, and not before `until` resolves. */
  | { readonly kind: 'late'; readonly ms: number; readonly until?: Promise<unknown> }
  /** `files.content`: only the first bytes. `reset` (the default) breaks the connection, `end` looks like a complete answer. */
  | { readonly kind: 'cut-content'; readonly afterBytes: number; readonly how?: 'reset' | 'end' }
  /** `files.content`: the complete file, in pieces of at most this size, which end anywhere in a line. */
  | { readonly kind: 'content-pieces'; readonly bytes: number }
  /** `batches.create`: the answer is correct. The batch fails its validation with these errors. */
  | { readonly kind: 'fails-validation'; readonly errors: readonly BatchError[] };
