import pLimit from 'p-limit';
import { TintypeError } from '../errors.ts';
import { writeAtomic } from '../fs/write-atomic.ts';
import { sha256 } from '../hash.ts';
import type { Env } from '../process/env-files.ts';
import { holdsConditions } from '../remote/probe-conditions.ts';
import type { Remote } from '../remote/remote.ts';
import type { Attempt, Key, OpenAttempt, StoreRecord } from '../types.ts';
import { pathOfBytes } from './layout.ts';
import { originalCopies } from './original-copies.ts';
import { pendingMarks } from './pending-marks.ts';
import { pinText } from './pins.ts';
import { formatJson } from './record-file.ts';
import { recordOf } from './record-of.ts';
import { putRecord } from './records.ts';
import { fetchBatches } from './remote-batches.ts';
import { remoteBytes } from './remote-bytes.ts';
import {
  claimInRemote,
  latestClaim,
  openNotes,
  settleLine,
  type RemoteClaim,
} from './remote-claim.ts';
import type { RemoteClaimTiming } from './remote-timing.ts';
import { remoteNames } from './remote-names.ts';
import { putRemoteRecord, readRemoteRecord } from './remote-records.ts';
import type { Store } from './store.ts';
import { leaveFolder, type RemotePart, storeRemote } from './store-remote.ts';
import { verifyFolder } from './verify-folder.ts';

export interface Sharing {
  readonly remote: Remote;
  /** Whether the remote also shares records, pins, refusals and picks, instead of version control. */
  readonly hasRecords: boolean;
  /** The user says that no other machine buys at the same time, so the remote need not keep machines apart. */
  readonly isOnlyBuyer: boolean;
  /** Absolute: the folder for copies of fetched bytes. */
  readonly cacheDir: string;
  readonly copiesMaxBytes: number;
  /** The user's environment, in which git runs. */
  readonly realEnv: Env;
  /** @default the times of `remoteTiming` */
  readonly timing?: RemoteClaimTiming;
}

/**
 * A store in a folder whose paid bytes are in a remote. Among all machines that share the remote, each key is bought once.
 * `local` is the store in the folder `dir`.
 *
 * Paid bytes are written to the folder first, and removed from it once the remote has returned the same bytes. The remote
 * is needed only for purchases and for bytes that this machine does not have.
 */
