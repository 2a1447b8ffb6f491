import type { Endpoint } from './check-request.ts';
import type { FileNote } from './read-body.ts';
import type { SvgUsage, Usage } from './token-usage.ts';

/** One request that the account pays for, because the work was done, even if the answer was lost. */
export interface LedgerEntry {
  /** The answer's `x-request-id`. */
  readonly id: string;
  /** When the work began, in milliseconds since 1970. */
  readonly at: number;
  readonly endpoint: Endpoint;
  readonly model: string;
  readonly prompt: string;
  /** The fields as they were sent (those of a form are text), without pictures. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly files: readonly FileNote[];
  readonly n: number;
  /** The number of pictures that are billed. */
  readonly images: number;
  /** The true usage, even if the answer does not have it. */
  readonly usage: Usage;
  /** `null`: no SVG was written. */
  readonly svgUsage: SvgUsage | null;
  readonly costUsd: number;
  /** The SHA-256 of each picture's bytes as they were sent; empty until the pictures are drawn. */
  readonly pictures: readonly string[];
  /**
   * `working`: nothing has been sent; `answered`: a complete 200 was sent; `refused`: drawn, and then answered with an
   * error; `dropped`: the client does not have a complete answer. A line of a
   * batch is `answered` or `refused` when it has been processed.
   */
  readonly outcome: 'working' | 'answered' | 'refused' | 'dropped';
  /** The kind of the request's fault. `delay` counts as the fault that follows it. */
  readonly fault: string | null;
  /** The headers that say who sent the request, and how often: `user-agent`, `x-stainless-retry-count`, … */
  readonly headers: Readonly<Record<string, string>>;
  /** The batch whose line this is, at half the price; `null`: a direct request. */
  readonly batchId: string | null;
  readonly customId: string | null;
}

/** One HTTP request, paid for or not. They are kept in order of arrival. */
export interface RequestEntry {
  /** The answer's `x-request-id`. */
  readonly id: string;
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** What follows `?`; `''`: nothing. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON as parsed. Of a form its text fields and, under `files`, notes about its files. `null`: no body, or not readable. */
  readonly body: unknown;
  /** `null`: not answered yet, or never. */
  readonly status: number | null;
  /** The error's `code`. */
  readonly code: string | null;
  readonly fault: string | null;
}

export type Writable<T> = { -readonly [K in keyof T]: T[K] };
