import type { Env } from '../process/env-files.ts';
import { fileStore } from './file-store.ts';
import type { Store } from './store.ts';

/** The settings that decide where a project's store is. */
export interface StorePlace {
  readonly config: {
    /** Absolute: the project's root. */
    readonly root: string;
    /** Absolute; it need not exist. */
    readonly storeDir: string;
  };
  /** The person's environment, in which git runs. */
  readonly realEnv: Env;
}

/** Opens the store of a project. Only this file chooses the kind of store. */
export function openStore({ config: { root, storeDir }, realEnv }: StorePlace): Store {
  return fileStore(storeDir, { root, realEnv });
}
