/**
 * Fits the rule of `promised-quality.ts`: by how much the quality at which a picture looks like a WebP photograph differs from that of a
 * photograph, as a linear function of its texture, for each format. Each kind is also predicted without itself.
 *
 *     node -C tintype-source bench/fit-quality.ts [--drawn 4] [--compression 80] [--effort 3] [--save]
 *
 * `bench/bytes.ts` judges the rule by other pictures. butteraugli comes with `apt-get install libjxl-devtools`.
 */
import sharp from 'sharp';
import {
  encoderSettings,
  resolveSettings,
  type ResolvedSettings,
} from '../packages/core/src/image/encoder-settings.ts';
import type { LossyFormat } from '../packages/core/src/image/promised-quality.ts';
import type { Texture } from '../packages/core/src/image/texture.ts';
import { at, type Curve, geometricMean, qualityFor } from './bytes/curve.ts';
import { lookOf } from './bytes/look-at-files.ts';
import { type Subject, subjectOf } from './bytes/subjects.ts';
import { corpus, type Kind } from './support/corpus.ts';
import { numberFlags } from './support/flags.ts';
import { installPeers } from './support/install-peers.ts';
import { realPictures } from './support/real-pictures.ts';
import { publish } from './support/results.ts';
import { table } from './support/tables.ts';

const { drawn, compression, effort } = numberFlags({ drawn: 4, compression: 80, effort: 3 });
installPeers();
sharp.concurrency(1);
sharp.cache(false);

const kinds: readonly Kind[] = [
  'picture',
  'cutout',
  'flat',
  'lines',
  'text',
  'sticker',
  'grainy-text',
];
/** In turn, because a page shows pictures at many sizes, and texture depends on the size. */
const widths = [208, 288, 416];

const qualities: Readonly<Record<LossyFormat, readonly number[]>> = {
  avif: [25, 45, 60, 75, 88],
  webp: [35, 60, 80, 90, 96],
  jpeg: [35, 60, 80, 90],
};
const features = ['grain', 'contrast', 'colour'] as const;
const formats = Object.keys(qualities) as LossyFormat[];

const paths: (readonly [kind: string, path: string])[] = realPictures()
  .filter(({ isFitted }) => isFitted)
  .map(({ kind, path }) => [kind, path]);
for (const kind of kinds) {
  paths.push(...(await corpus(kind, drawn)).map((path) => [kind, path] as const));
}

interface Fitted {
  readonly kind: string;
  readonly texture: Texture;
  readonly curves: Readonly<Partial<Record<LossyFormat, Curve>>>;
}

const pictures: Fitted[] = [];
for (const [index, [kind, path]] of paths.entries()) {
  const subject = await subjectOf(kind, path, widths[index % widths.length]!);
  const { texture } = subject.content;
  if (texture === null) continue;
  const curves = await Promise.all(
    formats.map(async (format) => [format, await curveOf(subject, format)] as const),
  );
  pictures.push({ kind, texture, curves: Object.fromEntries(curves) });
  process.stderr.write('.');
}
process.stderr.write('\n');

const photographs = pictures.filter(({ kind }) => kind === 'photograph');
const target = geometricMean(
  photographs.map(({ curves }) => at(curves.webp!, compression, 'butteraugli')),
);
const usual = features.map((name) => mean(photographs.map(({ texture }) => texture[name])));
const allKinds = [...new Set(pictures.map(({ kind }) => kind))];
const rows = formats.map((format) => {
  const samples = samplesOf(format, pictures);
  const left = samples.map(({ kind, row, quality }) => {
    const fitted = fit(samples.filter((other) => other.kind !== kind));
    return quality - fitted.reduce((sum, weight, at) => sum + weight * row[at]!, 0);
  });
  return [
    format,
    ...fit(samples).map((weight) => weight.toFixed(0)),
    deviation(samples.map(({ quality }) => quality)).toFixed(1),
    deviation(left).toFixed(1),
  ];
});

publish(
  'Quality for each picture',
  `${pictures.length} pictures of ${allKinds.length} kinds, AVIF at effort ${effort}. WebP photographs at \`output_compression: ${compression}\` have a butteraugli (3-norm) of ${target.toFixed(2)} in the mean, and this texture: ${features.map((name, at) => `${name} ${usual[at]!.toFixed(2)}`).join(', ')}.

The quality that reaches it: of the mean texture of a photograph, and more by what a picture has more of; the standard deviation of the quality that pictures need, and of what is left of it when a kind is predicted by the others:

${table(['', 'photograph', ...features.map((name) => `by ${name}`), 'needed', 'left'], rows)}`,
);

async function curveOf({ pixels, content }: Subject, format: LossyFormat) {
  if (format === 'jpeg' && pixels.channels % 2 === 0) return undefined;
  const resolved = await resolveSettings(
    encoderSettings({ format, compression }, effort),
    async () => ({ ...content, isFlatArt: false }),
  );
  return Promise.all(
    qualities[format].map(async (quality) => {
      const settings: ResolvedSettings =
        resolved.format === 'webp'
          ? { format: 'webp', smallestOf: [{ ...resolved.smallestOf[0]!, quality }] }
          : ({ ...resolved, quality } as ResolvedSettings);
      return { quality, ...(await lookOf(pixels, settings)) };
    }),
  );
}

interface Sample {
  readonly kind: string;
  /** 1, and how far each feature is from that of photographs. */
  readonly row: readonly number[];
  readonly quality: number;
}

/** Pictures that no quality of the format brings so near are left out: WebP has a quarter of the colours at any quality. */
function samplesOf(format: LossyFormat, from: readonly Fitted[]): Sample[] {
  return from.flatMap(({ kind, texture, curves }) => {
    const curve = curves[format];
    const quality = curve === undefined ? null : qualityFor(curve, 'butteraugli', target);
    if (quality === null || quality === curve![0]!.quality) return [];
    return [{ kind, row: [1, ...features.map((name, at) => texture[name] - usual[at]!)], quality }];
  });
}

/** Least squares. Drawn kinds have few pictures, so each kind weighs the same. */
function fit(samples: readonly Sample[]): number[] {
  const weightOf = (kind: string) => 1 / samples.filter((one) => one.kind === kind).length;
  const size = features.length + 1;
  const sums = Array.from({ length: size }, () => Array.from({ length: size + 1 }, () => 0));
  for (const { kind, row, quality } of samples) {
    const all = [...row, quality];
    for (const [y, sum] of sums.entries())
      for (const x of all.keys()) sum[x]! += weightOf(kind) * row[y]! * all[x]!;
  }
  return solve(sums);
}

/** Gauss and Jordan. */
function solve(rows: number[][]): number[] {
  for (const [at, pivot] of rows.entries()) {
    for (const [other, row] of rows.entries()) {
      if (other === at) continue;
      const factor = row[at]! / pivot[at]!;
      for (const x of row.keys()) row[x]! -= factor * pivot[x]!;
    }
  }
  return rows.map((row, at) => row.at(-1)! / row[at]!);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}
