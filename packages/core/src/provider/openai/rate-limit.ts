import type { RateLimit } from '../provider.ts';

/**
 * What an answer says of the limit on pictures a minute: its `x-ratelimit-…-input-images` headers, or a 429's own words,
 * "on input-images per min: Limit 5, Used 5, Requested 1" (measured 2025-07-15 and 2026-11-22). `null`: nothing.
 */
export function rateLimitOf(
  header: (name: string) => string | null,
  message: string | null,
): RateLimit | null {
  const limit = count(header('x-ratelimit-limit-input-images'));
  if (limit !== null) return { imagesPerMinute: limit };
  const said = /images per min[^:]*: Limit (\d+)/.exec(message ?? '');
  return said === null ? null : { imagesPerMinute: Number(said[1]) };
}

function count(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text.trim()) ? Number(text) : null;
}
