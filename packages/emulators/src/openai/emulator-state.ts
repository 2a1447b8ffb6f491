import type { Batch } from './batch.ts';
import type { BatchOptions } from './batch-control.ts';
import type { Detail } from './draw-picture.ts';
import { FaultQueue } from './faults.ts';
import { ImageRateLimit } from './image-rate-limit.ts';
import type { LedgerEntry, RequestEntry } from './ledger.ts';
import { MovableClock } from './movable-clock.ts';
import { imageModels, type EmulatedModel } from './model-table.ts';
import { StoredFiles } from './stored-files.ts';

export interface EmulatorOptions extends BatchOptions {
  /**
   * The port. With the port of an emulator that was closed, connections are refused until this one starts.
   * @default any free port
   */
  readonly port?: number;
  /**
   * The keys that are accepted.
   * @default any that is not empty
   */
  readonly apiKeys?: readonly string[];
  /**
   * Takes the key from `api-key` and from nowhere else, refuses every URL without an `api-version`, and says both as Azure does.
   * @default false
   */
  readonly isAzure?: boolean;
  /**
   * How long a picture takes, in milliseconds. A stream distributes its events over this time.
   * @default 0
   */
  readonly latencyMs?: number;
  /**
   * The account's limit. Reference pictures count, too.
   * @default none
   */
  readonly imagesPerMinute?: number;
  /**
   * The length of the minute of `imagesPerMinute`, in milliseconds.
   * @default 60_000
   */
  readonly minuteMs?: number;
  /** @default imageModels */
  readonly models?: readonly EmulatedModel[];
  /**
   * `YYYY-MM-DD`, which decides which models are shut down. It is not today's date, so that tests do not fail later.
   * @default the day on which the behaviour was written down
   */
  readonly today?: string;
  /** @default 'flat' */
  readonly detail?: Detail;
  /**
   * PNGs with which to answer, in turn, whatever was requested. For measurements, because drawing costs more than
   * answering.
   * @default none: every picture is drawn
   */
  readonly pictures?: readonly Buffer[];
}

type OptionalOption = 'apiKeys' | 'imagesPerMinute' | 'batchLatencyMs' | 'enqueuedTokensPerModel';

/** The state of one run of the emulator. A reset starts another run. */
export interface EmulatorState {
  readonly options: Required<Omit<EmulatorOptions, OptionalOption>> &
    Pick<EmulatorOptions, 'batchLatencyMs' | 'enqueuedTokensPerModel'>;
  readonly clock: MovableClock;
  readonly files: StoredFiles;
  /** In the order of their creation. */
  readonly batches: Batch[];
  /** Aborted by a reset, so that batches no longer end by themselves. */
  readonly ended: AbortController;
  readonly apiKeys: readonly string[] | null;
  readonly ledger: LedgerEntry[];
  readonly requests: RequestEntry[];
  readonly faults: FaultQueue;
  readonly rateLimit: ImageRateLimit | null;
  /** How often each request was sent, by its fingerprint. */
  readonly takes: Map<string, number>;
  inFlight: number;
  inFlightPeak: number;
}

export function freshState(options: EmulatorOptions): EmulatorState {
  const { apiKeys = null, imagesPerMinute = null, ...rest } = options;
  const complete = {
    port: 0,
    latencyMs: 0,
    minuteMs: 60_000,
    models: imageModels,
    today: '2026-11-22',
    detail: 'flat' as const,
    pictures: [],
    isAzure: false,
    outputOrder: 'shuffled' as const,
    batchListLagMs: 0,
    modelsWithoutBatch: [],
    ...rest,
  };
  const clock = new MovableClock();
  return {
    options: complete,
    clock,
    files: new StoredFiles(clock),
    batches: [],
    ended: new AbortController(),
    apiKeys,
    ledger: [],
    requests: [],
    faults: new FaultQueue(),
    rateLimit:
      imagesPerMinute === null ? null : new ImageRateLimit(imagesPerMinute, complete.minuteMs),
    takes: new Map(),
    inFlight: 0,
    inFlightPeak: 0,
  };
}
