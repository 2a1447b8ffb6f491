import type { Detail } from './draw-picture.ts';
import { FaultQueue } from './faults.ts';
import { ImageRateLimit } from './image-rate-limit.ts';
import type { LedgerEntry, RequestEntry } from './ledger.ts';
import { imageModels, type EmulatedModel } from './model-table.ts';

export interface EmulatorOptions {
  /**
   * Where to listen. With the port of an emulator that was closed, connections are refused until this one starts.
   * @default any that is free
   */
  readonly port?: number;
  /**
   * The keys that are let in.
   * @default any that is not empty
   */
  readonly apiKeys?: readonly string[];
  /**
   * How long a picture takes. A stream spreads its events over it.
   * @default 0
   */
  readonly latencyMs?: number;
  /**
   * The account's limit; reference pictures count.
   * @default none
   */
  readonly imagesPerMinute?: number;
  /**
   * How long the minute of `imagesPerMinute` is.
   * @default 60_000
   */
  readonly minuteMs?: number;
  /** @default imageModels */
  readonly models?: readonly EmulatedModel[];
  /**
   * `YYYY-MM-DD`: decides which models are shut down. Not the clock's date, so that tests do not rot.
   * @default the day on which the behaviour was written down
   */
  readonly today?: string;
  /** @default 'flat' */
  readonly detail?: Detail;
  /**
   * PNGs to answer with, in turn, whatever was asked for: for measuring, since drawing costs more than answering.
   * @default none: every picture is drawn
   */
  readonly pictures?: readonly Buffer[];
}

/** Everything that one run of the emulator remembers; a reset starts another. */
export interface EmulatorState {
  readonly options: Required<Omit<EmulatorOptions, 'apiKeys' | 'imagesPerMinute'>>;
  readonly apiKeys: readonly string[] | null;
  readonly ledger: LedgerEntry[];
  readonly requests: RequestEntry[];
  readonly faults: FaultQueue;
  readonly rateLimit: ImageRateLimit | null;
  /** How often each request was asked for, by its fingerprint. */
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
    ...rest,
  };
  return {
    options: complete,
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
