/**
 * Costs and benefits of sharp colours, by kind of picture: bytes, RGB PSNR, butteraugli and processor time, compared with
 * WebP and JPEG with a quarter of the colours.
 *
 *     node -C tintype-source bench/colours.ts [--pictures 2] [--compression 90] [--small 320] [--save]
 *
 * butteraugli comes with libjxl (`apt-get install libjxl-devtools`). Without it, its columns are empty.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { sha256 } from '../packages/core/src/hash.ts';
import { encodePicture } from '../packages/core/src/image/encode-picture.ts';
import {
  encoderSettings,
  resolveSettings,
  type ResolvedSettings,
} from '../packages/core/src/image/encoder-settings.ts';
import { openPicture } from '../packages/core/src/image/open-picture.ts';
import { openRaw } from '../packages/core/src/image/raw-picture.ts';
import { provenanceXmp } from '../packages/core/src/image/provenance.ts';
import type { Format, RawPicture } from '../packages/core/src/types.ts';
import { corpus, drawnKinds } from './support/corpus.ts';
import { numberFlags } from './support/flags.ts';
import { installPeers } from './support/install-peers.ts';
import { photographs } from './support/photographs.ts';
import { publish } from './support/results.ts';
import { table } from './support/tables.ts';

const flags = numberFlags({ pictures: 2, compression: 90, small: 320 });
const { pictures: count, compression } = flags;
installPeers();
sharp.concurrency(1);
sharp.cache(false);
const folder = await mkdtemp(join(tmpdir(), 'tintype-bench-colours-'));

const kinds: Record<string, readonly string[]> = { photographs };
for (const kind of drawnKinds) kinds[kind] = await corpus(kind, count);

interface Measured {
  readonly bytes: number;
  readonly psnr: number;
  readonly butteraugli: number;
  readonly ms: number;
}
type Pair = readonly [before: Measured, now: Measured];

const rows: string[][] = [];
for (const [kind, paths] of Object.entries(kinds)) {
  const made = [];
  for (const [at, path] of paths.entries()) made.push(...(await measure(`${kind}-${at}`, path)));
  for (const size of ['full', 'small'] as const) {
    const sized = made.filter((one) => one.size === size);
    const pairs = (format: Format) =>
      sized.filter((one) => one.format === format).map((one) => one.pair);
    const all = sized.map(({ pair }) => pair);
    rows.push([
      size === 'full' ? kind : `${kind}, ${flags.small} wide`,
      value(pairs('avif').map(([, now]) => now.psnr)),
      value(pairs('avif').map(([, now]) => now.butteraugli)),
      ...cells(pairs('webp')),
      ...cells(pairs('jpeg')),
      (total(all.map(([, now]) => now.ms)) / total(all.map(([before]) => before.ms))).toFixed(2),
    ]);
  }
  process.stderr.write(`${kind}\n`);
}
await rm(folder, { recursive: true });

const columns = (format: string) => [`${format} bytes`, 'dB', 'butteraugli'];
publish(
  'Colours',
  `At \`output_compression: ${compression}\`: RGB PSNR in decibels (exact: at least 99) and butteraugli (3-norm, 0 is equal, about 1 is hard to see), before and now; bytes and the processor time of all three formats, now to before. Before: WebP and JPEG with a quarter of the colours. ${photographs.length} photographs and ${count} of each other kind; what is transparent is compared on grey.

${table(['', 'AVIF dB', 'butteraugli', ...columns('WebP'), ...columns('JPEG'), 'time'], rows)}`,
);

async function measure(name: string, path: string) {
  const { width, height } = await sharp(path).metadata();
  const isStandIn = false;
  const read = () => readFile(path);
  const source = { sha256: sha256(path), width, height, hasAlpha: false, isStandIn, read };
  return openPicture(source, 'in-turn', async (picture) => {
    const made = [];
    const shrunk = { width: flags.small, height: Math.round((height * flags.small) / width) };
    for (const size of ['full', 'small'] as const) {
      const pixels = await picture.at(null, size === 'full' ? undefined : shrunk);
      for (const format of ['avif', 'webp', 'jpeg'] as const) {
        if (format === 'jpeg' && pixels.channels === 4) continue;
        const settings = await resolveSettings(encoderSettings({ format, compression }, 2), () =>
          picture.content(null, size === 'full' ? undefined : shrunk),
        );
        const file = join(folder, `${name}-${size}-${format}`);
        const before = await encode(pixels, asBefore(settings), `${file}-before.png`);
        const now = await encode(pixels, settings, `${file}.png`);
        made.push({ size, format, pair: [before, now] as Pair });
      }
    }
    return made;
  });
}

/** A quarter of the colours in WebP and JPEG. */
function asBefore(settings: ResolvedSettings): ResolvedSettings {
  if (settings.format === 'jpeg') return { ...settings, chromaSubsampling: '4:2:0' };
  if (settings.format !== 'webp') return settings;
  return { format: 'webp', smallestOf: [{ quality: compression, effort: 4 }] };
}

async function encode(
  pixels: RawPicture,
  settings: ResolvedSettings,
  path: string,
): Promise<Measured> {
  const start = process.cpuUsage();
  const bytes = await encodePicture(pixels, settings, provenanceXmp(false), path);
  const { user, system } = process.cpuUsage(start);
  const [from, to] = [await onGrey(await openRaw(pixels)), await onGrey(sharp(bytes))];
  const original = path.replace(/-(avif|webp|jpeg)(-before)?\.png$/, '.png');
  await writePng(from, pixels, original);
  await writePng(to, pixels, path);
  return {
    bytes: bytes.length,
    psnr: psnr(from, to),
    butteraugli: butteraugli(original, path),
    ms: (user + system) / 1000,
  };
}

function onGrey(picture: Sharp): Promise<Buffer> {
  return picture.toColourspace('srgb').flatten({ background: '#777' }).raw().toBuffer();
}

async function writePng(rgb: Buffer, { width, height }: RawPicture, path: string): Promise<void> {
  await sharp(rgb, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 1 })
    .toFile(path);
}

/** PSNR of three channels. For equal pictures it would be infinite. */
function psnr(from: Uint8Array, to: Uint8Array): number {
  let squares = 0;
  for (const [at, value] of from.entries()) squares += (value - to[at]!) ** 2;
  return Math.min(99, 10 * Math.log10(255 ** 2 / (squares / from.length)));
}

function butteraugli(from: string, to: string): number {
  try {
    const output = execFileSync('butteraugli_main', [from, to], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return Number(/3-norm: ([\d.]+)/.exec(output.toString())?.[1]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Number.NaN;
    throw error;
  }
}

function cells(pairs: readonly Pair[]): string[] {
  if (pairs.length === 0) return ['', '', ''];
  const bytes = pairs.map(([before, now]) => now.bytes / before.bytes);
  const change = (of: (measured: Measured) => number) =>
    `${value(pairs.map(([before]) => of(before)))} to ${value(pairs.map(([, now]) => of(now)))}`;
  return [
    (total(bytes) / bytes.length).toFixed(2),
    change(({ psnr: decibels }) => decibels),
    change(({ butteraugli: distance }) => distance),
  ];
}

function value(values: readonly number[]): string {
  const mean = total(values) / values.length;
  return Number.isNaN(mean) ? '' : mean.toFixed(mean >= 10 ? 1 : 2);
}

function total(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0);
}
