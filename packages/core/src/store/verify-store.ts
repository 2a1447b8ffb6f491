import { slashed } from '../fs/slashed.ts';
import pLimit from 'p-limit';
import type { Key, OpenAttempt, Sha256, StoredBatch, StoreRecord } from '../types.ts';
import type { VerifyFinding } from '../verify-finding.ts';
import { layout } from './layout.ts';
import { boughtOnTwoBranches, bytesPath, recordsIn } from './list-store.ts';
import type { Store, StoreFile, StoreListing, VerifiedStore } from './store.ts';

/** A file with paid bytes, as a listing has it. */
export interface ListedFile {
  readonly path: string;
  /** What its bytes should hash to. */
  readonly sha256: Sha256;
  readonly bytes: number;
}

/** The result of checking a path that records name. */
export type BytesCheck =
  | { readonly kind: 'hashed'; readonly sha256: Sha256; readonly bytes: number }
  | { readonly kind: 'lfs-pointer' }
  /** `remote`: the label of the remote that was asked; none for the folder. */
  | { readonly kind: 'missing'; readonly remote?: string }
  /** Not on this machine, and not looked for in the remote. */
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'unreadable'; readonly reason: string; readonly remote?: string };

/** Checks bytes that a record names and the listing does not have. */
export type CheckElsewhere = (record: StoreRecord) => Promise<BytesCheck>;

/**
 * `Store.verify` for any store, a few files at a time. `check` checks bytes that are listed, `checkElsewhere` those that are not.
 */
export async function verifyStore(
  { list, attempts, batches }: Pick<Store, 'list' | 'attempts' | 'batches'>,
  check: (file: ListedFile) => Promise<BytesCheck>,
  checkElsewhere: CheckElsewhere = async () => ({ kind: 'missing' }),
): Promise<VerifiedStore> {
  const listing = await list();
  const named = namedFiles(listing);
  const checks = await checkAll([...named.values()], check, checkElsewhere);
  const findings = [
    ...listing.records.flatMap(({ path, key, stored }) =>
      stored.kind === 'damaged'
        ? [finding('error', 'record-damaged', path, stored.reason, key)]
        : stored.other === undefined
          ? []
          : [finding('note', 'bought-twice', path, boughtOnTwoBranches(path), key)],
    ),
    ...[...checks].flatMap(([file, check]) => originalFindings(file, check, named, checks)),
    ...unnamedFindings(listing, named),
    ...otherFindings(listing),
    ...attemptFindings([...(await attempts()).values()].filter(({ batch }) => batch === undefined)),
    ...(await batches()).map(batchFinding),
  ];
  const there = [...checks.values()].filter((check) => check.kind === 'hashed');
  return {
    findings: findings.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)),
    records: listing.records.length,
    originals: {
      files: there.length,
      bytes: there.reduce((sum, { bytes }) => sum + bytes, 0),
    },
    unchecked: [...checks.values()].filter(({ kind }) => kind === 'elsewhere').length,
  };
}

/** A file that records name. It may be missing. */
interface NamedFile {
  readonly path: string;
  readonly sha256: Sha256;
  /** Never empty. */
  readonly records: readonly StoreRecord[];
  readonly bytes: number | null;
}

function namedFiles({ records, originals, rejected }: StoreListing): Map<string, NamedFile> {
  const sizes = new Map([...originals, ...rejected].map(({ path, bytes }) => [path, bytes]));
  const naming = Map.groupBy(
    records.flatMap(({ stored }) => recordsIn(stored)),
    bytesPath,
  );
  const named = [...naming].map(([path, by]): [string, NamedFile] => {
    const { sha256 } = by.at(-1)!.original;
    return [path, { path, sha256, records: by, bytes: sizes.get(path) ?? null }];
  });
  return new Map(named);
}

async function checkAll(
  files: readonly NamedFile[],
  check: (file: ListedFile) => Promise<BytesCheck>,
  checkElsewhere: CheckElsewhere,
): Promise<Map<NamedFile, BytesCheck>> {
  const limit = pLimit(8);
  const checkOne = async ({ path, sha256, records, bytes }: NamedFile): Promise<BytesCheck> =>
    bytes === null ? checkElsewhere(records[0]!) : check({ path, sha256, bytes });
  const checks = await Promise.all(
    files.map((file) => limit(async () => [file, await checkOne(file)] as const)),
  );
  return new Map(checks);
}

function originalFindings(
  file: NamedFile,
  check: BytesCheck,
  named: ReadonlyMap<string, NamedFile>,
  checks: ReadonlyMap<NamedFile, BytesCheck>,
): VerifyFinding[] {
  const [record] = file.records;
  const isRejected = record!.rejected !== undefined;
  const restore = isRejected
    ? 'restore it (git checkout); it was never usable, and nothing is made of it'
    : 'restore it (git checkout, git lfs pull), or buy another picture (take: 2)';
  const say = (message: string, isMissing = false): VerifyFinding[] => {
    const code =
      `${isRejected ? 'rejected' : 'original'}-${isMissing ? 'missing' : 'damaged'}` as const;
    return file.records.map(({ key }) => finding('error', code, file.path, message, key));
  };

  switch (check.kind) {
    case 'elsewhere':
      return [];
    case 'missing':
      return check.remote === undefined
        ? say(`is missing, and its record says that it was paid for; ${restore}`, true)
        : say(
            `is missing in ${check.remote}, and its record says that it was paid for; run tintype push on a machine that has it, or buy another picture (take: 2)`,
            true,
          );
    case 'unreadable':
      if (check.remote !== undefined) return say(`could not be fetched: ${check.reason}`);
      return say(`cannot be read (${check.reason}); check its permissions and the disk`);
    case 'lfs-pointer':
      return say('is a Git LFS pointer and not the picture; run git lfs pull');
    case 'hashed':
  }
  if (check.sha256 === file.sha256) {
    return file.records
      .filter(({ original }) => original.bytes !== check.bytes)
      .map(({ key, original }) => {
        const message = `is complete with ${check.bytes} bytes, but its record ${key.slice(0, 12)}… says ${original.bytes}: the record was changed; restore it (git checkout)`;
        return finding('error', 'record-damaged', file.path, message, key);
      });
  }
  return say(`${damageOf(file, check, named, checks)}; ${restore}`);
}

