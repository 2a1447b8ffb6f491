import type { Fault } from './faults.ts';
import type { EmulatedModel } from './models.ts';

export interface ReplicateEmulatorOptions {
  /** @default 0: any that is free */
  readonly port?: number;
  /**
   * The tokens that are let in.
   * @default any that is not empty
   */
  readonly tokens?: readonly string[];
  /**
   * How long a prediction takes to start, and then to run.
   * @default 0
   */
  readonly startMs?: number;
  readonly workMs?: number;
  /**
   * What a second of `Prefer: wait` lasts: 60 s are too long for a test.
   * @default 1000
   */
  readonly waitSecondMs?: number;
  /**
   * How long a picture can be fetched.
   * @default 3_600_000
   */
  readonly expiryMs?: number;
  /**
   * Pictures are at the API's own address, for clients that fetch from no other loopback host.
   * @default false: at a host of their own
   */
  readonly deliversFromApi?: boolean;
}

export type Status = 'starting' | 'processing' | 'succeeded' | 'failed' | 'canceled' | 'aborted';

/** One prediction that was made: the ledger's line where it is billed. */
export interface Made {
  readonly id: string;
  readonly model: EmulatedModel;
  /** As it was sent, keys included. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly fault: Fault | null;
  readonly createdAt: number;
  status: Status;
  error: string | null;
  output: unknown;
  /** Resolves at its end. */
  readonly ended: Promise<void>;
  readonly end: () => void;
  /** How often its fault has gone wrong already. */
  troubles: number;
}

/** A request, in the order of arrival. */
export interface RequestEntry {
  readonly host: 'api' | 'delivery';
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  status: number | null;
}

export interface DeliveredFile {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly made: Made | null;
  readonly expiresAt: number;
}

export interface State {
  readonly options: Required<Omit<ReplicateEmulatorOptions, 'tokens'>>;
  readonly tokens: readonly string[] | null;
  readonly made: Made[];
  readonly requests: RequestEntry[];
  readonly faults: Fault[];
  /** By path. */
  readonly files: Map<string, DeliveredFile>;
  /** A token in a place that it must not be in. */
  readonly leaks: string[];
}

export function freshState({ tokens, ...options }: ReplicateEmulatorOptions): State {
  return {
    options: {
      port: 0,
      startMs: 0,
      workMs: 0,
      waitSecondMs: 1000,
      expiryMs: 3_600_000,
      deliversFromApi: false,
      ...options,
    },
    tokens: tokens ?? null,
    made: [],
    requests: [],
    faults: [],
    files: new Map(),
    leaks: [],
  };
}

/** https://replicate.com/changelog/2025-10-16-prediction-deadlines: canceled is billed, aborted is not; nor is failed. */
export function isBilled({ status }: Made): boolean {
  return status === 'processing' || status === 'succeeded' || status === 'canceled';
}
