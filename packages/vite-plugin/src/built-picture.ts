import {
  type BuiltPicture,
  dataUrl,
  inlinedPicture,
  type Inlining,
  placedPicture,
  type Placing,
} from '@tintype/core/modules';
import type { Environment } from 'vite';
import type { Delivered } from './build-run.ts';

export async function buildPicture(
  delivered: Delivered,
  inlining: Inlining,
  environment: Environment,
  placing: Placing,
): Promise<BuiltPicture> {
  if (!(await isInlined(delivered, inlining, environment))) {
    return placedPicture(delivered, placing);
  }
  return { picture: await inlinedPicture(delivered), files: [] };
}

/** The fallback as a data URL if the picture is to be inlined; otherwise `null`. */
export async function inlinedUrl(
  delivered: Delivered,
  inlining: Inlining,
  environment: Environment,
): Promise<string | null> {
  const fallback = delivered.encoded.at(-1)!;
  return (await isInlined(delivered, inlining, environment)) ? dataUrl(fallback) : null;
}

/**
 * Decides as Vite does about its own assets. Only a picture with a single file is inlined because of its size. A picture
 * with several files is inlined if a function in the config returns `true` for its fallback, as for a page in one file.
 */
async function isInlined(
  { encoded }: Delivered,
  inlining: Inlining,
  { config }: Environment,
): Promise<boolean> {
  if (inlining !== 'auto') return inlining === 'always';
  if (config.build.lib) return true;
  const fallback = encoded.at(-1)!;
  const isOne = encoded.length === 1;
  const limit = config.build.assetsInlineLimit;
  if (typeof limit !== 'function') return isOne && fallback.bytes < limit;
  const decision = limit(fallback.spec.file, Buffer.from(await fallback.read()));
  return decision ?? (isOne && fallback.bytes < viteLimit);
}

/** Vite's own `assetsInlineLimit`. */
const viteLimit = 4096;
