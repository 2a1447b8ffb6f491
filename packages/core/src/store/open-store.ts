import type { Env } from '../process/env-files.ts';
import type { Remote } from '../remote/remote.ts';
import { fileStore } from './file-store.ts';
import type { Store } from './store.ts';

/** The settings that decide where a project's store is. */
export interface StorePlace {
  readonly config: {
    /** Absolute: the project's root. */
    readonly root: string;
    /** Absolute; it need not exist. */
    readonly storeDir: string;
    /** Absolute. */
    readonly cacheDir: string;
    readonly storeRemote: Remote | null;
    readonly hasRemoteRecords: boolean;
    readonly copiesMaxBytes: number;
    readonly isOnlyBuyer: boolean;
  };
  /** The user's environment, in which git runs. */
  readonly realEnv: Env;
}

/** Opens the store of a project. Only this file chooses the kind of store. */
export async function openStore({ config, realEnv }: StorePlace): Promise<Store> {
  const { root, storeDir, storeRemote: remote, hasRemoteRecords: hasRecords } = config;
  const local = fileStore(storeDir, { root, realEnv });
  if (remote === null) return local;
  const { sharedStore } = await import('./shared-store.ts');
  return sharedStore(local, storeDir, { ...config, remote, hasRecords, realEnv });
}

/** How long machines that share a remote wait for each other. */
export { remoteTiming } from './remote-timing.ts';
