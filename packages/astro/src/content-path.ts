/*
 * Astro imports the files that the image fields of a content collection name, and puts what it has imported in their place. A
 * reference becomes the path of such a file, which exists nowhere: the path must be absolute and end like a picture's.
 */
const start = '/@tintype-content/';
const end = '.webp';

/** Matches the path of any picture. */
export const contentPath: RegExp = /^\/@tintype-content\/.+\.webp$/;

/** The path that stands for a reference, such as `tintype:hero`; `null`: it is no reference. */
export function pathOfReference(written: string): string | null {
  const [, name] = /^tintype:([a-z0-9][\w/@-]*)$/.exec(written.trim()) ?? [];
  return name === undefined ? null : `${start}${name}${end}`;
}

/** The name of the image that a path stands for. */
export function nameInPath(path: string): string {
  return path.slice(start.length, -end.length);
}
