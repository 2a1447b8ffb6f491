import { closeSync, constants, fstatSync, readSync, statSync } from 'node:fs';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openRegularSync } from '../fs/read-regular.ts';
import { replaceFile, visibleName } from '../fs/write-atomic.ts';
import { jsonOf } from '../plain-checks.ts';
import type { Sha256 } from '../types.ts';
import {
  cacheLayout,
  type CacheEntry,
  formatLine,
  type IndexLine,
  readLine,
} from './cache-layout.ts';

/**
 * The index of the cache, in memory and on the disk: the entry of each key. Reading throws the file system's own errors, except
 * for a missing index.
 */
export interface CacheIndex {
  /** If the key is unknown, first reads the lines that any process has added to the index since the last read. */
  readonly find: (key: Sha256) => CacheEntry | null;
  /** The same, but reads the index only if this process has not read it yet. */
  readonly findKnown: (key: Sha256) => CacheEntry | null;
  /** All entries, each with the day of its last use. */
  readonly all: () => ReadonlyMap<Sha256, Used<CacheEntry>>;
  /** The number of lines that cannot be parsed, for example because a crash cut them short. */
  readonly damagedLines: () => number;
  /** Adds entries to the index, in one write; `null` removes a key. Rejects with the file system's own error. */
  readonly add: (entries: readonly (readonly [Sha256, CacheEntry | null])[]) => Promise<void>;
  /**
   * Records today as the last use of each key that was found since the index was opened. Compacts the index if needed.
   */
  readonly close: () => Promise<void>;
  /** Writes the whole index again, with one line per key. */
  readonly compact: () => Promise<void>;
}

interface Used<Entry> {
  readonly entry: Entry;
  readonly day: number;
}

/** The index below a folder, which need not exist. It is read at the first use. */
export function openCacheIndex(cacheDir: string): CacheIndex {
  const path = cacheLayout.index(cacheDir);
  const today = () => Math.floor(Date.now() / dayMs);
  const entries = new Map<Sha256, Used<CacheEntry>>();
  const found = new Set<Sha256>();
  let readTo: ReadTo = { ino: 0, offset: 0 };
  let lines = 0;
  let damaged = 0;
  let hasRead = false;

  const refresh = () => {
    hasRead = true;
    const tail = readTail(path, readTo);
    if (tail === null) return;
    if (tail.isWhole) {
      entries.clear();
      lines = 0;
      damaged = 0;
    }
    readTo = tail.readTo;
    const read = parseLines(tail.text);
    lines += read.lines.length;
    damaged += read.damaged;
    read.lines.forEach(apply);
  };

  const apply = ({ key, day, entry }: IndexLine) => {
    const before = entries.get(key);
    if (entry === null) entries.delete(key);
    else if (entry !== undefined) entries.set(key, { entry, day });
    else if (before !== undefined) entries.set(key, { ...before, day });
  };

  const append = async (added: readonly IndexLine[]) => {
    if (added.length === 0) return;
    await mkdir(dirname(path), { recursive: true });
    const text = added.map((line) => `\n${formatLine(line)}`).join('');
    await appendFile(path, text, { flag: appending });
  };

  const compact = async () => {
    refresh();
    const lines = [...entries].map(([key, { day, entry }]) => formatLine({ key, day, entry }));
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, visibleName(path), async (temporary) => {
      await writeFile(temporary, lines.map((line) => `\n${line}`).join(''), { flag: 'wx' });
      // Lines that were appended meanwhile are kept. Files whose lines are appended between here and the rename are encoded
      // again.
      const since = readTail(path, readTo);
      if (since !== null) await appendFile(temporary, since.text);
    });
  };

  const use = (key: Sha256): CacheEntry | null => {
    const entry = entries.get(key)?.entry ?? null;
    if (entry !== null) found.add(key);
    return entry;
  };

  return {
    find: (key) => {
      if (!entries.has(key)) refresh();
      return use(key);
    },

    findKnown: (key) => {
      if (!hasRead) refresh();
      return use(key);
    },

    all: () => {
      refresh();
      return entries;
    },

    damagedLines: () => {
      refresh();
      return damaged;
    },

    add: async (added) => {
      const day = today();
      const lines = added.map(([key, entry]) => ({ key, day, entry }));
      await append(lines);
      lines.forEach(apply);
    },

    close: async () => {
      // Nothing was read, so there is nothing to record.
      if (readTo.ino === 0 && entries.size === 0) return;
      const day = today();
      const stale = [...found].filter((key) => (entries.get(key)?.day ?? day) < day);
      found.clear();
      await append(stale.map((key) => ({ key, day, entry: undefined })));
      refresh();
      if (damaged > 0 || lines > 2 * entries.size + spareLines) await compact();
    },

    compact,
  };
}

/** Opening fails if the index is a link, or a pipe, because opening a pipe for writing would wait for a reader. */
const appending =
  constants.O_APPEND |
  constants.O_CREAT |
  constants.O_WRONLY |
  (constants.O_NONBLOCK ?? 0) |
  (constants.O_NOFOLLOW ?? 0);

const dayMs = 24 * 60 * 60 * 1000;

/** A small index is not worth compacting. */
const spareLines = 1000;

/** How far an index was read. */
interface ReadTo {
  readonly ino: number;
  readonly offset: number;
}

interface Tail {
  readonly text: string;
  readonly readTo: ReadTo;
  /** The index was read from its beginning, so everything known before is out of date. */
  readonly isWhole: boolean;
}

/**
 * The part of an index after the position that was read so far; the whole index if another file has its name now. `null`: there
 * is no index.
 */
function readTail(path: string, { ino, offset }: ReadTo): Tail | null {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined || (status.ino === ino && status.size === offset)) return null;
  const descriptor = openRegularSync(path);
  try {
    const opened = fstatSync(descriptor);
    const isWhole = opened.ino !== ino || opened.size < offset;
    const from = isWhole ? 0 : offset;
    const bytes = Buffer.allocUnsafe(opened.size - from);
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(descriptor, bytes, length, bytes.length - length, from + length);
      if (read === 0) break;
      length += read;
    }
    const text = bytes.toString('utf8', 0, length);
    return { text, readTo: { ino: opened.ino, offset: from + length }, isWhole };
  } finally {
    closeSync(descriptor);
  }
}

function parseLines(text: string): {
  readonly lines: readonly IndexLine[];
  readonly damaged: number;
} {
  const written = text.split('\n').filter((line) => line !== '');
  // Parsing all lines at once takes a sixth of the time. They are parsed one by one only if one of them is damaged.
  const values = jsonOf(`[${written.join(',')}]`) ?? written.map(jsonOf);
  const lines = (values as readonly unknown[]).map(readLine);
  const whole = lines.filter((line) => line !== null);
  return { lines: whole, damaged: lines.length - whole.length };
}
