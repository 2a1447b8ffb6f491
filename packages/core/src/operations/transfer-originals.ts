import pLimit from 'p-limit';
import { type Context, report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { openStore } from '../store/open-store.ts';
import type { Store, StoreRemote } from '../store/store.ts';
import type { StoreRecord } from '../types.ts';
import { readPlan } from './read-plan.ts';

/** What `tintype push` did. */
export interface PushResult {
  /** The remote's label. */
  readonly remote: string;
  /** Pictures that the remote did not have. */
  readonly uploaded: number;
  readonly wasThere: number;
  /** Pictures that neither this machine nor the remote has. */
  readonly notHere: number;
  /** Small files of the store that the remote did not have. */
  readonly notes: number;
  readonly failed: number;
}

/** What `tintype pull` did. */
export interface PullResult {
  /** The remote's label. */
  readonly remote: string;
  /** Pictures that this machine has now. */
  readonly pictures: number;
  /** Records that other machines made. */
  readonly records: number;
  readonly failed: number;
}

/**
 * Uploads the pictures of these images, or of all records, to the store's remote. A picture that fails is a `warning`.
 * Throws `usage` if the store has no remote, and as `readPlan`.
 */
export async function pushOriginals(context: Context, ids: readonly string[]): Promise<PushResult> {
  const store = await openStore(context);
  const remote = remoteOf(store);
  const records = ids.length === 0 ? await store.purchases() : await recordsOf(context, store, ids);
  const tally = { uploaded: 0, wasThere: 0, notHere: 0 };
  const failed = await forEach(records, context, async (record) => {
    const fate = await remote.upload(record);
    if (fate === 'uploaded') tally.uploaded++;
    else if (fate === 'was-there') tally.wasThere++;
    else {
      tally.notHere++;
      const message = `neither this machine nor ${remote.label} has it; run tintype push on the machine that bought it`;
      throw new TintypeError('original-missing', message);
    }
  });
  const notes = await remote.uploadNotes();
  await remote.close();
  return { remote: remote.label, ...tally, notes, failed };
}

/**
 * Fetches the pictures of these images, or of all images, to this machine. A picture that fails is a `warning`. Throws
 * `usage` if the store has no remote, and as `readPlan`.
 */
export async function pullOriginals(context: Context, ids: readonly string[]): Promise<PullResult> {
  const store = await openStore(context);
  const remote = remoteOf(store);
  const before = (await store.stored()).size;
  const records = await recordsOf(context, store, ids);
  const failed = await forEach(records, context, (record) => remote.fetch(record));
  await remote.close();
  return {
    remote: remote.label,
    pictures: records.length - failed,
    records: (await store.stored()).size - before,
    failed,
  };
}

/** Throws `usage` if a store has no remote. */
export function remoteOf({ remote }: Store): StoreRemote {
  if (remote !== null) return remote;
  const message =
    "the store has no remote; to share its originals through one, set store.originals in tintype.config.ts, such as store: { originals: folder('/mnt/team/tintype') }";
  throw new TintypeError('usage', message);
}

/** The records of these images; without ids: of all images. */
async function recordsOf(
  context: Context,
  store: Store,
  ids: readonly string[],
): Promise<readonly StoreRecord[]> {
  const { plan } = await readPlan(context, store, {
    ids,
    mayFetch: false,
    mayAskRemote: true,
    mayBuy: false,
  });
  const records = plan.requests.flatMap(({ stored }) =>
    stored?.kind === 'record' ? [stored.record] : [],
  );
  return [...new Map(records.map((record) => [record.key, record])).values()];
}

/** Handles records a few at a time. Returns how many failed; the reason of each is reported. */
async function forEach(
  records: readonly StoreRecord[],
  context: Context,
  handle: (record: StoreRecord) => Promise<void>,
): Promise<number> {
  const limit = pLimit(8);
  let failed = 0;
  const handled = records.map((record) =>
    limit(async () => {
      try {
        context.signal.throwIfAborted();
        await handle(record);
      } catch (error) {
        if (!(error instanceof TintypeError)) throw error;
        failed++;
        const name = record.boughtFor?.id ?? record.key.slice(0, 12);
        const message = `${name}: ${error.message}`;
        report(context, { type: 'warning', code: error.code, message, isError: true });
      }
    }),
  );
  await Promise.all(handled);
  return failed;
}
