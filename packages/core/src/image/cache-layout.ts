import { join } from 'node:path';
import type { Preview, Sha256 } from '../types.ts';

/**
 * The cache on disk. `v1` changes when it does; all of it may be deleted at any time.
 *
 *     <cacheDir>/v1/
 *       entries/ab/<key>.json    what a key became: {"bytes":48211,"sha256":"cd…"} for a file,
 *                                {"placeholder":"data:…","color":"#c8a77b"} for a picture's preview
 *       files/cd/<sha256>        a file's bytes, by content; its modification time is its last use, to the day
 *
 * A file is written before the entry that names it, each under a temporary name first: whoever else writes here at the
 * same time, or is killed while writing, an entry names whole bytes or is a miss.
 */
export const cacheLayout = {
  entriesDir: (cacheDir: string): string => join(cacheDir, 'v1', 'entries'),
  filesDir: (cacheDir: string): string => join(cacheDir, 'v1', 'files'),
  entry: (cacheDir: string, key: Sha256): string =>
    join(cacheDir, 'v1', 'entries', key.slice(0, 2), `${key}.json`),
  file: (cacheDir: string, digest: Sha256): string =>
    join(cacheDir, 'v1', 'files', digest.slice(0, 2), digest),
} as const;

export interface FileEntry {
  readonly bytes: number;
  readonly sha256: Sha256;
}

/** What an entry's text says; `null` for what is no entry. */
export function parseEntry(text: string): FileEntry | Preview | null {
  try {
    const entry: unknown = JSON.parse(text);
    return isFileEntry(entry) || isPreviewEntry(entry) ? entry : null;
  } catch {
    return null;
  }
}

export function isFileEntry(entry: unknown): entry is FileEntry {
  return (
    isRecord(entry) &&
    Number.isSafeInteger(entry['bytes']) &&
    typeof entry['sha256'] === 'string' &&
    /^[0-9a-f]{64}$/.test(entry['sha256'])
  );
}

export function isPreviewEntry(entry: unknown): entry is Preview {
  return isRecord(entry) && isStringOrNull(entry['placeholder']) && isStringOrNull(entry['color']);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isStringOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}
