import { readRegular } from '../fs/read-regular.ts';
import { sha256 } from '../hash.ts';
import type { Sha256 } from '../types.ts';
import { cacheLayout } from './cache-layout.ts';

/** The bytes of a file that the cache has, by their hash; `null`: it does not have them. */
export async function readContent(cacheDir: string, digest: Sha256): Promise<Uint8Array | null> {
  const bytes = await readRegular(cacheLayout.file(cacheDir, digest)).catch(() => null);
  return bytes !== null && sha256(bytes) === digest ? bytes : null;
}
