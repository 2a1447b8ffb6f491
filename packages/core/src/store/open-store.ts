import type { Env } from '../process/env-files.ts';
import { fileStore } from './file-store.ts';
import type { Store } from './store.ts';

/** What decides where a project's store is. */
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

/** The store of a project. This is the only place that says which kind of store that is. */
export function openStore({ config: { root, storeDir }, realEnv }: StorePlace): Store {
  return fileStore(storeDir, { root, realEnv });
}
