import type { RateLimit } from '../provider/provider.ts';

/** The pictures of the last minute, and what is known of the account's limit. Data: `rateAfter…` make the next one. */
export interface Rate {
  /** Pictures a minute; `null`: nothing is known, so nothing holds back. */
  readonly imagesPerMinute: number | null;
  /** What the user set, which nothing that is learned may exceed. */
  readonly configured: number | null;
  /** When pictures were asked for, in milliseconds, and how many the API counts for each. */
  readonly sent: readonly { readonly at: number; readonly images: number }[];
  /** Nothing leaves before this moment: the API said so. */
  readonly pausedUntil: number;
}

/** The window over which pictures are counted. */
export const windowMs = 60_000;

export function newRate(imagesPerMinute: number | null): Rate {
  return { imagesPerMinute, configured: imagesPerMinute, sent: [], pausedUntil: 0 };
}

/**
 * How long a request for `images` pictures must wait at `now`; 0: it may leave. A request that is larger than the limit
 * waits for an empty window and leaves then: the API has the last word on it.
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

/** What an answer says of the limit replaces what was learned before it, up or down, and never exceeds what was set. */
export function rateAfterAnswer(rate: Rate, limit: RateLimit | null): Rate {
  if (limit === null) return rate;
  const learned = Math.max(1, limit.imagesPerMinute);
  return { ...rate, imagesPerMinute: Math.min(learned, rate.configured ?? learned) };
}

/** A 429: every request waits as long as the API asked this one to. */
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
