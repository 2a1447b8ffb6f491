/** Rollup's `output.assetFileNames`. */
export type AssetFileNames = string | ((asset: AssetInfo) => string);

/** The argument of a function that names assets in Rollup. */
interface AssetInfo {
  readonly type: 'asset';
  readonly name: string;
  readonly names: string[];
  readonly originalFileName: null;
  readonly originalFileNames: string[];
  readonly source: string;
}

/** The path of a file below the output folder. `file`: `team/ada-640w.webp`. */
export type NameAsset = (file: string, sha256: string) => string;

/** Names files by the build's pattern for assets. The hash is the content's, so that all environments and machines agree. */
export function assetNamer(pattern: AssetFileNames): NameAsset {
  if (typeof pattern === 'string') {
    const shape = readShape(pattern);
    return (file, sha256) => fill(shape, flat(file), sha256);
  }
  return (file, sha256) => {
    const name = flat(file);
    const shape = pattern({
      type: 'asset',
      name,
      names: [name],
      originalFileName: null,
      originalFileNames: [],
      source: '',
    });
    return fill(readShape(shape), name, sha256);
  };
}

/** A placeholder of a pattern and its replacement. */
type Shape = readonly (string | { readonly part: string; readonly length: number })[];

/** Parsed once for all the thousands of files of a build. */
function readShape(pattern: string): Shape {
  const pieces = pattern.split(placeholder);
  return pieces.flatMap((piece, at): Shape => {
    // Between two literal parts are the name and the length that the pattern captures.
    if (at % 3 === 0) return [piece];
    return at % 3 === 1 ? [{ part: piece, length: Number(pieces[at + 1] ?? 8) }] : [];
  });
}

/** Rollup's own: https://rollupjs.org/configuration-options/#output-assetfilenames (2026-11). */
const placeholder = /\[(hash|name|extname|ext)(?::(\d+))?\]/;

function fill(shape: Shape, name: string, sha256: string): string {
  const dot = name.lastIndexOf('.');
  let filled = '';
  for (const piece of shape) {
    if (typeof piece === 'string') filled += piece;
    else if (piece.part === 'hash')
      filled += Buffer.from(sha256, 'hex').toString('base64url').slice(0, piece.length);
    else if (piece.part === 'name') filled += name.slice(0, dot);
    else filled += name.slice(piece.part === 'ext' ? dot + 1 : dot);
  }
  return filled;
}

/** The name of an asset has no folders. */
function flat(file: string): string {
  return file.replaceAll(/[/@]/g, '-');
}
