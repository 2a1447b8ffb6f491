import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The partial pictures of one request, for a person to look at. */
export interface PartialPictures {
  /** Resolves to the absolute path of a file; `null`: they are not a picture, or cannot be written. */
  readonly save: (bytes: Uint8Array) => Promise<string | null>;
  /** Removes the files. Never rejects. */
  readonly discard: () => Promise<void>;
}

/** Keeps them in a folder of their own that only this user can read. If the request fails, they stay, because they were paid for. */
export function partialPictures(): PartialPictures {
  let folder: string | null = null;
  let count = 0;
  return {
    async save(bytes) {
      const extension = extensionOf(bytes);
      if (extension === null) return null;
      try {
        folder ??= await mkdtemp(join(tmpdir(), 'tintype-partial-'));
        const file = join(folder, `${++count}.${extension}`);
        await writeFile(file, bytes);
        return file;
      } catch {
        return null;
      }
    },
    async discard() {
      if (folder !== null) await rm(folder, { recursive: true, force: true }).catch(() => {});
    },
  };
}

/** Judged by the first bytes; `null`: another file, which nothing may open as a picture. */
function extensionOf(bytes: Uint8Array): string | null {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (start.startsWith('\u0089PNG')) return 'png';
  if (start.startsWith('\u00ff\u00d8\u00ff')) return 'jpg';
  return start.startsWith('RIFF') && start.slice(8) === 'WEBP' ? 'webp' : null;
}
