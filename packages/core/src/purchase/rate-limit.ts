import type { RateLimit } from '../provider/provider.ts';

/**
 * The pictures of the last minute, and the account's limit as far as it is known. Plain data: `rateAfter…` return the next
 * state.
 */
export interface Rate {
  /** Pictures per minute; `null`: not known, so no request waits. */
  readonly imagesPerMinute: number | null;
  /** The limit that the user set. A limit that is learned from answers may not exceed it. */
  readonly configured: number | null;
  /**
   * How many shards send requests at once, this one included. Each has an equal part of both
   * limits.
   */
  readonly shards: number;
  /** When pictures were requested, in milliseconds, and how many the API counts for each request. */
  readonly sent: readonly { readonly at: number; readonly images: number }[];
  /** No request may be sent before this time, because the API said so. */
  readonly pausedUntil: number;
}

/** The window over which pictures are counted. */
export const windowMs = 60_000;

export function newRate(imagesPerMinute: number | null, shards = 1): Rate {
  const configured = imagesPerMinute === null ? null : partOf(imagesPerMinute, shards);
  return { imagesPerMinute: configured, configured, shards, sent: [], pausedUntil: 0 };
}

/** Whole pictures, and at least one. */
function partOf(imagesPerMinute: number, shards: number): number {
  return Math.max(1, Math.floor(imagesPerMinute / shards));
}

/**
 * How long a request for `images` pictures must wait at `now`; 0: it may be sent. A request that is larger than the limit
 * waits for an empty window and is then sent, because the API decides.
 */
export function waitMs(rate: Rate, images: number, now: number): number {
  const pause = Math.max(0, rate.pausedUntil - now);
  if (rate.imagesPerMinute === null) return pause;
  const recent = rate.sent.filter(({ at }) => at > now - windowMs);
  let room = rate.imagesPerMinute - recent.reduce((sum, request) => sum + request.images, 0);
  if (images <= room || recent.length === 0) return pause;
  for (const request of recent) {
    room += request.images;
    if (images <= room) return Math.max(pause, request.at + windowMs - now);
  }
  return Math.max(pause, recent.at(-1)!.at + windowMs - now);
}

export function rateAfterSending(rate: Rate, images: number, now: number): Rate {
  const recent = rate.sent.filter(({ at }) => at > now - windowMs);
  return { ...rate, sent: [...recent, { at: now, images }] };
}

/** The limit that an answer names replaces the one that was learned before, and never exceeds the one that the user set. */
export function rateAfterAnswer(rate: Rate, limit: RateLimit | null): Rate {
  if (limit === null) return rate;
  const learned = partOf(limit.imagesPerMinute, rate.shards);
  return { ...rate, imagesPerMinute: Math.min(learned, rate.configured ?? learned) };
}

/** A 429 answer: all requests wait as long as the API told this one to wait. */
export function rateAfterRefusal(
  rate: Rate,
  limit: RateLimit | null,
  afterMs: number,
  now: number,
): Rate {
  return {
    ...rateAfterAnswer(rate, limit),
    pausedUntil: Math.max(rate.pausedUntil, now + afterMs),
  };
}
