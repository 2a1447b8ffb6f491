import type { EncodedFile } from '@tintype/core';
import type { Environment } from 'vite';
import type { AssetTarget, PlacedFile } from './asset-target.ts';
import type { Delivered } from './build-run.ts';
import type { Picture } from './picture.ts';
import { toInlined, toPicture } from './to-picture.ts';
import type { Inlining } from './virtual-modules.ts';
import { mediaTypeOf } from './picture-elements.ts';

/** A picture for the pages of a build, and the files that it needs. */
export interface BuiltPicture {
  readonly picture: Picture;
  readonly files: readonly PlacedFile[];
}

/** The URL of a file for a page or a script. */
export type UrlOf = (placed: PlacedFile) => string | Promise<string>;

export async function buildPicture(
  delivered: Delivered,
  inlining: Inlining,
  environment: Environment,
  { place, urlOf }: Pick<AssetTarget, 'place'> & { readonly urlOf: UrlOf },
): Promise<BuiltPicture> {
  const { encoded, files, original, ...rest } = delivered;
  const parts = { ...rest, alt: files.alt, sizes: files.sizes, hasAlpha: original.source.hasAlpha };
  const url = await inlinedUrl(delivered, inlining, environment);
  if (url !== null) {
    const still = encoded.findLast(({ spec }) => spec.isStill);
    const stills = still === undefined ? [] : [served(still, await dataUrl(still))];
    const inlined = { ...parts, files: [...stills, served(encoded.at(-1)!, url)] };
    return { picture: toInlined(inlined, url), files: [] };
  }
  const placed = encoded.map(place);
  const shown = [];
  for (const file of placed) shown.push(served(file.file, await urlOf(file)));
  return { picture: toPicture({ ...parts, files: shown }), files: placed };
}

function served({ spec }: EncodedFile, url: string) {
  const { format, width, isStill } = spec;
  return { format, width, url, ...(isStill && { isStill }) };
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

async function dataUrl(file: EncodedFile): Promise<string> {
  const base64 = Buffer.from(await file.read()).toString('base64');
  return `data:${mediaTypeOf(file.spec.format)};base64,${base64}`;
}
