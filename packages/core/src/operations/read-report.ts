import type { Context } from '../context.ts';
import { readPreviousOutputs } from '../output/previous-outputs.ts';
import type { Asset, AssetFile, Format } from '../types.ts';

/** What the files of one format weigh. */
export interface FormatWeight {
  readonly format: Format;
  readonly files: number;
  readonly bytes: number;
  /** The images that have files of the format. */
  readonly images: number;
  /** Those of them whose `sources` offer it. */
  readonly offered: number;
}

/** What the files of the output folder weigh, and what formats and widths save. */
export interface Report {
  readonly images: number;
  readonly files: number;
  readonly bytes: number;
  /** The lightest first. */
  readonly formats: readonly FormatWeight[];
  /** What a browser loads that shows each picture at its full size. */
  readonly full: {
    /** It knows all formats. */
    readonly bytes: number;
    /** It knows only the fallback of each image. */
    readonly fallbackBytes: number;
  };
  /** What a browser loads that knows all formats and shows each picture at half its width. */
  readonly half: { readonly bytes: number };
}

/** Reads the asset map of the last run, and nothing else. `null`: there is none. */
export async function readReport({ config }: Context): Promise<Report | null> {
  const { assetMap } =
    config.outDir === null ? { assetMap: null } : await readPreviousOutputs(config.outDir);
  return assetMap === null ? null : reportOf(Object.values(assetMap.images));
}

/** The report on the images of an asset map. */
export function reportOf(images: readonly Asset[]): Report {
  const files = images.flatMap((asset) => asset.files);
  const sumOver = (bytesOf: (asset: Asset) => number) =>
    images.reduce((sum, asset) => sum + bytesOf(asset), 0);
  return {
    images: images.length,
    files: files.length,
    bytes: bytesOf(files),
    formats: [...new Set(files.map(({ format }) => format))]
      .map((format) => weightOf(format, images))
      .toSorted((a, b) => a.bytes - b.bytes),
    full: {
      bytes: sumOver((asset) => loaded(asset, 'first', asset.width)),
      fallbackBytes: sumOver((asset) => loaded(asset, 'fallback', asset.width)),
    },
    half: { bytes: sumOver((asset) => loaded(asset, 'first', asset.width / 2)) },
  };
}

function weightOf(format: Format, images: readonly Asset[]): FormatWeight {
  const having = images.filter(({ files }) => files.some((file) => file.format === format));
  const files = having.flatMap((asset) => asset.files.filter((file) => file.format === format));
  const offered = having.filter(({ sources }) => Object.hasOwn(sources, format));
  return {
    format,
    files: files.length,
    bytes: bytesOf(files),
    images: having.length,
    offered: offered.length,
  };
}

/** The bytes of the file that a browser takes: the narrowest that is wide enough. */
function loaded({ files, sources }: Asset, which: 'first' | 'fallback', width: number): number {
  const format = Object.keys(sources).at(which === 'first' ? 0 : -1);
  const shown = files.filter((file) => file.format === format && file.isStill !== true);
  const wideEnough = shown
    .filter((file) => file.width >= width)
    .toSorted((a, b) => a.width - b.width);
  return (wideEnough[0] ?? shown.at(-1))?.bytes ?? 0;
}

function bytesOf(files: readonly AssetFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
