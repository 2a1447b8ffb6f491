import { createHash } from 'node:crypto';
import { releaseBuffer } from '../release-buffer.ts';
import { openRegular } from './read-regular.ts';
import type { Sha256 } from '../types.ts';

/** The sha-256 of a file, read piece by piece up to its size when it was opened. Rejects as `readRegular`. */
export async function hashFile(path: string): Promise<Sha256> {
  const hash = createHash('sha256');
  const { handle, size } = await openRegular(path);
  const piece = Buffer.allocUnsafeSlow(pieceBytes);
  try {
    for (let left = size; left > 0;) {
      const { bytesRead } = await handle.read(piece, 0, Math.min(left, pieceBytes));
      if (bytesRead === 0) break;
      hash.update(piece.subarray(0, bytesRead));
      left -= bytesRead;
    }
    return hash.digest('hex') as Sha256;
  } finally {
    await handle.close();
    releaseBuffer(piece);
  }
}

const pieceBytes = 256 * 1024;
