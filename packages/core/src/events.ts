import type { SharedCacheCounts } from './cache/open-cache.ts';
import type { Diagnostic, PictureName, PlannedRequest, Shard } from './types.ts';

/** The name of a row of the plan. */
export function pictureName({
  id,
  candidate,
  job,
}: Pick<PlannedRequest, 'id' | 'candidate' | 'job'>): PictureName {
  return candidate === null ? { id } : { id, candidate, candidates: job.picture.numberOfImages };
}

/** Which part of a run it is about; absent where the run is whole. */
interface OfShard {
  readonly shard?: Shard;
}

export function shardOfEvent(shard: Shard | null | undefined): OfShard {
  return shard == null ? {} : { shard: { index: shard.index, count: shard.count } };
}

/**
 * Everything that can happen in a run, one union. The shells turn events into a live view, plain lines, JSON lines or
 * annotations; core itself never prints.
 *
 * `delivered`, `waiting`, `waited`, and what is marked so, are for views only; the rest are the JSON events of the contract.
 */
export type Event =
  | ({ readonly type: 'diagnostic' } & Diagnostic)
  | {
      readonly type: 'warning';
      readonly code: string;
      readonly message: string;
      readonly manifest?: string;
      readonly line?: number;
      /** The exit code will say so, too. For views only. */
      readonly isError?: true;
    }
  /** Once, before anything is spent. `images` counts requests; `costUsd` is the high estimate, `null` where unknown. */
  | ({
      readonly type: 'planned';
      readonly images: number;
      readonly stored: number;
      readonly missing: number;
      readonly blocked: number;
      /** Those that are ordered in a batch and not collected yet. */
      readonly ordered: number;
      readonly costUsd: number | null;
      /** For views only: how many images will be delivered, and how many pictures bought for that. */
      readonly deliveries: number;
      readonly toBuy: number;
    } & OfShard)
  | ({ readonly type: 'generating'; readonly key: string } & PictureName)
  /** Another process has been buying the picture for so long: said soon, and again each time that has doubled. */
  | ({ readonly type: 'waiting'; readonly key: string; readonly ms: number } & PictureName)
  /** After `waiting`: the other process is done with it, or is no more. */
  | ({ readonly type: 'waited'; readonly key: string; readonly ms: number } & PictureName)
  | ({
      readonly type: 'generated';
      readonly key: string;
      /** Actual, from the reply's usage; `null` where unknown. */
      readonly costUsd: number | null;
      readonly ms: number;
    } & PictureName)
  | ({
      readonly type: 'failed';
      readonly key: string | null;
      readonly code: string;
      readonly message: string;
      readonly maybeBilled: boolean;
      /** It was not asked for because another image failed, which has been said. For views only. */
      readonly isFollowing?: true;
      /** Where the image is defined. */
      readonly manifest: string;
      readonly line: number;
    } & PictureName)
  /** An image's files are written. For views only. */
  | {
      readonly type: 'delivered';
      readonly id: string;
      readonly files: number;
      /** The size of the full-size file in the preferred format. */
      readonly bytes: number;
      /** The size of the original; `null` for a stand-in. */
      readonly originalBytes: number | null;
      /** Whether a file had to be written. */
      readonly isChanged: boolean;
    }
  | { readonly type: 'written'; readonly file: string; readonly bytes: number }
  | { readonly type: 'removed'; readonly file: string }
  /** Once, where a run used a shared cache. Counts of its entries: encoded files, and previews of pictures. */
  | ({ readonly type: 'shared-cache'; readonly remote: string } & SharedCacheCounts)
  /** Once, last. Counts of images, requests and files; `costUsd` is what was spent, `null` where a part is unknown. */
  | ({
      readonly type: 'done';
      readonly delivered: number;
      readonly bought: number;
      readonly failed: number;
      readonly costUsd: number | null;
      /** What calls of unknown outcome may have cost beside that, by high estimates; `null` where a part is unknown. */
      readonly maybeBilledUsd: number | null;
      readonly written: number;
      readonly removed: number;
    } & OfShard);

/** An event with the ISO 8601 time at which it happened. */
export type TimedEvent = Event & { readonly time: string };

export type Reporter = (event: TimedEvent) => void;
