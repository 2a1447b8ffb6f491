import type { Protection, StoreFile, StoreListing, UnwantedFile } from '../store/store.ts';
import type { StoreRecord } from '../types.ts';

export interface KeptFile extends UnwantedFile {
  /** Why the file stays although no manifest refers to it. */
  readonly reason: string;
}

export interface PrunePlan {
  readonly remove: readonly UnwantedFile[];
  readonly keep: readonly KeptFile[];
}

export interface PruneRules {
  /** Whether a manifest refers to a request, or may do so later. */
  readonly isWanted: (asked: Pick<StoreRecord, 'key' | 'request'>) => boolean;
  /** The `https:` inputs that manifests name. */
  readonly urls: ReadonlySet<string>;
  readonly protection: Protection;
  readonly now: Date;
}

/**
 * Decides which files of a store to remove, and which to keep although nothing refers to them. Attempts are not among them.
 */
export function planPrune(listing: StoreListing, rules: PruneRules): PrunePlan {
  const { isWanted, urls, now } = rules;
  const protection = protectionOf(listing, rules.protection);
  const remove: UnwantedFile[] = [];
  const keep: KeptFile[] = [];
  const judge = (file: UnwantedFile, reason: string | null): void => {
    if (reason === null) remove.push(file);
    else keep.push({ ...file, reason });
  };

  const removed = new Map<string, StoreRecord>();
  const named = new Set<string>();
  for (const { path, bytes, stored, names } of listing.records) {
    if (stored.kind === 'damaged') continue;
    const { record } = stored;
    if (isWanted(record)) {
      for (const bytesOf of names) named.add(bytesOf);
      continue;
    }
    const createdAt = new Date(record.provenance.createdAt);
    const reason = reasonToKeep({ path, createdAt }, protection);
    judge({ kind: 'record', path, bytes, record }, reason);
    for (const bytesOf of names) {
      if (reason === null) removed.set(bytesOf, record);
      else named.add(bytesOf);
    }
  }

  const isAnyForeign = hasForeignRecord(listing, protection);
  const paid = [
    ...listing.originals.map((file) => ({ ...file, kind: 'original' as const })),
    ...listing.rejected.map((file) => ({ ...file, kind: 'rejected' as const })),
  ];
  for (const { kind, path, bytes, modifiedAt } of paid) {
    if (named.has(path)) continue;
    const record = removed.get(path) ?? null;
    const file = { kind, path, bytes, record };
    // The record is in git. The bytes may be removed only if they are in git, too.
    if (record !== null) judge(file, reasonBytesStay(path, protection));
    else if (isAnyForeign) judge(file, 'records of another branch may name it');
    else if (!isStale(modifiedAt, now)) judge(file, 'it may be about to be recorded');
    else judge(file, reasonToKeep({ path, createdAt: modifiedAt }, protection));
  }

  for (const { path, bytes, modifiedAt, pin } of listing.pins) {
    if (pin === null || urls.has(pin.file)) continue;
    const reason = reasonToKeep({ path, createdAt: modifiedAt }, protection);
    judge({ kind: 'pin', path, bytes, record: null }, reason);
  }

  for (const { path, bytes, stored } of listing.refusals) {
    if (stored.kind === 'damaged' || isWanted(stored.refusal)) continue;
    const createdAt = new Date(stored.refusal.refusedAt);
    const reason = reasonToKeep({ path, createdAt }, protection);
    judge({ kind: 'refusal', path, bytes, record: null }, reason);
  }

  const recorded = new Set(listing.records.map(({ key }) => key));
  for (const { key } of removed.values()) recorded.delete(key);
  for (const { path, bytes, modifiedAt, key } of listing.picks) {
    if (recorded.has(key)) continue;
    judge(
      { kind: 'pick', path, bytes, record: null },
      reasonToKeep({ path, createdAt: modifiedAt }, protection),
    );
  }

  for (const { path, bytes, modifiedAt } of listing.leftovers) {
    if (isStale(modifiedAt, now)) remove.push({ kind: 'leftover', path, bytes, record: null });
  }
  return { remove, keep };
}

/**
 * An unreadable record may refer to any original, and the record of a newer Tintype may have fields that this version does not
 * know.
 */
function protectionOf({ records }: StoreListing, protection: Protection): Protection {
  return records.some(({ stored }) => stored.kind === 'damaged')
    ? { kind: 'unknown', reason: 'a record of the store cannot be read; see tintype verify' }
    : protection;
}

function reasonToKeep(
  { path, createdAt }: { readonly path: string; readonly createdAt: Date },
  protection: Protection,
): string | null {
  switch (protection.kind) {
    case 'unknown':
      return protection.reason;
    case 'git':
      if (isElsewhere(path, protection)) return hasIt;
      return protection.here.has(path)
        ? null
        : 'it is not committed, and another branch may need it';
    case 'age':
      return createdAt < protection.before
        ? null
        : `it is younger than ${protection.before.toISOString().slice(0, 10)}`;
  }
}

/** The bytes of a record that will be removed. */
function reasonBytesStay(path: string, protection: Protection): string | null {
  if (isElsewhere(path, protection)) return hasIt;
  return protection.kind === 'git' && !protection.here.has(path)
    ? 'its record is committed and the picture is not: git could not bring it back'
    : null;
}

const hasIt = 'another branch or tag has it';

function isElsewhere(path: string, protection: Protection): boolean {
  return protection.kind === 'git' && protection.elsewhere.has(path);
}

/**
 * Whether another branch has records that this branch does not have. If originals are not in git, those records may need
 * originals that are here.
 */
function hasForeignRecord({ records }: StoreListing, protection: Protection): boolean {
  if (protection.kind !== 'git') return false;
  const here = new Set(records.map(({ path }) => path));
  return protection.recordsElsewhere.some((path) => !here.has(path));
}

/** Whether the file is too old to belong to a write that is still running. */
function isStale(modifiedAt: StoreFile['modifiedAt'], now: Date): boolean {
  return now.getTime() - modifiedAt.getTime() > 24 * 60 * 60 * 1000;
}
