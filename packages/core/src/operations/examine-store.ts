import { join } from 'node:path';
import { count } from '../amounts.ts';
import type { Context } from '../context.ts';
import { isLfsPointer } from '../fs/lfs-pointer.ts';
import { readRegular } from '../fs/read-regular.ts';
import { openStore } from '../store/open-store.ts';
import type { StoreFile, StoreListing } from '../store/store.ts';
import type { OpenAttempt } from '../types.ts';
import type { ExaminedProblem } from './examine-project.ts';

/** What the store has, and what it waits for. */
export interface StoreState {
  readonly records: number;
  readonly damagedRecords: number;
  readonly originals: { readonly files: number; readonly bytes: number };
  /** Paid bytes that could not be delivered and are kept. */
  readonly rejected: number;
  /** Originals that are Git LFS pointers, because the files were not fetched. */
  readonly lfsPointers: number;
  /** Where originals are, if not in the folder; `null`: in the folder. */
  readonly remote: string | null;
  /** Why purchases cannot be committed, in words that follow "the store"; `null`: they can. */
  readonly notCommitted: string | null;
  /** Pictures that no commit has; `null`: git cannot tell. */
  readonly uncommitted: number | null;
  /** Requests whose pictures are not recorded yet. */
  readonly pending: {
    readonly inFlight: number;
    readonly paid: number;
    readonly inBatches: number;
    /** They may have been billed. */
    readonly unknown: number;
    /** Pictures that the remote does not have yet. */
    readonly uploads: number;
  };
}

/** Looks at the store without hashing anything. Throws `store-not-readable`. */
export async function examineStore(
  context: Context,
): Promise<{ readonly state: StoreState; readonly problems: readonly ExaminedProblem[] }> {
  const store = await openStore(context);
  const listing = await store.list();
  const { records, originals, rejected } = listing;
  const damaged = records.filter(({ stored }) => stored.kind === 'damaged');
  const attempts = [...(await store.attempts()).values()];
  const uncommitted = (await store.versionControl?.uncommitted()) ?? null;
  const lfsPointers = await countLfsPointers(
    (path) => join(context.config.root, store.shownPath(path)),
    listing,
  );
  const notCommitted = (await store.versionControl?.whyNotCommitted()) ?? null;
  const state: StoreState = {
    records: records.length,
    damagedRecords: damaged.length,
    originals: {
      files: originals.length,
      bytes: originals.reduce((sum, one) => sum + one.bytes, 0),
    },
    rejected: rejected.length,
    lfsPointers,
    remote: store.remote?.label ?? null,
    notCommitted,
    uncommitted: uncommitted?.pictures ?? null,
    pending: {
      ...countPending(attempts),
      uploads: (await store.remote?.pending())?.length ?? 0,
    },
  };
  return {
    state,
    problems: problemsOf(
      state,
      damaged.map(({ path }) => store.shownPath(path)),
    ),
  };
}

function countPending(
  attempts: readonly OpenAttempt[],
): Pick<StoreState['pending'], 'inFlight' | 'paid' | 'inBatches' | 'unknown'> {
  const kinds = attempts.map(({ batch, isInFlight, isReceived }) => {
    if (batch !== undefined) return 'inBatches';
    if (isInFlight) return 'inFlight';
    return isReceived ? 'paid' : 'unknown';
  });
  const of = (kind: (typeof kinds)[number]) => kinds.filter((one) => one === kind).length;
  return {
    inFlight: of('inFlight'),
    paid: of('paid'),
    inBatches: of('inBatches'),
    unknown: of('unknown'),
  };
}

/** A pointer has about 130 bytes, and no picture has so few, so only pointers and damage are read. */
const maxPointerBytes = 1024;

async function countLfsPointers(
  pathOf: (path: string) => string,
  { originals, rejected }: StoreListing,
): Promise<number> {
  const small = [...originals, ...rejected].filter(({ bytes }) => bytes <= maxPointerBytes);
  const isPointer = async ({ path }: StoreFile) =>
    isLfsPointer(await readRegular(pathOf(path), maxPointerBytes).catch(() => new Uint8Array()));
  return (await Promise.all(small.map(isPointer))).filter(Boolean).length;
}

function problemsOf(state: StoreState, damaged: readonly string[]): ExaminedProblem[] {
  const { lfsPointers, notCommitted, pending } = state;
  const problem = (severity: ExaminedProblem['severity'], code: string, message: string) => ({
    severity,
    code,
    message,
  });
  return [
    ...damaged.map((path) =>
      problem('error', 'record-damaged', `${path} is damaged: run tintype verify`),
    ),
    ...(lfsPointers === 0
      ? []
      : [
          problem(
            'error',
            'original-damaged',
            `${count(lfsPointers, 'original')} of the store ${lfsPointers === 1 ? 'is a Git LFS pointer' : 'are Git LFS pointers'}: run git lfs install, then git lfs pull`,
          ),
        ]),
    ...(notCommitted === null
      ? []
      : [
          problem(
            'warning',
            'store-not-committed',
            `the store ${notCommitted}, so what is bought exists on this machine only`,
          ),
        ]),
    ...(pending.unknown === 0
      ? []
      : [
          problem(
            'warning',
            'maybe-billed',
            `${count(pending.unknown, 'request')} may have been billed without an answer: tintype plan names them`,
          ),
        ]),
  ];
}
