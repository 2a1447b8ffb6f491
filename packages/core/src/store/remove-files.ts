import { dirname, join, sep } from 'node:path';
import { TintypeError } from '../errors.ts';
import { removeFile } from '../fs/remove-file.ts';
import { flushFolder } from '../fs/write-atomic.ts';
import { listStore } from './list-store.ts';
import type { UnwantedFile } from './store.ts';

/** `Store.remove` of a folder. Flushes the records' folders before it removes any paid bytes. */
export async function removeFiles(
  dir: string,
  files: readonly UnwantedFile[],
  onRemoved: (file: UnwantedFile) => void,
): Promise<void> {
  const remove = async (file: UnwantedFile): Promise<void> => {
    const path = join(dir, file.path);
    // A listing has only such paths, so another path is a bug.
    if (!path.startsWith(dir + sep)) throw new Error(`${path} is not in the store`);
    try {
      await removeFile(path);
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      throw new TintypeError(
        'store-not-writable',
        `${path} could not be removed (${code ?? message}); what was removed before it is listed`,
        { cause },
      );
    }
    onRemoved(file);
  };
  const records = files.filter(({ kind }) => kind === 'record');
  for (const file of records) await remove(file);
  for (const folder of new Set(records.map(({ path }) => dirname(path)))) {
    await flushFolder(join(dir, folder));
  }
  // Records are read again, because equal bytes may have been bought for another request meanwhile.
  const named = records.length === 0 ? new Set() : await namedNow(dir);
  for (const file of files) {
    if (file.kind !== 'record' && !named.has(file.path)) await remove(file);
  }
}

async function namedNow(dir: string): Promise<Set<string>> {
  const { records } = await listStore(dir);
  return new Set(records.flatMap(({ names }) => names));
}
