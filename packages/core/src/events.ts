import type { Diagnostic } from './types.ts';

/**
 * Everything that can happen in a run, one union. The shells turn events into a live view, plain lines, JSON lines or
 * annotations; core itself never prints.
 *
 * `delivered` is for views only; the others are the JSON events of the contract, under the same names.
 */
export type Event =
  | ({ readonly type: 'diagnostic' } & Diagnostic)
  | {
      readonly type: 'warning';
      readonly code: string;
      readonly message: string;
      readonly manifest?: string;
      readonly line?: number;
    }
  /** Once, before anything is spent. `images` counts requests; `costUsd` is the high estimate, `null` where unknown. */
  | {
      readonly type: 'planned';
      readonly images: number;
      readonly stored: number;
      readonly missing: number;
      readonly blocked: number;
      readonly costUsd: number | null;
    }
  | { readonly type: 'generating'; readonly id: string; readonly key: string }
  | {
      readonly type: 'generated';
      readonly id: string;
      readonly key: string;
      /** Actual, from the reply's usage; `null` where unknown. */
      readonly costUsd: number | null;
      readonly ms: number;
    }
  | {
      readonly type: 'failed';
      readonly id: string;
      readonly key: string | null;
      readonly code: string;
      readonly message: string;
      readonly maybeBilled: boolean;
      /** Where the image is defined. */
      readonly manifest: string;
      readonly line: number;
    }
  /** An image's files are all encoded: `bytes` of the files together, `originalBytes` of what they were made from. */
  | {
      readonly type: 'delivered';
      readonly id: string;
      readonly files: number;
      readonly bytes: number;
      readonly originalBytes: number;
      readonly isStandIn: boolean;
    }
  | { readonly type: 'written'; readonly file: string; readonly bytes: number }
  | { readonly type: 'removed'; readonly file: string }
  /** Once, last. Counts of images, requests and files; `costUsd` is what was spent, `null` where a part is unknown. */
  | {
      readonly type: 'done';
      readonly delivered: number;
      readonly bought: number;
      readonly failed: number;
      readonly costUsd: number | null;
      readonly written: number;
      readonly removed: number;
    };

/** An event with the ISO 8601 time at which it happened. */
export type TimedEvent = Event & { readonly time: string };

export type Reporter = (event: TimedEvent) => void;
