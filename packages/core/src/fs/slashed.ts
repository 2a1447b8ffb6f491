import { sep } from 'node:path';

/** A path with `/`, as manifests, messages and listings have it on every system. */
export function slashed(path: string): string {
  return path.split(sep).join('/');
}
