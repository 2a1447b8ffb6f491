/**
 * What `tintype report --measure` takes for a million pixels, and how near its scores are to those of libjxl's program. Pictures are encoded
 * as JPEG, WebP and AVIF at sharp's defaults.
 *
 *     node -C tintype-source bench/looks.ts [--drawn 1] [--real 8] [--save]
 *
 * `--drawn`, `--real`: as in `bench/bytes.ts`, which says where the pictures come from. The environment variable SSIMULACRA2 names the command
 * of libjxl's program (`ssimulacra2` of libjxl-devtools in Debian 13); without it, no scores are compared.
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

interface Pair {
  /** PNG without transparency. */
  readonly original: Buffer;
  readonly shown: Buffer;
}

const paths = (await judges(count)).map(([, path]) => path);
// The first comparisons are slower, because the code is not compiled yet.
for (const pair of await pairsOf(paths.slice(0, 2), 288)) await timedScore(pair);
const rows: string[][] = [];
for (const width of [288, 1024]) {
  const pairs = await pairsOf(paths, width);
  const scored: { readonly score: number; readonly cpuMs: number; readonly pixels: number }[] = [];
  for (const pair of pairs) scored.push(await timedScore(pair));
  const offs: number[] = [];
  // After all are timed, because the program's runs would slow what comes after them.
  for (const [at, { original, shown }] of pairs.entries()) {
    if (program === undefined) break;
    await Promise.all([original, shown].map((bytes, side) => writeFile(files[side]!, bytes)));
    const printed = execFileSync(program, [...programArgs, ...files], { encoding: 'utf8' });
    offs.push(Math.abs(Number(printed) - scored[at]!.score));
  }
  offs.sort((a, b) => a - b);
  const [cpuMs, pixels] = (['cpuMs', 'pixels'] as const).map((name) =>
    scored.reduce((sum, one) => sum + one[name], 0),
  );
  rows.push([
    String(width),
    String(pairs.length),
    (cpuMs! / (pixels! / 1e6)).toFixed(0),
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

async function pairsOf(pictures: readonly string[], width: number): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (const path of pictures) {
    const original = await sharp(await readFile(path))
      .autoOrient()
      .resize({ width })
      .flatten({ background: '#fff' })
      .png()
      .toBuffer();
    for (const format of ['jpeg', 'webp', 'avif'] as const) {
      const encoded = await sharp(original).toFormat(format).toBuffer();
      pairs.push({ original, shown: await sharp(encoded).png().toBuffer() });
    }
  }
  return pairs;
}

async function timedScore({ original, shown }: Pair) {
  const [wanted, given] = [await decodePicture(original), await decodePicture(shown)];
  const began = process.cpuUsage();
  const score = await ssimulacra2(wanted, given);
  const cpuMs = process.cpuUsage(began).user / 1000;
  return { score, cpuMs, pixels: wanted.width * wanted.height };
}
