import { count } from '../amounts.ts';
import { type Context, report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import type { Store, StoreRemote } from '../store/store.ts';
import type { Key, StoreRecord } from '../types.ts';

/** Uploads what this machine bought and could not upload. Warns of what it still cannot upload, and keeps it. */
export async function uploadPending(store: Store, context: Context): Promise<void> {
  const { remote } = store;
  if (remote === null) return;
  const problem = await uploadAll(store);
  if (problem === null) return;
  const { length } = await remote.pending();
  // Another process has uploaded it meanwhile.
  if (length === 0) return;
  const message = `${count(length, 'picture')} that this machine bought ${length === 1 ? 'is' : 'are'} not in ${remote.label} yet: ${problem}`;
  report(context, { type: 'warning', code: 'not-delivered', message });
}

/** Uploads all that is only here. Resolves to why some of it still is; `null`: nothing is. */
export async function uploadAll(store: Store): Promise<string | null> {
  const { remote } = store;
  const keys = new Set<Key>(await remote?.pending());
  if (remote === null || keys.size === 0) return null;
  return uploadEach(await recordsOf(keys, store), remote);
}

/** Uploads the picture of a key if it is only here. Resolves to why it still is; `null`: it is not. */
export async function uploadKey(key: Key, store: Store): Promise<string | null> {
  const { remote } = store;
  if (remote === null || !(await remote.pending()).includes(key)) return null;
  const problem = await uploadEach(await recordsOf(new Set([key]), store), remote);
  const isStillHere = (await remote.pending()).includes(key);
  return isStillHere ? (problem ?? 'its bytes are not on this machine') : null;
}

async function recordsOf(keys: ReadonlySet<Key>, store: Store): Promise<readonly StoreRecord[]> {
  return (await store.purchases()).filter(({ key }) => keys.has(key));
}

/** Resolves to the first problem. One damaged picture does not keep the others here. */
async function uploadEach(
  records: readonly StoreRecord[],
  remote: StoreRemote,
): Promise<string | null> {
  let problem: string | null = null;
  for (const record of records) {
    try {
      await remote.upload(record);
    } catch (error) {
      problem ??= error instanceof Error ? error.message : String(error);
      // Each of the others would wait as long.
      if (error instanceof TintypeError && error.code === 'remote-unavailable') break;
    }
  }
  return problem;
}
