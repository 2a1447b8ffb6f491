import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pLimit from 'p-limit';
import sharp, { type Sharp } from 'sharp';
import { encodePicture } from '../../packages/core/src/image/encode-picture.ts';
import type { ResolvedSettings } from '../../packages/core/src/image/encoder-settings.ts';
import { provenanceXmp } from '../../packages/core/src/image/provenance.ts';
import { openRaw } from '../../packages/core/src/image/raw-picture.ts';
import type { RawPicture } from '../../packages/core/src/types.ts';

/** What a file costs, and how far it is from the picture: both distances are 0 for equal pixels. */
export interface Look {
  readonly bytes: number;
  /** The 3-norm. About 1 is hard to see. */
  readonly butteraugli: number;
  readonly ssimulacra: number;
}

const run = promisify(execFile);
const atOnce = pLimit(2);
const notes = join(tmpdir(), `tintype-bench-looks-of-${sharp.versions.sharp}.ndjson`);
const known = new Map<string, Look>(
  existsSync(notes)
    ? readFileSync(notes, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as [string, Look])
    : [],
);

/**
 * Encodes pixels and compares the file with them. A comparison is noted in the temporary folder and not made again. Both programs come
 * with `apt-get install libjxl-devtools`.
 */
export async function lookOf(pixels: RawPicture, settings: ResolvedSettings): Promise<Look> {
  const { data, ...shape } = pixels;
  const key = createHash('sha256')
    .update(JSON.stringify([shape, settings]))
    .update(data)
    .digest('hex');
  const noted = known.get(key);
  if (noted !== undefined) return noted;
  const look = await atOnce(async () => {
    const xmp = provenanceXmp(false);
    const file = await encodePicture(pixels, settings, xmp, settings.format);
    // Every format has the same packet, and small files would seem more alike than they are.
    const bytes = file.length - xmp.length;
    return { bytes, ...(await distances(await openRaw(pixels), sharp(file))) };
  });
  known.set(key, look);
  appendFileSync(notes, `${JSON.stringify([key, look])}\n`);
  return look;
}

/** What is transparent is compared on grey. */
async function distances(from: Sharp, to: Sharp): Promise<Omit<Look, 'bytes'>> {
  const folder = await mkdtemp(join(tmpdir(), 'tintype-bench-look-'));
  try {
    const paths = [join(folder, 'from.png'), join(folder, 'to.png')];
    await Promise.all(
      [from, to].map((picture, at) =>
        picture
          .toColourspace('srgb')
          .flatten({ background: '#777' })
          .png({ compressionLevel: 0 })
          .toFile(paths[at]!),
      ),
    );
    const butteraugli = await run('butteraugli_main', paths);
    const ssimulacra = await run('ssimulacra_main', paths);
    return {
      butteraugli: Number(/3-norm: ([\d.]+)/.exec(butteraugli.stdout)?.[1]),
      ssimulacra: Number.parseFloat(ssimulacra.stdout),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}
