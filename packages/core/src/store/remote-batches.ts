import type { Remote } from '../remote/remote.ts';
import { maxBatchBytes, parseBatch } from './record-file.ts';
import { remoteNames } from './remote-names.ts';
import type { Store } from './store.ts';

/** The names of the open batches that a remote lists. Throws the remote's errors. */
export async function listBatches(remote: Remote): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of remote.list('batches/'))
    names.push(...(/^batches\/([0-9a-f]{32})\.json$/.exec(name)?.slice(1) ?? []));
  return names;
}

/**
 * Brings batches into the store of this machine, if the remote knows more of them. Their notes are checked as those that come with a
 * clone. Throws the remote's errors.
 */
export async function fetchBatches(
  remote: Remote,
  local: Pick<Store, 'batches' | 'noteBatch'>,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return;
  const stored = await local.batches();
  const known = new Map(
    stored.map((one) => [one.kind === 'batch' ? one.batch.name : one.name, one]),
  );
  for (const name of names) {
    const here = known.get(name);
    if (here !== undefined && (here.kind === 'damaged' || here.batch.batchId !== null)) continue;
    const bytes = await remote.get(remoteNames.batch(name), { maxBytes: maxBatchBytes });
    const there = parseBatch(name, bytes === null ? '' : Buffer.from(bytes).toString('utf8'));
    if (there.kind === 'damaged') continue;
    if (here === undefined || there.batch.batchId !== null) await local.noteBatch(there.batch);
  }
}
