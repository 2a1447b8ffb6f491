import { isVector, moves } from '../fields.ts';
import { srcset } from '../srcset.ts';
import { firstCandidate } from '../file-names.ts';
import type {
  Asset,
  AssetArt,
  AssetMap,
  DeliveredImage,
  EncodedFile,
  Format,
  NamedSource,
} from '../types.ts';

/**
 * The asset map after a run. `order`: all of its names. A name that was not delivered this time, because it failed or was not
 * requested, keeps its entry from the previous map. `sources`: what is shown in place of an entry, by name. What has no entry is left
 * out of `art`, until a run delivers it.
 */
export function buildAssetMap(
  previous: AssetMap | null,
  delivered: ReadonlyMap<string, Asset>,
  order: readonly string[],
  sources: SourcesByName = noSources,
): AssetMap {
  // A Map, because an image may be called `constructor`.
  const earlier = new Map(Object.entries(previous?.images ?? {}));
  const assets = new Map(
    order.flatMap((name): [string, Asset][] => {
      const asset = delivered.get(name) ?? earlier.get(name);
      return asset === undefined ? [] : [[name, asset]];
    }),
  );
  const images = Array.from(assets, ([name, whole]) => {
    const { art: _, ...asset } = whole;
    const art = (sources.get(name) ?? []).flatMap((source) => artOf(source, assets));
    return [name, art.length === 0 ? asset : { ...asset, art }] as const;
  });
  return { version: 1, images: Object.fromEntries(images) };
}

export type SourcesByName = ReadonlyMap<string, readonly NamedSource[]>;

const noSources: SourcesByName = new Map();

function artOf({ media, name }: NamedSource, assets: ReadonlyMap<string, Asset>): AssetArt[] {
  const asset = assets.get(name) ?? assets.get(firstCandidate(name));
  if (asset === undefined) return [];
  const { width, height, sizes, sources, still } = asset;
  const shown = { width, height, sizes, sources, ...(still !== undefined && { still }) };
  return [{ media, image: name, ...shown }];
}

/** The text of `tintype.assets.json`: equal maps give equal text. */
export function renderAssetMap(assetMap: AssetMap): string {
  return `${JSON.stringify(assetMap, null, 2)}\n`;
}

/** The asset map's entry of an image. `nameOf`: the name of a file in the output folder. */
export function toAsset(image: DeliveredImage, nameOf: NameOf = plainName): Asset {
  const files = image.encoded.map(({ spec, bytes, sha256 }) => ({
    file: nameOf({ spec, sha256 }),
    format: spec.format,
    width: spec.width,
    height: spec.height,
    bytes,
    sha256,
    ...(spec.isStill && { isStill: spec.isStill }),
  }));
  const stills = files.filter(({ isStill }) => isStill);
  const shown = files.filter(({ isStill }) => !isStill);
  const srcsetOf = (some: Asset['files']) =>
    srcset(some.map(({ file: url, width }) => ({ url, width })));
  const fallback = image.files.formats.at(-1)!.format;
  // The last file of its width, because an image's widths may include its full size.
  const main = shown.findLast((file) => file.format === fallback && file.width === image.width);
  const offered = offeredFormats(
    shown,
    image.files.formats.map(({ format }) => format),
    stills.length > 0,
  );
  if (main === undefined) throw new Error(`${image.name} has no full-size ${fallback} file`);
  return {
    alt: image.files.alt,
    width: image.width,
    height: image.height,
    src: main.file,
    sizes: image.files.sizes,
    sources: Object.fromEntries(
      image.files.formats
        .filter(({ format }) => offered.has(format))
        .map(({ format }) => [format, srcsetOf(shown.filter((file) => file.format === format))]),
    ),
    ...(stills.length > 0 && { still: srcsetOf(stills) }),
    placeholder: image.placeholder,
    color: image.color,
    ...(image.hasAlpha && { hasAlpha: true as const }),
    files,
    ai: image.ai,
  };
}

export type NameOf = (file: Pick<EncodedFile, 'spec' | 'sha256'>) => string;

export const plainName: NameOf = ({ spec }) => spec.file;

/** The share of the bytes of the formats after it that a format saves at least, or it is not offered. */
const leastSaved = 0.02;

/**
 * The formats that are worth offering. A browser takes the first format that it supports, and then one of its widths. If a width were
 * missing, it would load a larger or a coarser file. So a format is offered completely or not at all: no file may be larger than the
 * fallback's of the same width, and all together must be smaller than those of each format that is offered after it. The files of
 * other formats are still written, for pages that name them. A drawing is offered at any size, because it is sharp at any width, and
 * so is what moves if the fallback does not.
 */
function offeredFormats(
  files: Asset['files'],
  formats: readonly Format[],
  isMoving: boolean,
): ReadonlySet<Format> {
  const fallback = formats.at(-1)!;
  const offered = new Set<Format>([fallback]);
  let least = bytesOf(files, fallback);
  for (const format of formats.slice(0, -1).toReversed()) {
    const bytes = bytesOf(files, format);
    const isAlways = isVector(format) || (isMoving && moves(format) && !moves(fallback));
    if (isAlways) offered.add(format);
    else if (bytes <= least * (1 - leastSaved) && isNeverLarger(files, format, fallback)) {
      offered.add(format);
      least = bytes;
    }
  }
  return offered;
}

function bytesOf(files: Asset['files'], format: Format): number {
  return files.filter((file) => file.format === format).reduce((sum, { bytes }) => sum + bytes, 0);
}

function isNeverLarger(files: Asset['files'], format: Format, fallback: Format): boolean {
  const fallbackBytes = new Map(
    files.filter((file) => file.format === fallback).map(({ width, bytes }) => [width, bytes]),
  );
  return files.every(
    (file) => file.format !== format || file.bytes <= (fallbackBytes.get(file.width) ?? Infinity),
  );
}
