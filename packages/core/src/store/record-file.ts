import { canonicalJson, sha256 } from '../hash.ts';
import type { Attempt, InputFile, Key, Stored, StoreRecord } from '../types.ts';
import { isLfsPointer } from './lfs-pointer.ts';

/** An `https:` input as it stands on disk. */
interface PinFile extends InputFile {
  readonly version: 1;
}

const recordVersion = 1;

/** A record as it stands on disk: stable, one field a line, so that a pull request shows what was bought. */
export function formatJson(value: StoreRecord | Attempt | PinFile): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** What a record file says; one that cannot be trusted is damaged, with the reason and the way out. */
export function parseRecord(key: Key, text: string): Stored {
  const damaged = (what: string): Stored => ({
    kind: 'damaged',
    reason: `the record ${key.slice(0, 12)}… ${what}; restore it (git checkout), or ask for another take`,
  });
  if (isLfsPointer(Buffer.from(text))) {
    const reason = `the record ${key.slice(0, 12)}… is a Git LFS pointer; run git lfs pull`;
    return { kind: 'damaged', reason };
  }
  const record = parseJson(text) as Partial<StoreRecord> | null;
  if (typeof record !== 'object' || record === null) return damaged('is no JSON');
  const version: unknown = record.version;
  if (typeof version === 'number' && version > recordVersion) {
    return {
      kind: 'damaged',
      reason: `the record ${key.slice(0, 12)}… was written by a newer Tintype (record version ${version}); update Tintype`,
    };
  }
  if (version !== recordVersion) return damaged('has no version');
  if (!hasOriginal(record)) return damaged('does not say which original it is of');
  if (!hasFacts(record)) return damaged('does not say when it was bought and for how much');
  if (record.key !== key || !isKeyOf(key, record.request))
    return damaged('is not the one of its request');
  return { kind: 'record', record: record as StoreRecord };
}

/** A record that the file system does not give. */
export function unreadableRecord(key: Key, why: string): Stored {
  return {
    kind: 'damaged',
    reason: `the record ${key.slice(0, 12)}… cannot be read (${why}); see to its permissions, or to the disk`,
  };
}

/** `null` for what is no attempt: it says nothing, and stands in nobody's way. */
export function parseAttempt(text: string): Attempt | null {
  const attempt = parseJson(text) as Partial<Attempt> | null;
  return typeof attempt === 'object' && attempt?.version === 1 && typeof attempt.key === 'string'
    ? (attempt as Attempt)
    : null;
}

export function parsePin(text: string): InputFile | null {
  const pin = parseJson(text) as Partial<PinFile> | null;
  if (typeof pin !== 'object' || pin?.version !== 1) return null;
  const { file, sha256: hash, info } = pin;
  return typeof file === 'string' && isHash(hash) && typeof info === 'object' && info !== null
    ? { file, sha256: hash!, info }
    : null;
}

/** Whether the text is a sha-256 in lower-case hex. */
export function isHash(text: unknown): boolean {
  return typeof text === 'string' && /^[0-9a-f]{64}$/.test(text);
}

function hasOriginal({ original }: Partial<StoreRecord>): boolean {
  return (
    typeof original === 'object' &&
    original !== null &&
    isHash(original.sha256) &&
    /^[a-z0-9]{1,8}$/.test(original.format) &&
    [original.width, original.height, original.bytes].every((count) => Number.isSafeInteger(count))
  );
}

function hasFacts({ costUsd, provenance }: Partial<StoreRecord>): boolean {
  return (
    (costUsd === null || typeof costUsd === 'number') &&
    typeof provenance === 'object' &&
    provenance !== null &&
    typeof provenance.createdAt === 'string'
  );
}

function isKeyOf(key: Key, request: unknown): boolean {
  try {
    return sha256(canonicalJson(request)) === key;
  } catch {
    return false;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
