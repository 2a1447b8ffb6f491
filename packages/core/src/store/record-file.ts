import * as v from 'valibot';
import { canonicalJson, sha256 } from '../hash.ts';
import { jsonOf } from '../plain-checks.ts';
import { processMark } from '../process/process-mark.ts';
import { inputFile, pictureInfo, requestSchema, usageSchema } from '../request-shape.ts';
import {
  batchName,
  checkShape,
  count,
  fileHandle,
  key,
  line,
  orderHandle,
  orderId,
  parseJson,
  sha256Hash,
  time,
  usd,
} from '../schema.ts';
import type {
  Attempt,
  Batch,
  ContentCredentials,
  InputFile,
  Key,
  OpenAttempt,
  Refusal,
  Stored,
  StoredBatch,
  StoredRefusal,
  StoreRecord,
  Verdict,
} from '../types.ts';
import { isLfsPointer } from '../fs/lfs-pointer.ts';
import { isFurther } from '../is-further.ts';
import { mergeSides } from './merge-sides.ts';

/** The content of a confirmed pick's file. */
interface PickFile {
  readonly version: 1;
  readonly key: Key;
}

/** The content of an `https:` input's file in the store. */
interface PinFile extends InputFile {
  readonly version: 1;
}

const recordVersion = 1;

/** The largest record, attempt or pin that is read, in bytes: a prompt has 32,000 characters at most. */
export const maxNoteBytes = 4_000_000;

/** The largest batch that is read, in bytes. */
export const maxBatchBytes = 200_000_000;

/**
 * Formats a record for the disk, always in the same way and with one field per line, so that a pull request shows what was
 * bought.
 */
export function formatJson(
  value: StoreRecord | Attempt | Batch | PinFile | PickFile | Refusal,
): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Parses a record file. A record that cannot be trusted is damaged, with the reason and how to fix it. */
export function parseRecord(expected: Key, text: string): Stored {
  const name = `the record ${expected.slice(0, 12)}…`;
  const damaged = (what: string): Stored => ({
    kind: 'damaged',
    reason: `${name} ${what}; restore it (git checkout), or buy another picture (take: 2)`,
  });
  if (isLfsPointer(Buffer.from(text)))
    return { kind: 'damaged', reason: `${name} is a Git LFS pointer; run git lfs pull` };
  const sides = mergeSides(text);
  if (sides !== null)
    return (
      olderOf(sides.map((side) => parseRecord(expected, side))) ?? damaged('has merge markers')
    );
  const json = jsonOf(text);
  if (json === undefined) return damaged('is not JSON');
  const version = versionOf(json);
  if (version > recordVersion) {
    const reason = `${name} was written by a newer Tintype (record version ${version}); update Tintype`;
    return { kind: 'damaged', reason };
  }
  const parsed = checkShape(recordSchema, json);
  if (parsed.kind === 'damaged') return damaged(parsed.problem);
  const record = parsed.value as StoreRecord;
  if (record.key !== expected || !isKeyOf(expected, record.request))
    return damaged('does not belong to its request');
  return { kind: 'record', record };
}

/** Two branches bought the same request: the older purchase counts, and both are kept. `null`: one of them is damaged. */
function olderOf(sides: readonly Stored[]): Stored | null {
  const records = sides.flatMap((side) => (side.kind === 'record' ? [side.record] : []));
  const [record, other] = records.toSorted(byAge);
  return record === undefined || other === undefined ? null : { kind: 'record', record, other };
}

/** Oldest first. Records with the same time are ordered by their bytes' hash, so that every machine chooses the same one. */
function byAge(a: StoreRecord, b: StoreRecord): number {
  const [one, two] = [a, b].map(
    ({ provenance, original }) => provenance.createdAt + original.sha256,
  );
  return one! < two! ? -1 : 1;
}

