import { isFormat } from '../fields.ts';
import { isCount, isHash, isMap, isTextOrNull, jsonOf } from '../plain-checks.ts';
import type { Asset, AssetArt, AssetFile, AssetMap } from '../types.ts';
import { isOutputName } from './output-name.ts';

/**
 * Parses an asset map, which may have been edited; `null`: the text is not an asset map. Leaves out each invalid image and
 * file, and each file whose name leads out of the folder.
 */
export function parseAssetMap(text: string): AssetMap | null {
  const map = jsonOf(text);
  if (!isMap(map) || map['version'] !== 1 || !isMap(map['images'])) return null;
  const images = Object.entries(map['images']).flatMap(([name, value]): [string, Asset][] => {
    const asset = parseAsset(value);
    return asset === null ? [] : [[name, asset]];
  });
  return { version: 1, images: Object.fromEntries(images) };
}

function parseAsset(value: unknown): Asset | null {
  if (!isMap(value)) return null;
  const { alt, src, placeholder, color, hasAlpha, files } = value;
  const ai = parseAi(value['ai']);
  const art = parseArt(value['art']);
  const shown = parseShown(value);
  const isAsset =
    typeof alt === 'string' &&
    shown !== null &&
    isOutputName(src) &&
    isTextOrNull(placeholder) &&
    isTextOrNull(color) &&
    Array.isArray(files) &&
    ai !== null;
  if (!isAsset) return null;
  return {
    alt,
    width: shown.width,
    height: shown.height,
    src,
    sizes: shown.sizes,
    sources: shown.sources,
    ...(shown.still !== undefined && { still: shown.still }),
    placeholder,
    color,
    ...(hasAlpha === true && { hasAlpha }),
    files: files.flatMap((file) => parseFile(file) ?? []),
    ai,
    ...(art.length > 0 && { art }),
  };
}

/** What an entry and its art have in common. */
function parseShown(
  value: Readonly<Record<string, unknown>>,
): Omit<AssetArt, 'media' | 'image'> | null {
  const { width, height, sizes, sources, still } = value;
  const isShown =
    isCount(width) &&
    isCount(height) &&
    isTextOrNull(sizes) &&
    isSources(sources) &&
    (still === undefined || typeof still === 'string');
  return isShown ? { width, height, sizes, sources, ...(still !== undefined && { still }) } : null;
}

function parseArt(value: unknown): AssetArt[] {
  return (Array.isArray(value) ? value : []).flatMap((entry: unknown): AssetArt[] => {
    if (!isMap(entry)) return [];
    const { media, image } = entry;
    const shown = parseShown(entry);
    const isArt = typeof media === 'string' && typeof image === 'string' && shown !== null;
    return isArt ? [{ media, image, ...shown }] : [];
  });
}

function parseFile(value: unknown): AssetFile | null {
  if (!isMap(value)) return null;
  const { file, format, width, height, bytes, sha256, isStill } = value;
  const isFile =
    isOutputName(file) &&
    isFormat(format) &&
    isCount(width) &&
    isCount(height) &&
    isCount(bytes) &&
    isHash(sha256);
  return isFile
    ? { file, format, width, height, bytes, sha256, ...(isStill === true && { isStill }) }
    : null;
}

function parseAi(value: unknown): Asset['ai'] | null {
  if (!isMap(value)) return null;
  const { generated, provider, model, original, digitalSourceType } = value;
  const isAi =
    typeof generated === 'boolean' &&
    typeof provider === 'string' &&
    typeof model === 'string' &&
    (original === null || isHash(original)) &&
    typeof digitalSourceType === 'string';
  return isAi ? { generated, provider, model, original, digitalSourceType } : null;
}

function isSources(value: unknown): value is Asset['sources'] {
  return (
    isMap(value) &&
    Object.entries(value).every(
      ([format, srcset]) => isFormat(format) && typeof srcset === 'string',
    )
  );
}
