import pLimit from 'p-limit';
import type { Remote } from '../remote/remote.ts';
import type { Batch } from '../types.ts';
import { isFurther } from '../is-further.ts';
import { maxBatchBytes, parseBatch } from './record-file.ts';
import { isLineClosed } from './remote-claim.ts';
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
 * Brings batches into the store of this machine, if their notes in the remote are further on. The notes are checked as those that come
 * with a clone. Throws the remote's errors.
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
    if (here === undefined || isFurther(there.batch, here.batch))
      await local.noteBatch(there.batch);
  }
}

/**
 * Whether the remote shows that a batch is over: it has the lines, all of them are closed, and the note is removed. `false` if it never
 * had them, such as an empty bucket. Throws the remote's errors.
 */
export async function isBatchOver(remote: Remote, { name, lines }: Batch): Promise<boolean> {
  if ((await remote.size(remoteNames.batch(name))) !== null) return false;
  const closed = lines.map(({ key }) => limit(() => isLineClosed(remote, key, name)));
  return (await Promise.all(closed)).every(Boolean);
}

/** How many lines are looked at at once. */
const limit = pLimit(16);