/** A record that the file system cannot read. */
export function unreadableRecord(expected: Key, why: string): Stored {
  return {
    kind: 'damaged',
    reason: `the record ${expected.slice(0, 12)}… cannot be read (${why}); check its permissions and the disk`,
  };
}

/**
 * Parses an attempt's file; `null`: there is none. Nothing from a damaged file is used. `expected`: the key in the file's name.
 * An attempt with another key is damaged.
 */
export function parseAttempt(
  expected: Key,
  text: string | null,
): Pick<OpenAttempt, 'note' | 'damage'> {
  const damaged = (damage: string) => ({ note: null, damage });
  if (text === null) return damaged('is missing');
  if (text === '') return damaged('is empty');
  const json = jsonOf(text);
  if (json === undefined) return damaged('is not JSON');
  const version = versionOf(json);
  if (version > recordVersion)
    return damaged(`was written by a newer Tintype (version ${version})`);
  const parsed = checkShape(attemptSchema, json);
  if (parsed.kind === 'damaged') return damaged(parsed.problem);
  const attempt = parsed.value as Attempt;
  return attempt.key === expected && isKeyOf(expected, attempt.request)
    ? { note: attempt, damage: null }
    : damaged('does not belong to its request');
}

/** `name`: the one that the file is named after. Nothing from a damaged file is used. */
export function parseBatch(name: string, text: string): StoredBatch {
  const damaged = (what: string): StoredBatch => ({
    kind: 'damaged',
    name,
    reason: `the batch ${name} ${what}; its pictures were ordered and may be billed. Restore it (git checkout), or run tintype batch collect where it was submitted`,
  });
  // Both sides of a merge conflict are about one batch, and the one that knows more is right.
  const sides = mergeSides(text)?.map((side) => parseBatch(name, side));
  if (sides !== undefined) {
    const notes = sides.flatMap((side) => (side.kind === 'batch' ? [side.batch] : []));
    const [batch, other] = notes;
    if (batch === undefined) return damaged('has merge markers');
    return {
      kind: 'batch',
      batch: other !== undefined && isFurther(other, batch) ? other : batch,
    };
  }
  const parsed = parseJson(batchSchema, text);
  if (parsed.kind === 'damaged') return damaged(parsed.problem);
  const batch = parsed.value as Batch;
  const keys = new Set(batch.lines.map(({ key }) => key));
  const isWhole =
    batch.name === name &&
    keys.size === batch.lines.length &&
    batch.lines.every((it) => it.batch === name && isKeyOf(it.key, it.request));
  return isWhole ? { kind: 'batch', batch } : damaged('does not belong to its requests');
}

/** `expected`: the key that the file is named after. */
export function parseRefusal(expected: Key, text: string): StoredRefusal {
  const damaged = (what: string): StoredRefusal => ({
    kind: 'damaged',
    reason: `the refusal ${expected.slice(0, 12)}… ${what}, and another request may be billed again; restore it (git checkout), or remove the file to request it again`,
  });
  // Both sides of a merge conflict are refusals, so either will do.
  const sides = mergeSides(text)?.map((side) => parseRefusal(expected, side));
  if (sides !== undefined)
    return sides.find(({ kind }) => kind === 'refusal') ?? damaged('has merge markers');
  const parsed = parseJson(refusalSchema, text);
  if (parsed.kind === 'damaged') return damaged(parsed.problem);
  const refusal = parsed.value as Refusal;
  return refusal.key === expected && isKeyOf(expected, refusal.request)
    ? { kind: 'refusal', refusal }
    : damaged('does not belong to its request');
}

/** `null`: damaged. `urlHash`: the sha-256 that the file is named after. */
export function parsePin(urlHash: string, text: string): InputFile | null {
  // Both sides of a merge conflict describe the input at some time, so either will do.
  const sides = mergeSides(text);
  if (sides !== null) return parsePin(urlHash, sides[0]) ?? parsePin(urlHash, sides[1]);
  const parsed = checkShape(pinSchema, jsonOf(text));
  if (parsed.kind === 'damaged') return null;
  const { file, sha256: hash, info } = parsed.value;
  return sha256(file) === urlHash ? { file, sha256: hash, info } : null;
}

