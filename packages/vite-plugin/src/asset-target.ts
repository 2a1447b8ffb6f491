import { posix } from 'node:path';
import type { Environment } from 'vite';
import type { EncodedFile } from '@tintype/core';
import { type AssetFileNames, assetNamer, type PlacedFile } from '@tintype/core/modules';

/** The part of a plugin context that emits. */
export interface Emitter {
  readonly emitFile: (file: {
    readonly type: 'asset';
    readonly fileName: string;
    readonly source: string | Uint8Array;
  }) => string;
}

/** How an environment names, refers to and delivers files. */
export interface AssetTarget {
  readonly place: (file: EncodedFile) => PlacedFile;
  /** Whether the name depends on the content. */
  readonly isNamedByContent: (file: EncodedFile) => boolean;
  /** Whether a file of the bundle is one that `urlOf` emitted. */
  readonly hasEmitted: (fileName: string) => boolean;
  /** The text for a double-quoted string of JavaScript, or a `url()` of CSS. */
  readonly urlOf: (placed: PlacedFile, emitter: Emitter) => string | Promise<string>;
  /**
   * Whether files are in the bundle so that Vite computes their URLs. Otherwise the URL is known beforehand, and leaving 12,000
   * files out of the bundle takes a third of the time.
   */
  readonly isInBundle: boolean;
  /**
   * How the bytes are delivered: as links below the output folder, without reading them; in the bundle, if nothing is written,
   * as for a worker, whose files Vite moves to the page's bundle; or not at all, as in most server builds, because the client
   * build has the files.
   */
  readonly delivery: 'link' | 'bundle' | 'none';
}

export function assetTarget({ config }: Pick<Environment, 'config'>): AssetTarget {
  const { base, build, experimental } = config;
  const isInBundle = experimental.renderBuiltUrl !== undefined || base === '' || base === './';
  const nameAsset = assetNamer(assetFileNames(build));
  const emitted = new Map<string, string>();
  const delivery = !build.emitAssets ? 'none' : build.write && !config.isWorker ? 'link' : 'bundle';
  const emittedUrl = async ({ fileName, file }: PlacedFile, emitter: Emitter) => {
    const source = delivery === 'bundle' ? await file.read() : '';
    const reference =
      emitted.get(fileName) ?? emitter.emitFile({ type: 'asset', fileName, source });
    emitted.set(fileName, reference);
    return `__VITE_ASSET__${reference}__`;
  };
  return {
    place: (file) => ({ fileName: nameAsset(file.spec.file, file.sha256), file }),
    isNamedByContent: ({ spec, sha256 }) =>
      nameAsset(spec.file, sha256) !== nameAsset(spec.file, otherThan(sha256)),
    hasEmitted: (fileName) => emitted.has(fileName),
    urlOf: (placed, emitter) =>
      isInBundle ? emittedUrl(placed, emitter) : base + encodeURI(placed.fileName),
    isInBundle,
    delivery,
  };
}

/** A digest that differs from the first digit on, because hashes in names may be short. */
function otherThan(sha256: string): string {
  return sha256.startsWith('f') ? '0'.repeat(64) : 'f'.repeat(64);
}

type BuildOptions = Environment['config']['build'];

function assetFileNames({ rollupOptions, lib, assetsDir }: BuildOptions): AssetFileNames {
  const outputs = [rollupOptions.output ?? []].flat();
  const given = outputs.find((output) => output.assetFileNames !== undefined)?.assetFileNames;
  // Vite's default.
  return (
    (given as AssetFileNames | undefined) ??
    (lib ? '[name].[ext]' : posix.join(assetsDir, '[name]-[hash].[ext]'))
  );
}
