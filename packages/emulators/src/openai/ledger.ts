import type { Endpoint } from './check-request.ts';
import type { FileNote } from './read-body.ts';
import type { Usage } from './token-usage.ts';

/** One request that the account pays for: the work was done, whatever became of the answer. */
export interface LedgerEntry {
  /** The answer's `x-request-id`. */
  readonly id: string;
  /** When the work began, milliseconds since 1970. */
  readonly at: number;
  readonly endpoint: Endpoint;
  readonly model: string;
  readonly prompt: string;
  /** The fields as they were sent (a form's are text), without pictures. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly files: readonly FileNote[];
  readonly n: number;
  /** How many pictures are billed. */
  readonly images: number;
  /** The true usage, also where the answer hides it. */
  readonly usage: Usage;
  readonly costUsd: number;
  /** The sha-256 of each picture's bytes as they were sent; empty until they are drawn. */
  readonly pictures: readonly string[];
  /**
   * `working`: nothing is answered yet; `answered`: a whole 200 went out; `refused`: drawn, then answered with an error;
   * `dropped`: the client has no whole answer.
   */
  readonly outcome: 'working' | 'answered' | 'refused' | 'dropped';
  /** The kind of the fault it met; `delay` counts as what follows it. */
  readonly fault: string | null;
  /** Those that say who asked, and how often: `user-agent`, `x-stainless-retry-count`, … */
  readonly headers: Readonly<Record<string, string>>;
}

/** One HTTP request, paid for or not, in the order of arrival. */
export interface RequestEntry {
  /** The answer's `x-request-id`. */
  readonly id: string;
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON: as parsed; a form: its text fields and, under `files`, notes of its files; `null`: none, or not readable. */
  readonly body: unknown;
  /** `null`: not answered (yet). */
  readonly status: number | null;
  /** The error's `code`. */
  readonly code: string | null;
  readonly fault: string | null;
}

export type Writable<T> = { -readonly [K in keyof T]: T[K] };