const verdict = v.picklist(['valid', 'invalid', 'unknown'] satisfies Verdict[]);

/** In the order of `recordOf`, so that a record that is read and written again is the same file. */
const recordSchema = v.object({
  version: v.literal(recordVersion),
  key,
  request: requestSchema,
  // Bytes that are not a picture have no size.
  original: v.object({
    sha256: sha256Hash,
    bytes: count(),
    ...pictureInfo.entries,
    width: count(100_000),
    height: count(100_000),
  }),
  contentCredentials: v.optional(
    v.object({
      claimGenerator: v.nullable(line(400)),
      signer: v.nullable(line(400)),
      digitalSourceType: v.nullable(line(400)),
      actions: v.pipe(v.array(line(400)), v.maxLength(50)),
      signature: verdict,
      picture: verdict,
      problem: v.optional(line(400)),
    } satisfies Record<keyof ContentCredentials, v.GenericSchema>),
  ),
  rejected: v.optional(v.pipe(v.string(), v.maxLength(10_000))),
  boughtFor: v.optional(
    v.object({ id: line(1000), manifest: line(4096), isPicked: v.optional(v.literal(true)) }),
  ),
  usage: usageSchema,
  costUsd: v.nullable(usd),
  provenance: v.object({
    batch: v.optional(batchName),
    order: v.optional(orderId),
    requestId: v.nullable(v.pipe(v.string(), v.maxLength(1000))),
    createdAt: time,
    tintype: line(64),
  }),
});

const attemptSchema = v.object({
  version: v.literal(1),
  key,
  imageId: line(1000),
  manifest: v.optional(v.pipe(v.string(), v.maxLength(4096)), ''),
  isPicked: v.optional(v.literal(true)),
  order: v.optional(v.union([v.literal(''), orderId]), ''),
  process: v.optional(processMark),
  request: requestSchema,
  startedAt: time,
  outcome: v.nullable(v.pipe(v.string(), v.maxLength(10_000))),
  requestId: v.nullable(v.pipe(v.string(), v.maxLength(1000))),
  usage: usageSchema,
  anyFormat: v.optional(v.literal(true)),
  predictionId: v.optional(orderHandle),
  batch: v.optional(batchName),
  endedBatch: v.optional(batchName),
} satisfies Record<keyof Attempt, v.GenericSchema>);

const batchSchema = v.object({
  version: v.literal(1),
  name: batchName,
  provider: line(100),
  lines: v.pipe(v.array(attemptSchema), v.minLength(1), v.maxLength(50_000)),
  account: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/))),
  fileId: v.nullable(fileHandle),
  batchId: v.nullable(fileHandle),
  dueAt: v.nullable(time),
  reservedUsd: v.nullable(usd),
} satisfies Record<keyof Batch, v.GenericSchema>);

const refusalSchema = v.object({
  version: v.literal(1),
  key,
  request: requestSchema,
  reason: line(10_000),
  requestId: v.nullable(v.pipe(v.string(), v.maxLength(1000))),
  refusedAt: time,
  batch: v.optional(batchName),
} satisfies Record<keyof Refusal, v.GenericSchema>);

const pinSchema = v.object({
  version: v.literal(1),
  ...inputFile.entries,
  file: v.pipe(inputFile.entries.file, v.startsWith('https://')),
});

function isKeyOf(expected: Key, request: unknown): boolean {
  try {
    return sha256(canonicalJson(request)) === expected;
  } catch {
    return false;
  }
}

/** 0 if the file has no version. */
function versionOf(json: unknown): number {
  const parsed = checkShape(v.looseObject({ version: count() }), json);
  return parsed.kind === 'value' ? parsed.value.version : 0;
}
