import { join } from 'node:path';
import { isThere } from '../fs/is-there.ts';
import { removeFile } from '../fs/remove-file.ts';
import type { Batch, Key, OpenAttempt, StoredBatch } from '../types.ts';
import { layout } from './layout.ts';
import { namesIn, readIfThere } from './read-store.ts';
import { formatJson, maxBatchBytes, parseBatch } from './record-file.ts';
import { notWritable, writeNote } from './write-note.ts';

/** `naming`: reads only batches that may have a line of this key, so that a check of one key does not parse all of them. */
export async function readBatches(
  dir: string,
  naming: Key | null = null,
): Promise<readonly StoredBatch[]> {
  const names = (await namesIn(layout.batchesDir(dir))).filter((it) =>
    /^[0-9a-f]{32}\.json$/.test(it),
  );
  const batches: StoredBatch[] = [];
  for (const file of names) {
    const path = join(layout.batchesDir(dir), file);
    const bytes = await readIfThere(path, maxBatchBytes);
    // Another process removed it meanwhile, unless it is a link that leads nowhere.
    if (bytes === null && !isThere(path)) continue;
    if (naming !== null && bytes !== null && !mayName(bytes, naming)) continue;
    batches.push(parseBatch(file.slice(0, 32), bytes?.toString('utf8') ?? ''));
  }
  return batches;
}

/** JSON may write any letter as an escape. */
function mayName(bytes: Buffer, key: Key): boolean {
  return bytes.includes(key) || bytes.includes('\\u');
}

export async function writeBatch(dir: string, batch: Batch): Promise<void> {
  await writeNote(dir, layout.batch(dir, batch.name), formatJson(batch));
}

export async function removeBatch(dir: string, name: string): Promise<void> {
  await removeFile(layout.batch(dir, name)).catch((cause: unknown) => {
    throw notWritable(dir, cause);
  });
}

/** The lines of batches as attempts, by key. */
export function linesOf(batches: readonly StoredBatch[]): ReadonlyMap<Key, OpenAttempt> {
  return new Map(
    batches.flatMap((stored) =>
      stored.kind === 'damaged'
        ? []
        : stored.batch.lines.map((note): [Key, OpenAttempt] => [
            note.key,
            {
              key: note.key,
              note,
              damage: null,
              isReceived: false,
              isAnswerDamaged: false,
              isInFlight: false,
              batch: stored.batch,
            },
          ]),
    ),
  );
}