export function sharedStore(local: Store, dir: string, sharing: Sharing): Store {
  const { remote, hasRecords, isOnlyBuyer, timing } = sharing;
  const copies = originalCopies(sharing.cacheDir);
  const bytes = remoteBytes(remote, copies);
  const pending = pendingMarks(dir);
  const shared = new Map<string, string>();
  const part: RemotePart = { ...sharing, local, dir, bytes, copies, shared };
  const held = new Map<Key, RemoteClaim>();
  /**
   * The claims under which this process noted an attempt whose outcome is open. Only the last one may have sent its
   * request.
   */
  const noted = new Map<Key, Set<RemoteClaim>>();
  /** What this run has uploaded and not yet removed from the folder. */
  const uploaded = new Map<Key, StoreRecord>();
  let exclusive: Promise<boolean> | undefined;
  const isExclusive = (): Promise<boolean> =>
    (exclusive ??= isOnlyBuyer ? Promise.resolve(false) : refuseIfNotExclusive(remote));

  /** Shares a small file that the folder has. */
  async function shareNote(name: string, text: string): Promise<void> {
    if (!hasRecords) return;
    await remote.put(name, Buffer.from(text));
    shared.set(name, text);
  }

  async function read(record: StoreRecord): Promise<Uint8Array> {
    if ((await local.sizeOf(record)) === null) return bytes.fetch(record);
    // Instead of damage, or a Git LFS pointer, the remote may have the picture.
    return local.read(record).catch((damage: unknown) =>
      bytes.fetch(record).catch(() => {
        throw damage;
      }),
    );
  }

  /** An attempt of this machine, or what earlier holders of this process's claim noted, if that is newer. */
  function latest(key: Key, here: OpenAttempt | null): OpenAttempt | null {
    const claim = held.get(key);
    const there = claim?.earlier.at(-1);
    // A holder's own note is newer than the notes of earlier holders, and received bytes say more than any note.
    if (there === undefined || claim!.isNoted() || here?.isReceived) return here;
    const isNewer = here === null || (here.note !== null && there.startedAt > here.note.startedAt);
    return isNewer ? openAttempt(there) : here;
  }

  async function noteElsewhere(attempt: Attempt): Promise<void> {
    const claim = held.get(attempt.key);
    if (claim === undefined) return;
    noted.set(attempt.key, new Set(noted.get(attempt.key)).add(claim));
    const noting = claim.note(attempt);
    const isBeforeSending = attempt.outcome === null && attempt.predictionId === undefined;
    // After sending, a failure does no harm: the remote still has the earlier note, which says "may have been billed"
    // without details.
    await (isBeforeSending ? noting : noting.catch(() => {}));
  }

  return {
    ...local,
    read,
    sizeOf: async (record) => (await local.sizeOf(record)) ?? record.original.bytes,

    put: async (purchase) => {
      const record = recordOf(purchase);
      const { key, original } = record;
      let why: string | null = null;
      let earlier: StoreRecord | null = null;
      try {
        await bytes.upload(record, purchase.bytes, { willForget: true });
        earlier = await putRemoteRecord(remote, record);
        const name =
          earlier === null
            ? remoteNames.record(key)
            : remoteNames.secondRecord(key, original.sha256);
        shared.set(name, formatJson(record));
        uploaded.set(key, record);
      } catch (error) {
        why = error instanceof Error ? error.message : String(error);
        // Without a mark, only `tintype push` uploads it.
        await pending.add(key).catch(() => {});
      }
      // The earlier record came first, so every machine uses it.
      if (earlier !== null && (await local.find(key)) === null) await putRecord(dir, earlier);
      return { ...(await local.put(purchase)), pending: why };
    },

    adopt: async (record, adopted) => {
      if (adopted !== null) await pending.add(record.key);
      await local.adopt(record, adopted);
    },

    accept: async (rejected, info) => {
      if ((await local.sizeOf(rejected)) === null)
        await writeAtomic(pathOfBytes(dir, rejected), await bytes.fetch(rejected));
      const record = await local.accept(rejected, info);
      try {
        await bytes.upload(record, await local.read(record), { willForget: false });
        await remote.put(remoteNames.record(record.key), Buffer.from(formatJson(record)));
      } catch {
        await pending.add(record.key).catch(() => {});
      }
      return record;
    },

    pin: async (input) => {
      await local.pin(input);
      await shareNote(remoteNames.pin(sha256(input.file)), pinText(input));
    },
    refuse: async (refusal) => {
      await local.refuse(refusal);
      await shareNote(remoteNames.refusal(refusal.key), formatJson(refusal));
    },
    confirmPick: async (key) => {
      await local.confirmPick(key);
      await shareNote(remoteNames.pick(key), formatJson({ version: 1, key }));
    },

    attempt: async (key) => latest(key, await local.attempt(key)),
    attemptsOf: async (keys) => {
      const here = await local.attemptsOf(keys);
      const all = keys.flatMap((key) => latest(key, here.get(key) ?? null) ?? []);
      return new Map(all.map((open) => [open.key, open]));
    },
    noteAttempt: async (attempt) => {
      await local.noteAttempt(attempt);
      await noteElsewhere(attempt);
    },
    beginAttempt: async (attempt) => {
      if (!(await local.beginAttempt(attempt))) return false;
      await noteElsewhere(attempt);
      return true;
    },
    noteBatch: async (batch) => {
      await local.noteBatch(batch);
      // Other machines must see the batch while this one holds the claims, before anything is sent. Each can collect it.
      const name = remoteNames.batch(batch.name);
      await remote.put(name, Buffer.from(formatJson(batch)));
      for (const line of batch.lines) await held.get(line.key)?.note(line);
    },
    clearBatch: async (batch) => {
      // First in the remote: if this process dies, the batch is open and cleared again.
      const open = await local.attemptsOf(batch.lines.map(({ key }) => key));
      for (const { key } of batch.lines) {
        // Other machines must know about a purchase that only this one has, and about requests that may have been billed.
        if (await pending.has(key)) continue;
        const note = open.get(key)?.note ?? null;
        // A line of a batch is not what became of this one, also if it is a line of another batch with the same request.
        await settleLine(remote, key, batch.name, note?.batch === undefined ? note : null);
      }
      await remote.remove(remoteNames.batch(batch.name)).catch(() => {});
      await local.clearBatch(batch);
    },
    clearAttempt: async (key, kept) => {
      // Other machines must know about a purchase that only this one has.
      if (!(await pending.has(key))) {
        for (const claim of noted.get(key) ?? []) await claim.note(null).catch(() => {});
        noted.delete(key);
      }
      await local.clearAttempt(key, kept);
      const record = uploaded.get(key);
      uploaded.delete(key);
      // The bytes were bought just now, so no commit has them.
      if (record !== undefined) await leaveFolder(record, part);
    },

    prepareToBuy: async (keys) => {
      await isExclusive();
      const open = keys.map((key) =>
        limit(async (): Promise<(readonly [Key, OpenAttempt])[]> => {
          const notes = await openNotes(remote, key, await latestClaim(remote, key, 0));
          return notes.slice(-1).map((note) => [key, openAttempt(note)]);
        }),
      );
      const there = (await Promise.all(open)).flat();
      const ordered = new Set(there.flatMap(([, { note }]) => note?.batch ?? []));
      await fetchBatches(remote, local, [...ordered]);
      return new Map(there);
    },

    claim: async (key, signal, onWait) => {
      const here = await local.claim(key, signal, onWait);
      if (here === null) return null;
      let there: RemoteClaim | null = null;
      const release = async (): Promise<void> => {
        held.delete(key);
        await there?.release();
        await here.release();
      };
      try {
        const isShared = await isExclusive();
        there = await claimInRemote(remote, key, isShared, signal, onWait, timing);
        const record = there === null ? null : await readRemoteRecord(remote, key);
        if (record !== null) await putRecord(dir, record);
      } catch (error) {
        await release();
        throw error;
      }
      if (there === null) {
        await release();
        return null;
      }
      const claimed = there;
      held.set(key, claimed);
      const isRecorded = async () => (await remote.size(remoteNames.record(key))) !== null;
      const isOurs = async () =>
        (await here.isOurs()) && !(await isRecorded()) && (await claimed.isOurs());
      // If the remote does not answer, another machine may have taken over.
      return { release, isOurs: () => isOurs().catch(() => false) };
    },

    verify: ({ isRemote } = { isRemote: false }) =>
      verifyFolder(local, dir, sharing.realEnv, async (record) =>
        isRemote ? bytes.check(record) : { kind: 'elsewhere' },
      ),

    remote: storeRemote(part),
  };
}

async function refuseIfNotExclusive(remote: Remote): Promise<true> {
  if (await holdsConditions(remote)) return true;
  const message = `${remote.label} cannot keep two machines from buying the same picture: of 16 requests at once to create the same name, it must accept exactly one, and did not. Nothing was bought. If no other machine buys now, run tintype --i-am-the-only-buyer, or set onlyBuyer: true in the config`;
  throw new TintypeError('remote-unsupported', message);
}

/** What another machine noted in the remote. */
function openAttempt(note: Attempt): OpenAttempt {
  const state = { isReceived: false, isAnswerDamaged: false, isInFlight: false };
  return { key: note.key, note, damage: null, ...state };
}

/** How many keys are looked up at once. */
const limit = pLimit(16);
