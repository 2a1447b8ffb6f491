import { posix } from 'node:path';

/** Rollup's `output.assetFileNames`. */
export type AssetFileNames = string | ((asset: AssetInfo) => string);

/** What Rollup hands to a function that names assets. */
interface AssetInfo {
  readonly type: 'asset';
  readonly name: string;
  readonly names: string[];
  readonly originalFileName: null;
  readonly originalFileNames: string[];
  readonly source: string;
}

/**
 * Where a file goes below the output folder, by the pattern that the build names its assets by. The hash is the
 * content's, so that all environments and machines agree. `file`: `team/ada-640w.webp`.
 */
export function assetName(file: string, sha256: string, pattern: AssetFileNames): string {
  const name = file.replaceAll(/[/@]/g, '-');
  const shape =
    typeof pattern === 'string'
      ? pattern
      : pattern({
          type: 'asset',
          name,
          names: [name],
          originalFileName: null,
          originalFileNames: [],
          source: '',
        });
  const extension = posix.extname(name);
  const parts: Readonly<Record<string, string>> = {
    hash: Buffer.from(sha256, 'hex').toString('base64url'),
    name: name.slice(0, -extension.length),
    extname: extension,
    ext: extension.slice(1),
  };
  return shape.replaceAll(placeholder, (_, part: string, length = '8') =>
    part === 'hash' ? parts[part]!.slice(0, Number(length)) : parts[part]!,
  );
}

/** Rollup's own: https://rollupjs.org/configuration-options/#output-assetfilenames (2026-11). */
const placeholder = /\[(hash|name|extname|ext)(?::(\d+))?\]/g;
