import { dirname, join, relative } from 'node:path';
import { slashed } from '../fs/slashed.ts';
import { succeeds } from '../succeeds.ts';
import type { Env } from '../process/env-files.ts';
import { digestFiles } from './digest-files.ts';
import { holdsBytes } from './layout.ts';
import type { Key, OpenAttempt } from '../types.ts';
import type { Store } from './store.ts';

/** The project that a store belongs to. */
export interface StoreProject {
  /** Absolute: the project's root. */
  readonly root: string;
  /** The person's environment, in which git runs. */
  readonly realEnv: Env;
}

/**
 * A store in a folder that the user commits. `dir` is absolute; it need not exist yet.
 *
 * The modules that do the work are loaded at their first use, because a run in which nothing has changed needs only the digest.
 */
export function fileStore(
  dir: string,
  { root, realEnv }: StoreProject = { root: dirname(dir), realEnv: {} },
): Store {
  const records = once(() => import('./records.ts'));
  const attempts = once(() => import('./attempts.ts'));
  const batches = once(() => import('./batches.ts'));
  const pins = once(() => import('./pins.ts'));
  const refusals = once(() => import('./refusals.ts'));
  const picks = once(() => import('./picks.ts'));
  const git = once(() => import('./version-control.ts'));
  /** Everything that writes or removes files awaits this. */
  const writable = once(async () => (await import('./refuse-links.ts')).refuseLinks(dir));
  const isWritable = () => succeeds(writable());
  const describe = once(async () => {
    const { writeGitFiles } = await import('./write-git-files.ts');
    await writeGitFiles(dir).catch(() => {});
  });
  /**
   * Everything that adds a file to be committed awaits this. If it fails, the write that follows fails too, and its error says
   * why.
   */
  const committable = async (): Promise<void> => {
    await writable();
    await describe();
  };

  const store: Store = {
    stored: async () => (await records()).readStored(dir),
    purchases: async () => (await records()).readPurchases(dir),
    find: async (key) => (await records()).findRecord(dir, key),
    read: async (record) => (await records()).readBytes(dir, record),
    sizeOf: async (record) => (await records()).sizeOfBytes(dir, record),
    put: async (purchase) => {
      await committable();
      return { ...(await (await records()).putPurchase(dir, purchase)), pending: null };
    },
    adopt: async (record, bytes) => {
      await committable();
      await (await records()).adoptRecord(dir, record, bytes);
    },
    keepBoth: async (key) => {
      await writable();
      await (await records()).keepBothRecords(dir, key);
    },
    accept: async (record, info) => {
      await writable();
      return (await records()).acceptRejected(dir, record, info);
    },

    pins: async () => (await pins()).readPins(dir),
    hasDamagedPin: async (url) => (await pins()).hasDamagedPin(dir, url),
    pin: async (input) => {
      await committable();
      await (await pins()).writePin(dir, input);
    },
    refusals: async () => (await refusals()).readRefusals(dir),
    refuse: async (refusal) => {
      await writable();
      await (await refusals()).writeRefusal(dir, refusal);
    },
    confirmedPicks: async () => (await picks()).readPicks(dir),
    confirmPick: async (key) => {
      await committable();
      await (await picks()).writePick(dir, key);
    },

    attempts: async () => {
      const { linesOf, readBatches } = await batches();
      const lines = linesOf(await readBatches(dir));
      const own = [...(await (await attempts()).readAttempts(dir))];
      return new Map([
        ...lines,
        ...own.map(([key, it]) => [key, latest(it, lines.get(key))] as const),
      ]);
    },
    attempt: async (key) => {
      const own = await (await attempts()).readAttempt(dir, key);
      if (own !== null && own.note !== null) return own;
      const { linesOf, readBatches } = await batches();
      const line = linesOf(await readBatches(dir, key)).get(key);
      return own === null ? (line ?? null) : latest(own, line);
    },
    note: async (key) => (await attempts()).readNote(dir, key),
    attemptsOf: async (keys) => {
      const { linesOf, readBatches } = await batches();
      const { readAttempt } = await attempts();
      const { findRescued } = await import('./rescue-folder.ts');
      const lines = linesOf(await readBatches(dir));
      const rescued = await findRescued(dir);
      const found = new Map<Key, OpenAttempt>();
      for (const key of keys) {
        const [own, line] = [await readAttempt(dir, key, rescued), lines.get(key)];
        const open = own === null ? line : latest(own, line);
        if (open !== undefined) found.set(key, open);
      }
      return found;
    },
    batches: async () => (await batches()).readBatches(dir),
    noteBatch: async (batch) => {
      await committable();
      await (await batches()).writeBatch(dir, batch);
    },
    clearBatch: async ({ name }) => {
      await writable();
      await (await batches()).removeBatch(dir, name);
    },
    noteAttempt: async (attempt) => {
      await committable();
      await (await attempts()).noteAttempt(dir, attempt);
    },
    beginAttempt: async (attempt) => {
      await committable();
      return (await attempts()).beginAttempt(dir, attempt);
    },
    receive: async (key, bytes) => (await attempts()).receiveBytes(dir, key, bytes, writable),
    received: async (key) => (await attempts()).readReceived(dir, key),
    clearAttempt: async (key, kept) => {
      if (await isWritable()) await (await attempts()).clearAttempt(dir, key, kept);
    },
    // The claims in the folder exclude all processes that can reach it.
    prepareToBuy: async () => new Map(),
    claim: async (key, signal, onWait) => {
      await writable();
      return (await attempts()).claimKey(dir, key, signal, onWait);
    },
    isClaimed: async (key) => (await attempts()).isClaimed(dir, key),
    clearDead: async () => {
      if (await isWritable()) await (await attempts()).clearDead(dir);
    },

    digest: async () => digestFiles(dir),
    list: async () => (await import('./list-store.ts')).listStore(dir),
    verify: async () => (await import('./verify-folder.ts')).verifyFolder(store, dir, realEnv),
    remove: async (files, onRemoved) =>
      (await import('./remove-files.ts')).removeFiles(dir, files, onRemoved),

    shownPath: (path) => slashed(relative(root, join(dir, path))),
    watched: { folder: dir, isWatched: (path) => !holdsBytes(dir, path) },
    versionControl: {
      whyNotCommitted: async () => (await git()).whyNotCommitted(dir, realEnv),
      uncommitted: async () => (await git()).uncommittedPurchases(dir, realEnv),
      buyers: async () => (await import('./buyers-in-git.ts')).buyersInGit(dir, realEnv),
      recorded: async (since) =>
        (await import('./recorded-in-git.ts')).recordedInGit(dir, realEnv, since),
      protection: async () => (await git()).protectionByGit(dir, { root, realEnv }),
    },
    remote: null,
  };
  return store;
}

/** A batch takes no key that has an attempt, so an attempt is newer than a line. Bytes without a note are the answer to the line. */
function latest(own: OpenAttempt, line: OpenAttempt | undefined): OpenAttempt {
  if (own.note !== null || line === undefined) return own;
  return { ...line, isReceived: own.isReceived };
}

/** Makes the value once, at the first call. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let value: Promise<T> | undefined;
  return () => (value ??= make());
}
