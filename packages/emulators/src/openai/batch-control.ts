/** The time of files and batches: the real time, plus what a test has added. */
export interface EmulatorClock {
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * Moves the time forward and does what is due by then: a batch that waits for its validation gets it, one that was
   * cancelled 10 minutes ago is `cancelled`, one that was created 24 hours ago is `expired`, files that expire are gone.
   * With `batchLatencyMs`, batches of that age are finished. Resolves when all of it is done.
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

/** One of the `errors.data` of a batch that failed. */
export interface BatchError {
  readonly code: string;
  readonly message: string;
  /** Of the input file, from 1; `null`: the error is about the whole file or the account. */
  readonly line: number | null;
  readonly param: string | null;
}

/** What became of one line. `failed`: it is in the error file with the status of its refusal. */
export type LineState = 'waiting' | 'succeeded' | 'failed' | 'expired' | 'cancelled';

/** A batch as a test looks at it. */
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
  /** Put there by `plant()`: nothing was ordered with it. */
  readonly planted: boolean;
}

/**
 * The batches of the account, and the hand that moves them: without `batchLatencyMs` a batch stays as it was created until
 * a test calls one of these or moves the clock. All of them reject for an id that does not exist.
 *
 * A line that is worked on is billed at once, at half the price, with `batchId` and `customId` in the ledger.
 */
export interface BatchControl {
  /** In the order in which they were created. */
  readonly all: readonly EmulatedBatch[];
  get(id: string): EmulatedBatch;
  /** Reads the input file: `in_progress` or `failed`. Does nothing to a batch that was validated. */
  validate(id: string): Promise<EmulatedBatch>;
  /**
   * Works on the next lines, after the validation if it is missing; `finalizing` once none is left. A batch that is
   * `cancelling` may be worked on too, as long as it is not `cancelled`.
   * @param lines how many; all that are left where it is not given
   */
  work(id: string, lines?: number): Promise<EmulatedBatch>;
  /**
   * Brings a batch to its end: the lines that are left are worked on and it is `completed`; one that is `cancelling`
   * becomes `cancelled` with the lines that are done; one that does not pass the validation is `failed`. Does nothing to
   * a batch that has ended.
   */
  finish(id: string): Promise<EmulatedBatch>;
  /** `finish()` for every batch that is open and not planted, in the order of creation. */
  finishAll(): Promise<void>;
  /**
   * As if 24 hours had passed, without moving the clock: the lines that are done are kept, the others get `batch_expired`
   * in the error file and are not billed.
   * @param options.done works on lines until so many are done; what is done already where it is not given
   */
  expire(id: string, options?: { readonly done?: number }): Promise<EmulatedBatch>;
  /** Makes a batch that is `validating` `failed`. `batchError()` makes the known errors. */
  fail(id: string, errors: readonly BatchError[]): Promise<EmulatedBatch>;
  /** Adds a batch of another program that shares the account. It is in the lists and costs nothing. */
  plant(batch?: {
    /** @default 'completed' */
    readonly status?: BatchStatus;
    readonly metadata?: Readonly<Record<string, string>> | null;
    /** @default '/v1/images/generations' */
    readonly endpoint?: string;
  }): EmulatedBatch;
}

/** A file as a test looks at it. */
export interface EmulatedFile {
  readonly id: string;
  readonly fileName: string;
  readonly purpose: string;
  readonly bytes: number;
  /** Milliseconds since 1970, by the emulator's clock. */
  readonly createdAt: number;
  /** `null`: never. */
  readonly expiresAt: number | null;
  /** A file that is `deleted` or `expired` is a 404 for the client. */
  readonly state: 'stored' | 'deleted' | 'expired';
}

/** The files of the account: uploads and what batches wrote. */
export interface FileControl {
  /** In the order in which they were made, those that are gone included. */
  readonly all: readonly EmulatedFile[];
  /** The file is gone from now on, as if its time had come. Throws for an id that does not exist. */
  expire(id: string): void;
}

/** What the emulator does with batches, all off by default. */
export interface BatchOptions {
  /**
   * Batches finish by themselves, so long after their creation, in real time or by the clock that tests move.
   * @default none: a batch waits for `emulator.batches` or the clock
   */
  readonly batchLatencyMs?: number;
  /**
   * The order of the lines in the output and error files. The real one is not the input's.
   * @default 'shuffled' (the same in every run)
   */
  readonly outputOrder?: 'shuffled' | 'input' | 'reversed';
  /**
   * How long a new batch is missing in the lists, though `retrieve` knows it.
   * @default 0
   */
  readonly batchListLagMs?: number;
  /**
   * How many input tokens of a model may be in batches that are open; a batch with more fails its validation with
   * `token_limit_exceeded`.
   * @default none
   */
  readonly enqueuedTokensPerModel?: number;
  /**
   * The models that Batch does not take: a batch with one fails its validation with `model_not_found`.
   * @default none: it takes all
   */
  readonly modelsWithoutBatch?: readonly string[];
}

/** What faults of `emulator.fail()` can be matched with, beside the two endpoints of pictures: `{ endpoint: 'batches.create' }`. */
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
 * Faults that only files and batches meet. Beside them they meet `refuse` and an `error` that is not `billed` (nothing was
 * done); an `error` that is `billed`, and `reset-before-headers`, `hang-before-headers`, `reset-mid-body`, … (it was done,
 * the answer is lost); and `delay`. They meet a fault only where the match names their endpoint.
 */
export type StorageFault =
  /** The connection is reset once the request is read; it is worked on `ms` later, and not before `until` resolves. */
  | { readonly kind: 'late'; readonly ms: number; readonly until?: Promise<unknown> }
  /** `files.content`: only the first bytes. `reset` breaks the connection, `end` looks like a whole answer. */
  | { readonly kind: 'cut-content'; readonly afterBytes: number; readonly how?: 'reset' | 'end' }
  /** `files.content`: all of it, in pieces of so many bytes, which end anywhere in a line. */
  | { readonly kind: 'content-pieces'; readonly bytes: number }
  /** `batches.create`: answered as usual; the batch fails its validation with these errors. */
  | { readonly kind: 'fails-validation'; readonly errors: readonly BatchError[] };
