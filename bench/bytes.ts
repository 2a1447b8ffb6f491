/**
 * How many bytes the promised quality takes, and whether it is the same for all kinds of pictures and formats, compared with other
 * tools at their defaults and with one quality for every picture. No picture that the rule was fitted on is used, except the five
 * photographs of npm.
 *
 *     node -C tintype-source bench/bytes.ts [--drawn 2] [--real 40] [--width 288] [--compression 80] [--effort 3] [--save]
 *
 * `--effort`: AVIF's; that of thorough files comes with their lower quality. `--drawn`: how many of each drawn kind. `--real`: how many pictures of Debian's packages and npm. butteraugli and ssimulacra come from
 * `apt-get install libjxl-devtools`. What was compared once is noted in the temporary folder, so a second run is quick.
 */
import sharp from 'sharp';
import {
  encoderSettings,
  resolveSettings,
  type ResolvedSettings,
} from '../packages/core/src/image/encoder-settings.ts';
import { thorough } from '../packages/core/src/image/encoding-speed.ts';
import { type LossyFormat, promisedQuality } from '../packages/core/src/image/promised-quality.ts';
import { at, type Curve, geometricMean, qualityFor } from './bytes/curve.ts';
import { judges } from './bytes/judges.ts';
import { type Look, lookOf } from './bytes/look-at-files.ts';
import { type Subject, subjectOf } from './bytes/subjects.ts';
import { settingsOf } from './encode/work.ts';
import { numberFlags } from './support/flags.ts';
import { installPeers } from './support/install-peers.ts';
import { publish } from './support/results.ts';
import { goalTable, table } from './support/tables.ts';

const flags = numberFlags({ drawn: 2, real: 40, width: 288, compression: 80, effort: 3 });
const { compression, effort, width } = flags;
const run = effort === thorough.effort ? thorough : effort;
installPeers();
sharp.concurrency(1);
sharp.cache(false);

/** Qualities around the one at which AVIF looks like AVIF of other tools. */
const qualities = [30, 45, 60, 75];

interface Measured {
  readonly kind: string;
  readonly subject: Subject;
  /** AVIF at the defaults of vite-imagetools, eleventy-img and astro, which are sharp's. */
  readonly theirs: Look;
  readonly curve: Curve;
  readonly promises: readonly Promised[];
}

interface Promised {
  readonly format: LossyFormat;
  readonly before: Look;
  readonly now: Look;
}

const measured: Measured[] = [];
for (const [kind, path] of await judges(flags)) {
  const subject = await subjectOf(kind, path, width);
  // Some wallpapers are of one colour at this size.
  if (subject.content.texture === null) continue;
  const avif = await resolved(subject, 'avif', compression);
  const [theirs, ...points] = await Promise.all([
    lookOf(subject.pixels, settingsOf({ format: 'avif' })),
    ...qualities.map(async (quality) => ({
      quality,
      ...(await lookOf(subject.pixels, { ...avif, quality } as ResolvedSettings)),
    })),
  ]);
  measured.push({
    kind,
    subject,
    theirs,
    curve: points,
    promises: await promisesOf(subject),
  });
  process.stderr.write('.');
}
process.stderr.write('\n');

const allKinds = [...new Set(measured.map(({ kind }) => kind))];
const equal = allKinds.map((kind) => {
  const of = measured.filter((one) => one.kind === kind);
  return {
    kind,
    count: of.length,
    butteraugli: geometricMean(of.map((one) => bytesAtTheir(one, 'butteraugli'))),
    ssimulacra: geometricMean(of.map((one) => bytesAtTheir(one, 'ssimulacra'))),
  };
});
const all = {
  butteraugli: geometricMean(measured.map((one) => bytesAtTheir(one, 'butteraugli'))),
  ssimulacra: geometricMean(measured.map((one) => bytesAtTheir(one, 'ssimulacra'))),
};
const cells = allKinds.flatMap((kind) => cellsOf(kind));
const spread = (when: 'before' | 'now') => {
  const values = cells.map((cell) => cell[when]);
  return { range: Math.max(...values) - Math.min(...values), deviation: deviation(values) };
};
const [before, now] = [spread('before'), spread('now')];

publish(
  'Bytes',
  `${measured.length} pictures, ${width} pixels across, AVIF at effort ${effort}.

AVIF at the distance of other tools' AVIF (sharp's defaults: quality 50, effort 4, 4:4:4), bytes of ours to theirs, by butteraugli (3-norm) and by ssimulacra:

${table(
  ['', 'pictures', 'butteraugli', 'ssimulacra'],
  [
    ...equal.map((row) => [row.kind, String(row.count), ...ratios(row)]),
    ['all', String(measured.length), ...ratios(all)],
  ],
)}

The promise: butteraugli (3-norm) at \`output_compression: ${compression}\`, with one quality for all pictures and now, and bytes now to before. Before: AVIF at effort 2.

${table(
  ['', 'before', 'now', 'bytes'],
  cells.map((cell) => [cell.name, two(cell.before), two(cell.now), two(cell.bytes)]),
)}

${table(
  ['spread over kinds and formats', 'before', 'now', 'ratio'],
  [
    ['greatest - least', two(before.range), two(now.range), two(now.range / before.range)],
    [
      'standard deviation of the logarithm',
      two(before.deviation),
      two(now.deviation),
      two(now.deviation / before.deviation),
    ],
  ],
)}

${goalTable([
  {
    what: 'AVIF at equal butteraugli, worst kind',
    measured: Math.max(...equal.map((row) => row.butteraugli)),
    atMost: 1,
  },
  { what: 'AVIF at equal butteraugli, all', measured: all.butteraugli, atMost: 0.85 },
  { what: 'AVIF at equal ssimulacra, all', measured: all.ssimulacra, atMost: 0.85 },
  { what: 'a page, same widths, equal in the mean', measured: page('mean'), atMost: 0.8 },
  { what: 'a page, same widths, the worst tenth equal', measured: page('worst'), atMost: 0.8 },
  { what: 'spread, to before', measured: now.range / before.range, atMost: 0.5 },
])}`,
);

