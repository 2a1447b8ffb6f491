import { encodesAtOnce } from '../image/encodes-at-once.ts';
import { workQueue } from '../image/work-queue.ts';
import { unlessAborted } from '../process/unless-aborted.ts';
import type { Remote } from '../remote/remote.ts';
import type { Sha256 } from '../types.ts';
import { fetchPicture, type Outcome, type PictureFetch, settledOrIdle } from './picture-fetch.ts';
import { randomTurns } from './random-turns.ts';
import { watchRemoteUse } from './remote-use.ts';
import { formatPreview, sharedEntries, takeContent } from './shared-entries.ts';
import type { EntryName } from './signed-entry.ts';
import { backgroundUploads } from './uploads.ts';
import { nothingToFetch, type VariantCache, type EntryToFetch } from './variant-cache.ts';

/** A cache that machines share, and what a run may do with it. */
export interface SharedCache {
  readonly remote: Remote;
  /** The secret that signs entries. `null`: it is not known, so the remote is not used. */
  readonly secret: string | null;
  /** `read`: Tintype never writes to the remote. */
  readonly mode: 'read' | 'readwrite';
  /** When it is aborted, nothing more is fetched or uploaded. */
  readonly signal: AbortSignal;
  /** Called once, when the remote would be asked for the first time, if there is no secret. */
  readonly onSecretMissing: () => void;
  /** Called once if the run stops asking the remote. `null`: it was slower than encoding. */
  readonly onGivenUp: (error: unknown) => void;
  /** Called when the cache is closed, if the remote was used. `uploadError`: the last one; `null`: no upload failed. */
  readonly onClosed: (counts: SharedCacheCounts, uploadError: unknown) => void;
}

/** Counts of entries: encoded files, and previews of pictures. */
export interface SharedCacheCounts {
  readonly fetched: number;
  /** The remote does not have them. */
  readonly missing: number;
  /** They were encoded before the remote answered. */
  readonly slower: number;
  /** They are damaged or not signed with the secret, and were not used. */
  readonly refused: number;
  /** The remote failed. */
  readonly failed: number;
  readonly uploaded: number;
  /** They were made in this run, and the remote failed or was too slow. */
  readonly notUploaded: number;
}

/** In milliseconds. */
export interface SharedCacheTimes {
  /** How long a picture waits for the remote even if a processor is idle. */
  readonly grace: number;
  /** How long the answer that an entry is missing stays valid. After that it is asked for again before the picture is opened. */
  readonly missing: number;
  /** The remote is given up if it answers nothing for this long while pictures are encoded without it. */
  readonly silence: number;
  /** How long `close` waits for uploads. */
  readonly upload: number;
}

const defaultTimes: SharedCacheTimes = { grace: 300, missing: 1000, silence: 5000, upload: 60_000 };

/** `weight`: bytes of answers, each counted at its greatest size. */
const readsAtOnce = { slots: 32, weight: 256_000_000 };
const writesAtOnce = 8;

/** While some pictures are encoded, the same number of others is looked up. */
const picturesAtOnce = 2 * (encodesAtOnce + 1);

/** This machine's cache with a shared cache behind it. */
export function sharedCache(
  local: VariantCache,
  { secret, ...shared }: SharedCache,
  times: SharedCacheTimes = defaultTimes,
): VariantCache {
  return secret === null
    ? withoutSecret(local, shared.onSecretMissing)
    : withRemote(local, { secret, ...shared }, times);
}

function withoutSecret(local: VariantCache, onSecretMissing: () => void): VariantCache {
  let wasReported = false;
  return {
    ...local,
    fetch: async (...args) => {
      if (!wasReported) onSecretMissing();
      wasReported = true;
      return local.fetch(...args);
    },
  };
}

/**
 * Uses only signed entries. A remote that fails or is slow makes no run fail and keeps no processor waiting: an entry that has
 * not arrived when its turn comes is encoded.
 */
