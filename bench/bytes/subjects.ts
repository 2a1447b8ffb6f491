import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { sha256 } from '../../packages/core/src/hash.ts';
import type { Content } from '../../packages/core/src/image/encoder-settings.ts';
import { openPicture } from '../../packages/core/src/image/open-picture.ts';
import type { RawPicture } from '../../packages/core/src/types.ts';

/** A picture at the size at which it is encoded and compared. */
export interface Subject {
  readonly kind: string;
  readonly pixels: RawPicture;
  readonly content: Content;
}

/** Opens a file as Tintype does, at a width. */
export async function subjectOf(kind: string, path: string, width: number): Promise<Subject> {
  // Wallpapers are far larger than what models draw, and would take most of the time.
  const bytes = await sharp(await readFile(path))
    .autoOrient()
    .resize({ width: 1536, withoutEnlargement: true })
    .png({ compressionLevel: 1 })
    .toBuffer();
  const whole = await sharp(bytes).metadata();
  const size = { width, height: Math.round((whole.height * width) / whole.width) };
  const source = {
    sha256: sha256(path),
    width: whole.width,
    height: whole.height,
    hasAlpha: whole.hasAlpha,
    isStandIn: false,
    read: async () => Uint8Array.from(bytes),
  };
  return openPicture(source, 'in-turn', async (picture) => {
    const { data, ...shape } = await picture.at(null, size);
    // The picture's own pixels are released when it is closed.
    const pixels = { ...shape, data: Uint8Array.from(data) };
    return { kind, pixels, content: await picture.content(null, size) };
  });
}
