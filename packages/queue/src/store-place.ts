import { realpathSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Config } from '@tintype/core';

/**
 * The place of a project's store. A run and its workers must share a store, because the store says what was bought. A folder is
 * shared only on one machine, so workers on other machines need a store with a remote.
 */
export function storePlace({ storeRemote, storeDir }: Config): string {
  return storeRemote?.label ?? `${hostname()}:${pathOf(storeDir)}`;
}

/** The same before and after the folder is made, though the path to it may go through a link. */
function pathOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    const parent = dirname(folder);
    return parent === folder ? folder : join(pathOf(parent), basename(folder));
  }
}
