import { createHash } from 'node:crypto';
import { releaseBuffer } from '../release-buffer.ts';
import { openRegular } from './read-regular.ts';
import type { Sha256 } from '../types.ts';

/** The sha-256 of a file, read piece by piece. Rejects as `readRegular`. */
export async function hashFile(path: string): Promise<Sha256> {
  const hash = createHash('sha256');
  const { handle } = await openRegular(path);
  const piece = Buffer.allocUnsafeSlow(pieceBytes);
  try {
    for (;;) {
      const { bytesRead } = await handle.read(piece);
      if (bytesRead === 0) return hash.digest('hex') as Sha256;
      hash.update(piece.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
    releaseBuffer(piece);
  }
}

const pieceBytes = 256 * 1024;
