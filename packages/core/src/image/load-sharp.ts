import type sharp from 'sharp';
import type { SharpOptions } from 'sharp';
import { TintypeError } from '../errors.ts';

/**
 * How many pixels a picture may have. This is four times what the largest image model makes (5000 x 5000, 2026-11), and
 * 400 MB once decoded. A larger picture is a mistake or an attack.
 */
export const maxPixels: number = 100_000_000;

/** The options for opening every picture: damage is an error. Otherwise sharp would fill the damaged part with grey. */
export const inputOptions = {
  failOn: 'error',
  limitInputPixels: maxPixels,
} as const satisfies SharpOptions;

let loading: Promise<typeof sharp> | undefined;

/**
 * Loads sharp at the first use, because that takes 43 ms and a run with nothing to encode does not need it. Rejects with
 * `sharp-unavailable`: its library is the one of another machine, for example.
 */
export function loadSharp(): Promise<typeof sharp> {
  loading ??= load();
  return loading;
}

async function load(): Promise<typeof sharp> {
  const { default: library } = await import('sharp').catch((cause: Error) => {
    const reason = cause.message.split('\n', 1)[0]!;
    throw new TintypeError(
      'sharp-unavailable',
      `sharp does not run here, so no picture can be read or encoded: ${reason}. Remove node_modules and install again on this machine`,
      { cause },
    );
  });
  // AVIF's bytes change with the number of threads (libvips 8.18, 2026-11-22), and sharp's default depends on the machine and
  // its C library. Running many encodes at once with one thread each is also faster.
  library.concurrency(1);
  // libvips caches operations on files. Every picture is decoded only once, so the cache would only take memory.
  library.cache(false);
  return library;
}
