import { isAbsolute, posix } from 'node:path';
import picomatch from 'picomatch';

/** Globs, compiled. All paths are relative to the root, with `/`. */
export interface ManifestPatterns {
  /** The folders that the globs begin with, in which all files are that match: `art/` for `art/*.yaml`. */
  readonly starts: readonly string[];
  readonly isMatch: (file: string) => boolean;
  /** Whether a file in the folder, or in a folder of it, can match. */
  readonly mayMatchBelow: (folder: string) => boolean;
  /** Whether a glob with `!` excludes the file or folder. */
  readonly isExcluded: (path: string) => boolean;
}

/** `root` is absolute, with `/`. Globs that lead out of it match nothing. */
export function compilePatterns(root: string, patterns: readonly string[]): ManifestPatterns {
  const isNegative = (pattern: string) => /^!(?!\()/.test(pattern);
  const globs = patterns
    .filter((pattern) => !isNegative(pattern))
    .flatMap((pattern) => belowRoot(root, pattern))
    .map(compileGlob);
  const excluding = patterns
    .filter(isNegative)
    .flatMap((pattern) => belowRoot(root, pattern.slice(1)))
    .map((pattern) => picomatch(pattern, { dot: true }));
  return {
    starts: [...new Set(globs.map(({ start }) => start))],
    isMatch: (file) => globs.some(({ isMatch }) => isMatch(file)),
    mayMatchBelow: (folder) => globs.some((glob) => glob.mayMatchBelow(folder.split('/'))),
    isExcluded: (path) => excluding.some((isMatch) => isMatch(path)),
  };
}

/** The glob relative to the root, or nothing if it leads out. */
function belowRoot(root: string, pattern: string): string[] {
  const path = isAbsolute(pattern) ? posix.normalize(pattern) : posix.join(root, pattern);
  // An absolute glob may have the characters of the root escaped.
  const escaped = root.replaceAll(/[()[\]{}!*+?@|]/g, String.raw`\$&`);
  const parent = [root, escaped].find((start) => path.startsWith(posix.join(start, '/')));
  return parent === undefined ? [] : [path.slice(posix.join(parent, '/').length)];
}

interface Glob {
  readonly start: string;
  readonly isMatch: (file: string) => boolean;
  readonly mayMatchBelow: (folders: readonly string[]) => boolean;
}

function compileGlob(glob: string): Glob {
  const parts = partsOf(glob);
  // `**`, and braces with a `/`, stand for any number of folders.
  const deep = parts.findIndex((part) => part === '**' || part.includes('/'));
  const folders = parts.slice(0, deep === -1 ? -1 : deep);
  const firstGlob = folders.findIndex((part) => picomatch.scan(part).isGlob);
  const start = folders.slice(0, firstGlob === -1 ? undefined : firstGlob);
  const matchers = folders.map((part) => picomatch(part));
  return {
    start: start.map((part) => `${part.replaceAll(/\\(.)/g, '$1')}/`).join(''),
    isMatch: picomatch(glob),
    mayMatchBelow: (names) =>
      (deep !== -1 || names.length <= folders.length) &&
      matchers.every((isMatch, level) => level >= names.length || isMatch(names[level]!)),
  };
}

/** `["art", "*.yaml"]` of `art/*.yaml`. */
function partsOf(glob: string): readonly string[] {
  const { parts = [] } = picomatch.scan(glob, { parts: true }) as { parts?: readonly string[] };
  return parts.length === 0 ? [glob] : parts;
}
