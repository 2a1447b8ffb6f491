/**
 * One temporary folder for all tests of a run, removed when it ends. It is in memory where there is room: the tests flush
 * tens of thousands of files, which costs a disk more than half of the suite's time (measured 2026-11-28).
 */
import { chmodSync, mkdtempSync, realpathSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const memory = '/dev/shm';
/** A run takes less than 1 GiB. A container may give 64 MB. */
const neededBytes = 2 * 1024 ** 3;

export default function setUp(): () => void {
  // macOS's temporary folder is a link. Programs see the real path of their working folder, and tests compare it.
  const folder = realpathSync(mkdtempSync(join(hasRoom(memory) ? memory : tmpdir(), 'tintype-')));
  // Root starts PostgreSQL as another user, who must reach its folder in this one.
  if (process.getuid?.() === 0) chmodSync(folder, 0o711);
  process.env['TMPDIR'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

function hasRoom(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize > neededBytes;
  } catch {
    return false;
  }
}