function withRemote(
  local: VariantCache,
  { remote, secret, mode, signal, onGivenUp, onClosed }: SharedCache & { readonly secret: string },
  times: SharedCacheTimes,
): VariantCache {
  const entries = sharedEntries(remote, secret);
  const turns = randomTurns(picturesAtOnce);
  /** The keys of pictures that were postponed because another machine seems to make them. */
  const postponed = new Set<Sha256>();
  const reads = workQueue(readsAtOnce);
  const pictures = new Set<PictureFetch>();
  const uploads = backgroundUploads(writesAtOnce);
  const counts = { fetched: 0, missing: 0, slower: 0, refused: 0, failed: 0 };
  const use = watchRemoteUse(times.silence);
  let hasStopped = false;

  const stop = () => {
    hasStopped = true;
    for (const picture of pictures) picture.stopAll();
    uploads.stop();
    turns.admitAll();
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });

  const fetchOne = async (entry: EntryToFetch, stopped: AbortSignal) => {
    const read = reads(async () => entries.get(entry, stopped), { weight: entry.maxBytes });
    const answer = await unlessAborted(read, stopped);
    if (answer.kind !== 'content') return answer.kind;
    return (await takeContent(entry, answer.content, local)) ? 'fetched' : 'refused';
  };

  /**
   * Counts a picture's outcomes, and gives the remote up if it does not help. `isPostponed`: entries that have not arrived will be
   * asked for again, so they are not counted yet.
   */
  const finish = async (picture: PictureFetch, isPostponed: boolean) => {
    const { startedAt, outcomes, settled } = picture;
    await settled;
    pictures.delete(picture);
    for (const { kind } of outcomes) counts[kind] += isPostponed && kind !== 'fetched' ? 0 : 1;
    const givenUp = hasStopped || outcomes.length === 0 ? null : use.note(outcomes, startedAt);
    if (givenUp === null) return;
    stop();
    onGivenUp(givenUp.error);
  };

  /** If another machine has uploaded a picture's first entry but not the others, it is probably still making the picture. */
  const hasBegunElsewhere = async ({ outcomes, startedAt }: PictureFetch, first: EntryToFetch) => {
    const has = (kind: Outcome['kind']) => outcomes.some((outcome) => outcome.kind === kind);
    if (!has('missing')) return false;
    if (has('fetched')) return true;
    if (performance.now() - startedAt < times.missing) return false;
    const again = fetchPicture([first], fetchOne);
    await settledOrIdle(again, times.grace, 'waited-for');
    await again.stop(first.key);
    if (again.outcomes[0]?.kind !== 'fetched') return false;
    counts.fetched++;
    return true;
  };

  const upload = (name: EntryName, read: () => Promise<Uint8Array | null>) => {
    if (mode === 'read') return;
    uploads.add(async (stopped) => {
      const content = await read();
      // A file that was removed from the local cache meanwhile is not needed.
      if (content !== null) await entries.put(name, content, stopped);
    });
  };

  return {
    ...local,

    fetch: async (toFetch, lane) => {
      const [first] = toFetch;
      if (first === undefined || hasStopped) return nothingToFetch;
      await turns.enter(postponed.has(first.key) ? 'later' : lane);
      const picture = fetchPicture(hasStopped ? [] : toFetch, fetchOne);
      pictures.add(picture);
      await settledOrIdle(picture, times.grace, lane);
      let isPostponed = false;
      return {
        isMadeElsewhere: async () => {
          if (hasStopped || lane === 'waited-for' || postponed.has(first.key)) return false;
          if (!(await hasBegunElsewhere(picture, first))) return false;
          for (const { key } of toFetch) postponed.add(key);
          isPostponed = true;
          return true;
        },
        stop: picture.stop,
        end: () => {
          picture.stopAll();
          turns.leave();
          void finish(picture, isPostponed);
        },
      };
    },

    put: async (key, bytes) => {
      const file = await local.put(key, bytes);
      // Bytes that wait for a slow remote are on the disk, not in memory.
      upload({ kind: 'variant', key }, async () => file.read());
      return file;
    },

    putPreview: async (key, preview) => {
      await local.putPreview(key, preview);
      upload({ kind: 'preview', key }, async () => formatPreview(preview));
    },

    close: async () => {
      const { uploaded, notUploaded, error } = await uploads.finish(times.upload);
      stop();
      signal.removeEventListener('abort', stop);
      await Promise.all([...pictures].map(({ settled }) => settled));
      await local.close();
      const all = { ...counts, uploaded, notUploaded };
      if (Object.values(all).some((number) => number > 0)) onClosed(all, error);
    },
  };
}
