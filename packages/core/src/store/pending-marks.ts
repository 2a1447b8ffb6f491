import { isThere } from '../fs/is-there.ts';
import { removeFile } from '../fs/remove-file.ts';
import { writeAtomic } from '../fs/write-atomic.ts';
import type { Key } from '../types.ts';
import { isHash } from '../plain-checks.ts';
import { layout } from './layout.ts';
import { namesIn } from './read-store.ts';

/** The keys whose paid bytes or record the remote does not have yet. `clear` never rejects. */
export interface PendingMarks {
  readonly all: () => Promise<readonly Key[]>;
  readonly has: (key: Key) => Promise<boolean>;
  readonly add: (key: Key) => Promise<void>;
  readonly clear: (key: Key) => Promise<void>;
}

/** The marks are empty files: `attempts/<key>.pending`. */
export function pendingMarks(dir: string): PendingMarks {
  return {
    all: async () => {
      const names = await namesIn(layout.attemptsDir(dir));
      return names
        .filter((name) => name.endsWith('.pending'))
        .map((name) => name.slice(0, -'.pending'.length) as Key)
        .filter(isHash);
    },
    has: async (key) => isHash(key) && isThere(layout.pending(dir, key)),
    add: (key) => writeAtomic(layout.pending(dir, key), ''),
    clear: (key) => removeFile(layout.pending(dir, key)).catch(() => {}),
  };
}
