import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { foldersUp } from './folders-up.ts';

/**
 * The path of the manifests' JSON Schema, relative to a manifest's folder. In a workspace it may be installed in a folder above; where it
 * is not installed, it belongs into the root.
 */
export function schemaPath(folder: string, root = folder): string {
  const file = 'node_modules/tintype/schema/manifest.json';
  const found = foldersUp(folder).find((above) => existsSync(join(above, file)));
  const path = relative(folder, join(found ?? root, file))
    .split(sep)
    .join('/');
  return path.startsWith('.') ? path : `./${path}`;
}
