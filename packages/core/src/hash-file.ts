import { createHash } from 'node:crypto';
import { openRegular } from './read-regular.ts';
import type { Sha256 } from './types.ts';

/** The sha-256 of a file, read piece by piece. Rejects as `readRegular`. */
export async function hashFile(path: string): Promise<Sha256> {
  const hash = createHash('sha256');
  const { handle } = await openRegular(path);
  for await (const piece of handle.createReadStream({ highWaterMark: 256 * 1024 })) {
    hash.update(piece as Uint8Array);
  }
  return hash.digest('hex') as Sha256;
}
