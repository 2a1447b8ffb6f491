import type { Sha256 } from '@tintype/core';
import pLimit from 'p-limit';
import type { ProjectReader } from './project-reader.ts';
import type { SheetReading } from './read-sheet.ts';
import type { PictureRequest, SheetSource } from './sheet-handler.ts';

export interface PictureQueue {
  readonly picture: SheetSource['picture'];
  /** Waits until no picture is being read or encoded. */
  readonly settled: () => Promise<void>;
}

/**
 * Reads and encodes a few of the page's pictures at a time. A picture that scrolled out of sight before its turn is skipped.
 * `signal`: the server is closing.
 */
export function pictureQueue(read: ProjectReader['read'], signal: AbortSignal): PictureQueue {
  const limit = pLimit(picturesAtOnce);
  const running = new Set<Promise<unknown>>();
  return {
    picture: (hash, request, isWanted) => {
      const drawn = limit(async () => {
        if (signal.aborted || !isWanted()) return null;
        const { reading, earlier } = await read();
        const bytes = reading === null ? null : await bytesOf(reading, hash, request);
        return bytes ?? (earlier === null ? null : bytesOf(earlier, hash, request));
      });
      const settled = drawn.finally(() => running.delete(settled));
      running.add(settled);
      return settled;
    },
    settled: async () => {
      await Promise.allSettled(running);
    },
  };
}

/** Reading and encoding have queues of their own. This limit only keeps the order in which the page asks. */
const picturesAtOnce = 8;

function bytesOf(
  reading: SheetReading,
  hash: Sha256,
  request: PictureRequest,
): Promise<Uint8Array | null> {
  switch (request.kind) {
    case 'thumbnail':
      return reading.thumbnail(hash, thumbnailSide, request.isStill);
    case 'picture':
      return reading.picture(hash);
    case 'variant':
      return reading.variant(hash, request);
  }
}

/** Pixels: twice a card's width, so that it is sharp on a dense screen. */
const thumbnailSide = 480;
