import type { RateLimit } from '../provider.ts';

/**
 * The limit on pictures per minute in an answer: its `x-ratelimit-…-input-images` headers, or the message of a 429, "on
 * input-images per min: Limit 5, Used 5, Requested 1" (measured 2025-07-15 and 2026-11-22). `null`: the answer has none.
 */
export function rateLimitOf(
  header: (name: string) => string | null,
  message: string | null,
): RateLimit | null {
  const limit = count(header('x-ratelimit-limit-input-images'));
  if (limit !== null) return { imagesPerMinute: limit };
  const match = /images per min[^:]*: Limit (\d+)/.exec(message ?? '');
  return match === null ? null : { imagesPerMinute: Number(match[1]) };
}

function count(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text.trim()) ? Number(text) : null;
}
