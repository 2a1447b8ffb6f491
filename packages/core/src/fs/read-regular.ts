import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/**
 * The bytes of a regular file. Follows links. Never waits for a pipe and never reads a device, because a clone may contain
 * links to either: these reject with `EFTYPE`, a folder with `EISDIR`, a file over `maxBytes` with `EFBIG`, other failures
 * with the file system's own error.
 */
export async function readRegular(path: string, maxBytes = 2 ** 31): Promise<Buffer> {
  const { handle, size } = await openRegular(path);
  try {
    if (size > maxBytes) throw tooLarge();
    return await readWhole(handle, size);
  } finally {
    await handle.close();
  }
}

/**
 * Reads a file that was just opened, up to its size at that time, with one system call less than `readFile`. Rejects with
 * `EFBIG` above 2 GiB.
 */
export async function readWhole(handle: FileHandle, size: number): Promise<Buffer> {
  if (size > 2 ** 31) throw tooLarge();
  const bytes = Buffer.allocUnsafe(size);
  let length = 0;
  while (length < size) {
    const { bytesRead } = await handle.read(bytes, length, size - length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}

/** Like `readRegular`, for callers that cannot wait. */
export function readRegularSync(path: string, maxBytes = 2 ** 31): Buffer {
  const descriptor = openRegularSync(path);
  try {
    if (fstatSync(descriptor).size > maxBytes) throw tooLarge();
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Opens a regular file to read. The caller closes it. `size`: bytes. Rejects as `readRegular`. */
export async function openRegular(
  path: string,
): Promise<{ readonly handle: FileHandle; readonly size: number }> {
  const handle = await open(path, withoutWaiting);
  try {
    // The system knows this of an open file, so nothing waits for a disk.
    const status = fstatSync(handle.fd);
    refuseOthers(status, path);
    return { handle, size: status.size };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Like `openRegular`, for callers that cannot wait. The caller closes the descriptor. */
export function openRegularSync(path: string): number {
  const descriptor = openSync(path, withoutWaiting);
  try {
    refuseOthers(fstatSync(descriptor), path);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function tooLarge(): Error {
  return Object.assign(new Error('EFBIG: file too large'), { code: 'EFBIG' });
}

/** Without this flag, opening a pipe waits for its other end. Windows has neither. */
const withoutWaiting = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

function refuseOthers(status: Stats, path: string): void {
  if (status.isFile()) return;
  const [code, what] = status.isDirectory()
    ? ['EISDIR', 'illegal operation on a directory']
    : ['EFTYPE', 'not a regular file'];
  throw Object.assign(new Error(`${code}: ${what}, open '${path}'`), { code });
}
