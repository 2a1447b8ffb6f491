import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { similarityOf, planesOf } from '../quality/look.ts';
import { table } from '../support/tables.ts';
import { formats, side, widths } from './work.ts';

/** Only these pictures and this width are compared, because MS-SSIM takes longer than the encode. Bytes count all files. */
const lookedAt = 6;
const lookedAtWidth = 640;

/** Compares bytes and looks of two folders of files of the same pictures, by format. */
export async function compareLooks(
  theirDir: string,
  ourDir: string,
  pictures: readonly string[],
): Promise<{ readonly bytes: number; readonly text: string }> {
  const theirs = (at: number, width: number, format: string) =>
    join(theirDir, `${basename(pictures[at]!, '.png')}-${width}.${format}`);
  const ours = (at: number, width: number, format: string) =>
    join(ourDir, `p${at}${width === side ? '' : `-${width}w`}.${format}`);

  const totals = { ours: 0, theirs: 0 };
  const rows = [];
  for (const format of formats) {
    const bytes = { ours: 0, theirs: 0 };
    for (const at of pictures.keys()) {
      for (const width of widths) {
        bytes.ours += (await stat(ours(at, width, format))).size;
        bytes.theirs += (await stat(theirs(at, width, format))).size;
      }
    }
    const looks = { ours: [] as number[], theirs: [] as number[] };
    for (const [at, path] of pictures.slice(0, lookedAt).entries()) {
      const whole = await sharp(path).raw().toBuffer({ resolveWithObject: true });
      const { width, height, channels } = whole.info;
      const scaled = sharp(whole.data, { raw: { width, height, channels } });
      const picture = await planesOf(
        scaled.resize({ width: lookedAtWidth, height: lookedAtWidth, fit: 'fill' }),
      );
      const look = async (file: string) => similarityOf(picture, await planesOf(sharp(file)));
      looks.ours.push(await look(ours(at, lookedAtWidth, format)));
      looks.theirs.push(await look(theirs(at, lookedAtWidth, format)));
    }
    totals.ours += bytes.ours;
    totals.theirs += bytes.theirs;
    rows.push([
      format,
      (bytes.ours / bytes.theirs).toFixed(3),
      mean(looks.ours).toFixed(4),
      mean(looks.theirs).toFixed(4),
    ]);
  }
  const bytes = totals.ours / totals.theirs;
  return {
    bytes,
    text: table(
      ['', 'bytes', 'our MS-SSIM', 'theirs'],
      [...rows, ['all', bytes.toFixed(3), '', '']],
    ),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
