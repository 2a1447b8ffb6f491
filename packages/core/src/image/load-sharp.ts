import type sharp from 'sharp';
import type { SharpOptions } from 'sharp';

/**
 * The most pixels a picture may have. Four times what the largest image model draws (5000 x 5000, 2026-11), and 400 MB
 * once decoded; more is a mistake or an attack.
 */
export const MAX_PIXELS: number = 100_000_000;

/** How every picture from outside is opened: damage is an error, never a grey area. */
export const INPUT_OPTIONS = {
  failOn: 'error',
  limitInputPixels: MAX_PIXELS,
} as const satisfies SharpOptions;

let loading: Promise<typeof sharp> | undefined;

/** sharp, loaded at the first use: it takes 43 ms, and a run with nothing to encode needs none of it. */
export function loadSharp(): Promise<typeof sharp> {
  loading ??= load();
  return loading;
}

async function load(): Promise<typeof sharp> {
  const { default: library } = await import('sharp');
  // AVIF's bytes change with the number of threads (libvips 8.18, 2026-11-22), and sharp's default depends on the
  // machine and its C library. One thread an encode and many encodes at once is also the faster way.
  library.concurrency(1);
  // libvips caches operations on files; every picture here is decoded once, so the cache would only hold memory.
  library.cache(false);
  return library;
}
