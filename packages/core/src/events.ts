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

/** The shard that an event is about; absent if the run is not split. */
interface WithShard {
  readonly shard?: Shard;
}

export function shardOfEvent(shard: Shard | null | undefined): WithShard {
  return shard == null ? {} : { shard: { index: shard.index, count: shard.count } };
}

/**
 * Everything that can happen in a run. The shells turn events into a live view, plain lines, JSON lines or annotations;
 * core itself never prints.
 *
 * The JSON lines leave out `delivered`, `waiting`, `waited`, and each member that says "for views only".
 */
export type Event =
  | ({ readonly type: 'diagnostic' } & Diagnostic)
  | {
      readonly type: 'warning';
      readonly code: string;
      readonly message: string;
      readonly manifest?: string;
      readonly line?: number;
      /** The exit code will report a failure, too. For views only. */
      readonly isError?: true;
    }
  /** Once, before anything is spent. `images` counts requests; `costUsd` is the high estimate, `null` if unknown. */
  | ({
      readonly type: 'planned';
      readonly images: number;
      readonly stored: number;
      readonly missing: number;
      readonly blocked: number;
      /** Those that are ordered in a batch and not collected yet. */
      readonly ordered: number;
      readonly costUsd: number | null;
      /** For views only: how many images will be delivered, and how many pictures will be bought for them. */
      readonly deliveries: number;
      readonly toBuy: number;
    } & WithShard)
  | ({ readonly type: 'generating'; readonly key: string } & PictureName)
  /** Another process has been buying the picture for `ms`. Reported early, and again each time that `ms` has doubled. */
  | ({ readonly type: 'waiting'; readonly key: string; readonly ms: number } & PictureName)
  /** After `waiting`: the other process has finished or died. */
  | ({ readonly type: 'waited'; readonly key: string; readonly ms: number } & PictureName)
  /** A partial picture has come, which is in a file until the picture is stored. `number`: from 1. */
  | ({
      readonly type: 'partial';
      readonly key: string;
      readonly number: number;
      /** Absolute. */
      readonly file: string;
    } & PictureName)
  | ({
      readonly type: 'generated';
      readonly key: string;
      /** Actual, from the reply's usage; `null` if unknown. */
      readonly costUsd: number | null;
      readonly ms: number;
    } & PictureName)
  | ({
      readonly type: 'failed';
      readonly key: string | null;
      readonly code: string;
      readonly message: string;
      readonly maybeBilled: boolean;
      /** It was not requested because another image failed, which has an event of its own. For views only. */
      readonly isFollowing?: true;
      /** Where the image is defined. */
      readonly manifest: string;
      readonly line: number;
    } & PictureName)
  /** It is ordered in a batch, as its image asks, or waits for a picture that is. A later run collects it. */
  | ({
      readonly type: 'pending';
      readonly key: string | null;
      readonly message: string;
      /** ISO 8601, UTC; `null`: not known. */
      readonly dueAt: string | null;
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
  /** Once, if a run used a shared cache. It counts entries: encoded files and previews of pictures. */
  | ({ readonly type: 'shared-cache'; readonly remote: string } & SharedCacheCounts)
  /** Once, last. It counts images, requests and files; `costUsd` is what was spent, `null` if a part is unknown. */
  | ({
      readonly type: 'done';
      readonly delivered: number;
      readonly bought: number;
      readonly failed: number;
      readonly pending: number;
      readonly costUsd: number | null;
      /** What calls of unknown outcome may have cost in addition, by high estimates; `null` if a part is unknown. */
      readonly maybeBilledUsd: number | null;
      readonly written: number;
      readonly removed: number;
    } & WithShard);

/** An event with the ISO 8601 time at which it happened. */
export type TimedEvent = Event & { readonly time: string };

export type Reporter = (event: TimedEvent) => void;
