/**
 * What `tintype report --measure` takes for a million pixels, or how near its scores are to those of libjxl's program. Pictures are encoded
 * as JPEG, WebP and AVIF at sharp's defaults.
 *
 *     node -C tintype-source bench/looks.ts [--drawn 1] [--real 8] [--save]
 *
 * `--drawn`, `--real`: as in `bench/bytes.ts`, which says where the pictures come from. The environment variable SSIMULACRA2 names the command
 * of libjxl's program (`ssimulacra2` of libjxl-devtools in Debian 13). Then the scores are compared and no time is measured, because ours
 * takes twice as long when that program ran before.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { decodePicture } from '../packages/core/src/image/raw-picture.ts';
import { ssimulacra2 } from '../packages/core/src/image/ssimulacra2.ts';
import { judges } from './bytes/judges.ts';
import { numberFlags } from './support/flags.ts';
import { publish } from './support/results.ts';
import { table } from './support/tables.ts';

const count = numberFlags({ drawn: 1, real: 8 });
const [program, ...programArgs] = process.env['SSIMULACRA2']?.split(' ') ?? [];
const folder = await mkdtemp(join(tmpdir(), 'tintype-bench-looks-'));
const files = ['original.png', 'shown.png'].map((name) => join(folder, name));

interface Compared {
  readonly pixels: number;
  readonly cpuMs: number;
  /** How far the score is from the program's; `null`: there is no program. */
  readonly off: number | null;
}

const paths = (await judges(count)).map(([, path]) => path);
// The first comparisons are slower, because the code is not compiled yet.
for (const path of paths.slice(0, 2)) await compareAll(path, 288);
const rows: string[][] = [];
for (const width of [288, 1024]) {
  const compared: Compared[] = [];
  for (const path of paths) compared.push(...(await compareAll(path, width)));
  const offs = compared.flatMap(({ off }) => off ?? []).toSorted((a, b) => a - b);
  const sum = (of: (one: Compared) => number) =>
    compared.reduce((total, one) => total + of(one), 0);
  rows.push([
    String(width),
    String(compared.length),
    program === undefined
      ? (sum((one) => one.cpuMs) / sum((one) => one.pixels / 1e6)).toFixed(0)
      : '–',
    offs[Math.floor(offs.length / 2)]?.toFixed(2) ?? '–',
    offs.at(-1)?.toFixed(2) ?? '–',
  ]);
}
await rm(folder, { recursive: true });

publish(
  'Looks',
  `Files of ${paths.length} pictures, and what a comparison takes of a processor, for a million pixels; how far its score is from that of libjxl's program.

${table(['pixels across', 'files', 'CPU, ms', 'median', 'most'], rows)}`,
);

async function compareAll(path: string, width: number): Promise<Compared[]> {
  const original = await sharp(await readFile(path))
    .autoOrient()
    .resize({ width })
    .png()
    .toBuffer();
  const compared: Compared[] = [];
  for (const format of ['jpeg', 'webp', 'avif'] as const) {
    const encoded = await sharp(original)
      .flatten({ background: '#fff' })
      .toFormat(format)
      .toBuffer();
    const wanted = await sharp(original).flatten({ background: '#fff' }).png().toBuffer();
    compared.push(await compare(wanted, await sharp(encoded).png().toBuffer()));
  }
  return compared;
}

async function compare(original: Buffer, shown: Buffer): Promise<Compared> {
  const [wanted, given] = [await decodePicture(original), await decodePicture(shown)];
  const began = process.cpuUsage();
  const score = await ssimulacra2(wanted, given);
  const cpuMs = process.cpuUsage(began).user / 1000;
  return { pixels: wanted.width * wanted.height, cpuMs, off: await offBy(score, original, shown) };
}

async function offBy(score: number, original: Buffer, shown: Buffer): Promise<number | null> {
  if (program === undefined) return null;
  await Promise.all([original, shown].map((bytes, at) => writeFile(files[at]!, bytes)));
  const printed = execFileSync(program, [...programArgs, ...files], { encoding: 'utf8' });
  return Math.abs(Number(printed) - score);
}
