import type { Diagnostic } from './types.ts';

/** The kinds of diagnostics about a user's manifest. Tests and tools branch on these codes, never on the messages. */
export type DiagnosticCode =
  // the file
  | 'not-readable'
  | 'not-utf8'
  | 'nul-byte'
  | 'file-too-large'
  | 'yaml-syntax'
  | 'duplicate-key'
  | 'custom-tag'
  | 'too-many-aliases'
  | 'several-documents'
  | 'cut-by-comment'
  // its shape
  | 'unknown-field'
  | 'missing-field'
  | 'wrong-type'
  | 'not-allowed'
  | 'out-of-range'
  | 'bad-format'
  // images and how they are made
  | 'bad-id'
  | 'duplicate-id'
  | 'duplicate-output'
  | 'too-many-images'
  | 'unknown-preset'
  | 'unknown-variable'
  | 'bad-row'
  | 'missing-alt'
  | 'conflict'
  | 'literal-api-key'
  | 'not-supported'
  | 'not-supported-by-model'
  | 'not-supported-by-provider'
  | 'unknown-provider'
  | 'unknown-image'
  | 'cycle'
  | 'model-shut-down'
  | 'unknown-model'
  | 'not-checked'
  | 'model-shutting-down'
  | 'bad-input'
  | 'input-changed'
  | 'crop-too-large'
  | 'width-too-large'
  | 'nothing-picked'
  | 'nothing-moves'
  | 'pick-unseen'
  | 'bought-twice'
  | 'pin-damaged';

/** The reasons why a run or an image can fail. Tests and tools branch on these codes, never on the messages. */
export type ErrorCode =
  // the run cannot start: exit 2
  | 'usage'
  | 'config'
  | 'manifest'
  | 'api-key-missing'
  | 'key-not-allowed'
  | 'output-not-ours'
  // the run may not spend: exit 3 and 4
  | 'originals-missing'
  | 'over-budget'
  // the run stops at once, and what it has made is kept: exit 1
  | 'quota'
  | 'bad-api-key'
  | 'not-permitted'
  | 'untrusted-certificate'
  | 'unusable-answers'
  | 'sharp-unavailable'
  | 'store-not-readable'
  | 'store-not-writable'
  // a remote fails
  | 'remote-unavailable'
  | 'remote-denied'
  | 'remote-unsupported'
  | 'remote-damaged'
  // the queue of workers
  | 'queue-unavailable'
  | 'job-refused'
  // an image fails, others go on: exit 1
  | 'moderation'
  | 'refused'
  | 'rate-limited'
  | 'overloaded'
  | 'server-error'
  | 'not-connected'
  | 'connection-lost'
  | 'unknown-outcome'
  | 'timeout'
  | 'bad-reply'
  | 'maybe-billed'
  | 'ordered'
  | 'original-damaged'
  | 'original-missing'
  | 'original-rejected'
  | 'record-damaged'
  | 'upstream-failed'
  | 'input-changed'
  | 'not-supported'
  | 'encode'
  | 'output-not-writable'
  // exit 130
  | 'interrupted';

/** An error that a user can understand. The message says what is wrong and what to do next. */
export class TintypeError extends Error {
  override readonly name = 'TintypeError';
  readonly code: ErrorCode;
  /** The image that the error is about; `null` if it is about none. */
  readonly imageId: string | null;
  /** The mistakes behind a `manifest` error. */
  readonly diagnostics: readonly Diagnostic[];
  /**
   * The option that would allow it, if there is one; the command line has a flag for it. `missing`: only stand-ins would
   * help, because buying would not. `manifests`: they find none.
   */
  readonly option:
    | 'allowUnpriced'
    | 'manifests'
    | 'maxCostUsd'
    | 'maxCostUsdPerDay'
    | 'missing'
    | null;

  /** Where in a manifest it can be corrected; the first of several places. `null`: in no manifest, or see `diagnostics`. */
  readonly place: { readonly file: string; readonly line: number } | null;

  constructor(
    code: ErrorCode,
    message: string,
    details: {
      readonly imageId?: string;
      readonly diagnostics?: readonly Diagnostic[];
      readonly option?: TintypeError['option'];
      readonly place?: TintypeError['place'];
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.imageId = details.imageId ?? null;
    this.diagnostics = details.diagnostics ?? [];
    this.option = details.option ?? null;
    this.place = details.place ?? null;
  }
}
