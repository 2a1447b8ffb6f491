import type { Fault } from './faults.ts';
import type { EmulatedModel } from './models.ts';

export interface ReplicateEmulatorOptions {
  /** @default 0: any free port */
  readonly port?: number;
  /**
   * The tokens that are accepted.
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
   * The length of a second of `Prefer: wait`, in milliseconds, because 60 s are too long for a test.
   * @default 1000
   */
  readonly waitSecondMs?: number;
  /**
   * How long a picture can be fetched, in milliseconds.
   * @default 3_600_000
   */
  readonly expiryMs?: number;
  /**
   * Pictures are on the API's own host, for clients that fetch from no other loopback host.
   * @default false: on a separate host
   */
  readonly deliversFromApi?: boolean;
}

export type Status = 'starting' | 'processing' | 'succeeded' | 'failed' | 'canceled' | 'aborted';

/** One prediction that was made. If it is billed, it is a line of the ledger. */
export interface Made {
  readonly id: string;
  readonly model: EmulatedModel;
  /** As it was sent, including keys. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly fault: Fault | null;
  readonly createdAt: number;
  status: Status;
  error: string | null;
  output: unknown;
  /** Resolves when it ends. */
  readonly ended: Promise<void>;
  readonly end: () => void;
  /** How often its fault has occurred. */
  troubles: number;
}

/** A request. They are kept in order of arrival. */
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
  /** A token in a place where it must not be. */
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
