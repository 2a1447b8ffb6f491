import { join } from 'node:path';
import { folder } from '../../src/remote/folder-remote.ts';
import { fileStore } from '../../src/store/file-store.ts';
import { remoteTiming } from '../../src/store/remote-timing.ts';
import { sharedStore } from '../../src/store/shared-store.ts';
import type { Store } from '../../src/store/store.ts';

/** Fifty times as fast as in production. */
const quick: typeof remoteTiming = {
  beatMs: remoteTiming.beatMs / 50,
  deadAfterMs: remoteTiming.deadAfterMs / 50,
  busyDeadAfterMs: remoteTiming.busyDeadAfterMs / 50,
  pollMs: remoteTiming.pollMs / 50,
};

/** The store of one machine below `home`. Its originals are in a bucket beside it. Several machines need names. */
export function openShared(home: string, machine = ''): Store {
  const dir = join(home, machine, 'store');
  return sharedStore(fileStore(dir), dir, {
    remote: folder(join(home, 'bucket')),
    hasRecords: false,
    isOnlyBuyer: false,
    cacheDir: join(home, machine, 'cache'),
    copiesMaxBytes: 1e9,
    realEnv: {},
    timing: quick,
  });
}
