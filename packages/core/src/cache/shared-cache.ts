import { processors } from '../image/encode-queue.ts';
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
import { nothingToFetch, type VariantCache, type Wanted } from './variant-cache.ts';

/** A cache that machines share, and what a run may do with it. */
export interface SharedCache {
  readonly remote: Remote;
  /** What entries are signed with. `null`: it is not known, so the remote is not used. */
  readonly secret: string | null;
  /** `read`: nothing is ever written to the remote. */
  readonly mode: 'read' | 'readwrite';
  /** An interrupted run asks and uploads no more. */
  readonly signal: AbortSignal;
  /** Called once if the remote would have been asked and there is no secret. */
  readonly onSecretMissing: () => void;
  /** Called once if the remote is not asked any more in this run. `null`: it was slower than encoding. */
  readonly onGivenUp: (error: unknown) => void;
  /** Called when the cache is closed, if the remote was used. `uploadError`: the last one; `null`: no upload failed. */
  readonly onClosed: (counts: SharedCacheCounts, uploadError: unknown) => void;
}

/** Entries of the remote: encoded files, and previews of pictures. */
export interface SharedCacheCounts {
  readonly fetched: number;
  /** The remote does not have them. */
  readonly missing: number;
  /** They were encoded before the remote answered. */
  readonly slower: number;
  /** They are damaged, or not signed with the secret. Nothing of them was used. */
  readonly refused: number;
  /** The remote failed. */
  readonly failed: number;
  readonly uploaded: number;
  /** They were made in this run, and the remote failed or was too slow. */
  readonly notUploaded: number;
}

/** In milliseconds. */
export interface SharedCacheTimes {
  /** How long a picture waits for the remote while a processor is idle. */
  readonly grace: number;
  /** How long it counts that an entry was missing. After that it is asked for again before the picture is opened. */
  readonly missing: number;
  /** The remote is given up if it answers nothing for so long while pictures are encoded without it. */
  readonly silence: number;
  /** How long `close` waits for uploads. */
  readonly upload: number;
}

const usualTimes: SharedCacheTimes = { grace: 300, missing: 1000, silence: 5000, upload: 60_000 };

/** `weight`: bytes of answers, if all are as large as they may be. */
const readsAtOnce = { places: 32, weight: 256_000_000 };
const writesAtOnce = 8;

/** While some pictures are encoded, as many others are looked up. */
const picturesAtOnce = 2 * (processors + 1);

/** The cache of this machine with a shared one behind it. */
export function sharedCache(
  local: VariantCache,
  { secret, ...shared }: SharedCache,
  times: SharedCacheTimes = usualTimes,
): VariantCache {
  return secret === null
    ? withoutSecret(local, shared.onSecretMissing)
    : withRemote(local, { secret, ...shared }, times);
}

function withoutSecret(local: VariantCache, onSecretMissing: () => void): VariantCache {
  let isSaid = false;
  return {
    ...local,
    fetch: async (...wanted) => {
      if (!isSaid) onSecretMissing();
      isSaid = true;
      return local.fetch(...wanted);
    },
  };
}

/**
 * Only signed entries are believed. A remote that fails or is slow fails no run and keeps no processor waiting: what has not
 * come when its turn comes is encoded.
 */
function withRemote(
  local: VariantCache,
  { remote, secret, mode, signal, onGivenUp, onClosed }: SharedCache & { readonly secret: string },
  times: SharedCacheTimes,
): VariantCache {
  const entries = sharedEntries(remote, secret);
  const turns = randomTurns(picturesAtOnce);
  /** The keys of pictures that were put off. */
  const putOff = new Set<Sha256>();
  const reads = workQueue(readsAtOnce);
  const pictures = new Set<PictureFetch>();
  const uploads = backgroundUploads(writesAtOnce);
  const counts = { fetched: 0, missing: 0, slower: 0, refused: 0, failed: 0 };
  const use = watchRemoteUse(times.silence);
  let isOver = false;

  const stop = () => {
    isOver = true;
    for (const picture of pictures) picture.stopAll();
    uploads.stop();
    turns.letAllIn();
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });

  const fetchOne = async (wanted: Wanted, stopped: AbortSignal) => {
    const read = reads(async () => entries.get(wanted, stopped), { weight: wanted.maxBytes });
    const answer = await unlessAborted(read, stopped);
    if (answer.kind !== 'content') return answer.kind;
    return (await takeContent(wanted, answer.content, local)) ? 'fetched' : 'refused';
  };

  /**
   * Counts what became of a picture's entries, and gives the remote up if it does not help. `isPutOff`: what has not come is
   * asked for again.
   */
  const judge = async (picture: PictureFetch, isPutOff: boolean) => {
    const { startedAt, outcomes, settled } = picture;
    await settled;
    pictures.delete(picture);
    for (const { kind } of outcomes) counts[kind] += isPutOff && kind !== 'fetched' ? 0 : 1;
    const useless = isOver || outcomes.length === 0 ? null : use.note(outcomes, startedAt);
    if (useless === null) return;
    stop();
    onGivenUp(useless.error);
  };

  /** A picture of which another machine has uploaded the first entry and not the others is being made there, or was. */
  const hasBegunElsewhere = async ({ outcomes, startedAt }: PictureFetch, first: Wanted) => {
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
      // What was removed from this cache meanwhile is not needed.
      if (content !== null) await entries.put(name, content, stopped);
    });
  };

  return {
    ...local,

    fetch: async (wanted, lane) => {
      const [first] = wanted;
      if (first === undefined || isOver) return nothingToFetch;
      await turns.enter(putOff.has(first.key) ? 'later' : lane);
      const picture = fetchPicture(isOver ? [] : wanted, fetchOne);
      pictures.add(picture);
      await settledOrIdle(picture, times.grace, lane);
      let isPutOff = false;
      return {
        isMadeElsewhere: async () => {
          if (isOver || lane === 'waited-for' || putOff.has(first.key)) return false;
          if (!(await hasBegunElsewhere(picture, first))) return false;
          for (const { key } of wanted) putOff.add(key);
          isPutOff = true;
          return true;
        },
        stop: picture.stop,
        end: () => {
          picture.stopAll();
          turns.leave();
          void judge(picture, isPutOff);
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
