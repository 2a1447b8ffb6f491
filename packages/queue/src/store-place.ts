import { realpathSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Config } from '@tintype/core';

/**
 * Where a project's store is. A run and its workers must have the same one: the store says what was bought. A folder is the same
 * one on the same machine only, so workers on other machines need a store with a remote.
 */
export function storePlace({ storeRemote, storeDir }: Config): string {
  return storeRemote?.label ?? `${hostname()}:${pathOf(storeDir)}`;
}

function pathOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}