/** Words for what happened to bytes that do not match their record. */
function damageOf(
  file: NamedFile,
  check: Extract<BytesCheck, { kind: 'hashed' }>,
  named: ReadonlyMap<string, NamedFile>,
  checks: ReadonlyMap<NamedFile, BytesCheck>,
): string {
  if (check.bytes === 0) return 'is empty';
  const owner = [...named.values()].find(({ sha256 }) => sha256 === check.sha256);
  if (owner !== undefined) {
    const other = checks.get(owner);
    const isSwapped = other?.kind === 'hashed' && other.sha256 === file.sha256;
    return isSwapped
      ? `holds the bytes of ${owner.path}, which holds the bytes of this file: exchange the two files`
      : `holds the bytes of ${owner.path}`;
  }
  const expected = file.records[0]!.original.bytes;
  if (check.bytes < expected) return `is cut short: ${check.bytes} of ${expected} bytes`;
  if (check.bytes > expected) return `is too long: ${check.bytes} bytes instead of ${expected}`;
  return `is damaged: it is as long as it should be and hashes to ${check.sha256.slice(0, 12)}…`;
}

/** Paid bytes that no record names. This is not an error, because no page needs them. */
function unnamedFindings(
  { records, originals, rejected }: StoreListing,
  named: ReadonlyMap<string, NamedFile>,
): VerifyFinding[] {
  const isOpen = records.some(({ stored }) => stored.kind === 'damaged');
  const what = isOpen
    ? 'is named by no record that can be read: keep it until the damaged records are restored'
    : 'is named by no record: nothing is made of it, and tintype prune removes it';
  return [...originals, ...rejected]
    .filter(({ path }) => !named.has(path))
    .map(({ path }) => finding('note', 'original-unnamed', path, what));
}

function otherFindings({ pins, refusals, leftovers, foreign }: StoreListing): VerifyFinding[] {
  const note = (code: VerifyFinding['code'], message: string) => (file: StoreFile) =>
    finding('note', code, file.path, message);
  return [
    ...pins
      .filter(({ pin }) => pin === null)
      .map(
        note(
          'pin-damaged',
          'does not say what an https: input was; restore it (git checkout), or it is fetched again',
        ),
      ),
    ...refusals.flatMap(({ path, key, stored }) =>
      stored.kind === 'damaged'
        ? [finding('error', 'refusal-damaged', path, stored.reason, key)]
        : [],
    ),
    ...leftovers.map(
      note('not-ours', 'was left by a write that did not end; tintype prune removes it'),
    ),
    ...foreign.map(
      note('not-ours', 'does not belong to the store: Tintype neither reads nor removes it'),
    ),
  ];
}

function batchFinding(stored: StoredBatch): VerifyFinding {
  const { name } = stored.kind === 'batch' ? stored.batch : stored;
  const path = slashed(layout.batch('', name));
  if (stored.kind === 'damaged') return finding('error', 'batch-damaged', path, stored.reason);
  const { lines, dueAt } = stored.batch;
  const due = dueAt === null ? '' : `, due by ${dueAt}`;
  const message = `orders ${lines.length === 1 ? '1 picture' : `${lines.length} pictures`}${due}; run tintype batch collect`;
  return {
    ...finding('note', 'batch-open', path, message),
    imageIds: [...new Set(lines.map(({ imageId }) => imageId))],
  };
}

/** Attempts that no running process works on. */
function attemptFindings(attempts: readonly OpenAttempt[]): VerifyFinding[] {
  const findings: VerifyFinding[] = [];
  for (const { key, note, damage, isReceived, isAnswerDamaged, isInFlight } of attempts) {
    if (isInFlight) continue;
    if (isAnswerDamaged) {
      const message =
        'is not a regular file, but the answer to a paid request was here: restore the file; its picture is not requested again';
      findings.push(
        finding('error', 'attempt-damaged', slashed(layout.received('', key)), message, key),
      );
      continue;
    }
    const path = slashed(isReceived ? layout.received('', key) : layout.attempt('', key));
    if (note === null) {
      const message = isReceived
        ? `holds the answer to a paid request, and its note ${damage}: keep the file; the next run that needs this picture records it at no cost`
        : `${damage}; the request that it was about may have been billed`;
      findings.push(finding('error', 'attempt-damaged', path, message, key));
      continue;
    }
    const message = isReceived
      ? `was requested at ${note.startedAt} and its picture is here: the next run that may buy records it at no cost`
      : `was requested at ${note.startedAt} with an unknown outcome, and may have been billed: the next run that may buy requests it again`;
    findings.push({
      ...finding('note', 'attempt-left', slashed(layout.attempt('', key)), message, key),
      imageIds: [note.imageId],
    });
  }
  return findings;
}

function finding(
  severity: VerifyFinding['severity'],
  code: VerifyFinding['code'],
  path: string,
  message: string,
  key?: Key,
): VerifyFinding {
  return { severity, code, path, message, ...(key === undefined ? {} : { key }) };
}
