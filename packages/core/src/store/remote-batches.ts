import type { Remote } from '../remote/remote.ts';
import { maxBatchBytes, parseBatch } from './record-file.ts';
import { remoteNames } from './remote-names.ts';
import type { Store } from './store.ts';

type Local = Pick<Store, 'batches' | 'noteBatch'>;

/** Brings every open batch that a remote lists into the store of this machine. Throws the remote's errors. */
export async function fetchBatches(remote: Remote, local: Local): Promise<void> {
  for await (const { name } of remote.list('batches/')) {
    const batch = /^batches\/([0-9a-f]{32})\.json$/.exec(name)?.[1];
    if (batch !== undefined) await fetchBatch(remote, local, batch);
  }
}

/**
 * Brings one batch, if the remote has it and knows more of it than this machine. Its note is checked as one that came with a clone.
 * Throws the remote's errors.
 */
export async function fetchBatch(remote: Remote, local: Local, name: string): Promise<void> {
  const stored = await local.batches();
  const here = stored.find((one) => (one.kind === 'batch' ? one.batch.name : one.name) === name);
  if (here !== undefined && (here.kind === 'damaged' || here.batch.batchId !== null)) return;
  const bytes = await remote.get(remoteNames.batch(name), { maxBytes: maxBatchBytes });
  const there = parseBatch(name, bytes === null ? '' : Buffer.from(bytes).toString('utf8'));
  if (there.kind === 'damaged') return;
  if (here === undefined || there.batch.batchId !== null) await local.noteBatch(there.batch);
}
