import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Sha256 } from './types.ts';

/** The sha-256 of a file, read piece by piece. Rejects with the file system's own error. */
export async function hashFile(path: string): Promise<Sha256> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    hash.update(piece as Uint8Array);
  }
  return hash.digest('hex') as Sha256;
}
