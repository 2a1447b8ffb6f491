/**
 * The fastest way to use sharp that we know of, as a plain script:
 *
 *     node by-hand.ts <outDir> <encodes at once> <picture>…
 *
 * It decodes each picture once, and makes each width once from the decoded pixels. The process has one queue for all encodes,
 * each with one thread. No picture is read before there is room for its encodes, so that memory stays small.
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import pLimit from 'p-limit';
import sharp, { type OutputInfo } from 'sharp';
import { provenanceXmp } from '../../packages/core/src/image/provenance.ts';
import { formats, settingsOf, widths } from './work.ts';

const [outDir, encodesAtOnce, ...pictures] = process.argv.slice(2) as [string, string, string];
sharp.concurrency(1);
sharp.cache(false);
const xmp = provenanceXmp(false);
const encodeQueue = pLimit(Number(encodesAtOnce));
const pictureQueue = pLimit(3);
const digests: string[] = [];
await mkdir(outDir, { recursive: true });
await pictureQueue.map(pictures, encodeAll);
console.log(digests.toSorted().join('\n'));

async function encodeAll(path: string): Promise<void> {
  const whole = await encodeQueue(() => sharp(path).raw().toBuffer({ resolveWithObject: true }));
  const sizes = widths.map(async (width) => ({
    width,
    ...(width === whole.info.width
      ? whole
      : await encodeQueue(() =>
          sharp(whole.data, { raw: rawOf(whole.info) })
            .resize({ width, height: width, fit: 'fill' })
            .raw()
            .toBuffer({ resolveWithObject: true }),
        )),
  }));
  const pictureName = basename(path, '.png');
  await Promise.all(
    formats.toReversed().flatMap((format) =>
      sizes.map(async (size) => {
        const { width, data, info } = await size;
        const { format: _, ...options } = settingsOf({ format });
        const bytes = await encodeQueue(() =>
          sharp(data, { raw: rawOf(info) })
            .toFormat(format, 'smallestOf' in options ? options.smallestOf[0] : options)
            .withXmp(xmp)
            .toBuffer(),
        );
        const file = `${pictureName}-${width}.${format}`;
        await writeFile(join(outDir, file), bytes);
        digests.push(`${file} ${createHash('sha256').update(bytes).digest('hex')}`);
      }),
    ),
  );
}

function rawOf({ width, height, channels }: OutputInfo) {
  return { width, height, channels };
}