async function resolved(
  { content }: Subject,
  format: LossyFormat,
  compression: number,
): Promise<ResolvedSettings> {
  return resolveSettings(encoderSettings({ format, compression }, run), async () => content);
}

async function promisesOf(subject: Subject): Promise<Promised[]> {
  const formats = (['avif', 'webp', 'jpeg'] as const).filter(
    (format) => format !== 'jpeg' || subject.pixels.channels % 2 === 1,
  );
  return Promise.all(
    formats.map(async (format) => {
      const settings = await resolved(subject, format, compression);
      return {
        format,
        before: await lookOf(subject.pixels, asBefore(format, settings)),
        now: await lookOf(subject.pixels, settings),
      };
    }),
  );
}

/** One quality for all pictures, as it was until 2026-11-29. */
function asBefore(format: LossyFormat, settings: ResolvedSettings): ResolvedSettings {
  const quality = promisedQuality(format, compression, null);
  if (settings.format === 'webp') {
    return {
      format: 'webp',
      smallestOf: settings.smallestOf.map((one) => ({
        ...one,
        quality: one.nearLossless === true ? (compression < 95 ? 20 : 40) : quality,
      })),
    };
  }
  if (settings.format === 'jpeg') return { ...settings, quality: compression };
  return { ...settings, quality, effort: 2 } as ResolvedSettings;
}

function bytesAtTheir({ curve, theirs }: Measured, measure: 'butteraugli' | 'ssimulacra'): number {
  const quality = qualityFor(curve, measure, theirs[measure]) ?? qualities.at(-1)!;
  return at(curve, quality, 'bytes') / theirs.bytes;
}

function cellsOf(kind: string) {
  const promises = measured.filter((one) => one.kind === kind).flatMap((one) => one.promises);
  return [...new Set(promises.map(({ format }) => format))].map((format) => {
    const of = promises.filter((one) => one.format === format);
    // Exact files have no logarithm.
    const mean = (when: 'before' | 'now') =>
      geometricMean(of.map((one) => Math.max(0.05, one[when].butteraugli)));
    return {
      name: `${kind}, ${format}`,
      before: mean('before'),
      now: mean('now'),
      bytes: geometricMean(of.map((one) => one.now.bytes / one.before.bytes)),
    };
  });
}

type Part = 'mean' | 'worst';

/** The `output_compression` at which our AVIF looks like theirs, in the mean or in the worst tenth. */
function likeTheirs(part: Part): number {
  const judge = (distances: readonly number[]) => {
    if (part === 'worst')
      return distances.toSorted((a, b) => a - b)[Math.floor(distances.length * 0.9)]!;
    const weights = measured.map(({ kind }) => weightOf(kind));
    const sum = distances.reduce(
      (all, one, at) => all + weights[at]! * Math.log(Math.max(0.05, one)),
      0,
    );
    return Math.exp(sum / weights.reduce((all, one) => all + one, 0));
  };
  const theirs = judge(measured.map((one) => one.theirs.butteraugli));
  for (let asked = 20; asked < 95; asked++) {
    const ours = measured.map((one) => at(one.curve, qualityAt(one, asked), 'butteraugli'));
    if (judge(ours) <= theirs) return asked;
  }
  throw new Error('no output_compression looks like theirs');
}

/** Bytes of AVIF at one width, ours to theirs. */
function page(part: Part): number {
  const asked = likeTheirs(part);
  return (
    weighed((one) => at(one.curve, qualityAt(one, asked), 'bytes')) /
    weighed((one) => one.theirs.bytes)
  );
}

function qualityAt({ subject }: Measured, asked: number): number {
  return promisedQuality('avif', asked, subject.content.texture);
}

/** Kinds weigh the same, because there are more real pictures than drawn ones. */
function weighed(bytesOf: (one: Measured) => number): number {
  return measured.reduce((sum, one) => sum + weightOf(one.kind) * bytesOf(one), 0);
}

function weightOf(kind: string): number {
  return 1 / measured.filter((one) => one.kind === kind).length;
}

function deviation(values: readonly number[]): number {
  const logs = values.map(Math.log);
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  return Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / logs.length);
}

function ratios(row: { readonly butteraugli: number; readonly ssimulacra: number }): string[] {
  return [two(row.butteraugli), two(row.ssimulacra)];
}

function two(value: number): string {
  return value.toFixed(2);
}
