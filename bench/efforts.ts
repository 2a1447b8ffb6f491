/**
 * What each effort of the AVIF encoder takes and saves: the bytes of a file that looks as the promised file at effort 3 does, its processor
 * time, and how the file at the promised quality looks. On pictures that the rule of qualities was not fitted on.
 *
 *     node -C tintype-source bench/efforts.ts [--drawn 1] [--real 8] [--width 288] [--compression 80] [--save]
 *
 * `--drawn`, `--real`: as in `bench/bytes.ts`, which says where the pictures and the measures come from.
 */
import sharp from 'sharp';
import { encodePicture } from '../packages/core/src/image/encode-picture.ts';
import {
  encoderSettings,
  resolveSettings,
  type RunEffort,
} from '../packages/core/src/image/encoder-settings.ts';
import { thorough } from '../packages/core/src/image/encoding-speed.ts';
import { provenanceXmp } from '../packages/core/src/image/provenance.ts';
import { at, geometricMean, qualityFor } from './bytes/curve.ts';
import { judges } from './bytes/judges.ts';
import { type Look, lookOf } from './bytes/look-at-files.ts';
import { type Subject, subjectOf } from './bytes/subjects.ts';
import { numberFlags } from './support/flags.ts';
import { publish } from './support/results.ts';
import { table } from './support/tables.ts';

const flags = numberFlags({ drawn: 1, real: 8, width: 288, compression: 80 });
const { compression, width } = flags;
sharp.concurrency(1);
sharp.cache(false);

const usual = 3;
const efforts = [2, 3, 4, 5, 6, 7];
/** How far from the promised quality a curve is measured. */
const around = [-8, 0, 8];

interface Tried extends Look {
  readonly cpuMs: number;
  readonly curve: readonly (Look & { readonly quality: number })[];
}

interface TriedPicture {
  readonly kind: string;
  readonly byEffort: ReadonlyMap<number, Tried>;
  /** With the settings of a thorough run. */
  readonly thorough: Look;
}

const tried: TriedPicture[] = [];
for (const [kind, path] of await judges(flags)) {
  const subject = await subjectOf(kind, path, width);
  // Some wallpapers are of one colour at this size.
  if (subject.content.texture === null) continue;
  const byEffort = new Map<number, Tried>();
  for (const effort of efforts) byEffort.set(effort, await tryEffort(subject, effort));
  const settings = await promisedAt(subject, thorough);
  tried.push({ kind, byEffort, thorough: await lookOf(subject.pixels, settings) });
  process.stderr.write('.');
}
process.stderr.write('\n');

const kinds = [...new Set(tried.map(({ kind }) => kind))];
publish(
  'Efforts',
  `${tried.length} pictures, ${width} pixels across, AVIF at \`output_compression: ${compression}\`, to effort ${usual}: bytes at equal butteraugli (3-norm) and at equal ssimulacra, and at the same quality the bytes, both distances and the processor time.

${table(
  ['effort', 'butteraugli', 'quality', 'ssimulacra', 'bytes', 'distance', 'ssimulacra', 'time'],
  efforts.map((effort) => [
    String(effort),
    equal(effort, 'butteraugli').toFixed(3),
    less(effort),
    ...[
      equal(effort, 'ssimulacra'),
      same(effort, 'bytes'),
      same(effort, 'butteraugli'),
      same(effort, 'ssimulacra'),
    ].map((value) => value.toFixed(3)),
    same(effort, 'cpuMs').toFixed(1),
  ]),
)}

A thorough file of \`effort: 'auto'\` (effort ${thorough.effort}, quality -${thorough.less}), to a quick one: bytes ${ofThorough('bytes')}, distance ${ofThorough('butteraugli')}, ssimulacra ${ofThorough('ssimulacra')}.

Bytes at equal butteraugli, by kind:

${table(
  ['', ...efforts.map(String)],
  kinds.map((kind) => [
    kind,
    ...efforts.map((effort) => equal(effort, 'butteraugli', kind).toFixed(2)),
  ]),
)}`,
);

async function promisedAt({ content }: Subject, effort: number | RunEffort) {
  const asked = encoderSettings({ format: 'avif', compression }, effort);
  const promised = await resolveSettings(asked, async () => content);
  if (promised.format !== 'avif' || 'lossless' in promised) throw new Error('lossy AVIF only');
  return promised;
}

async function tryEffort(subject: Subject, effort: number): Promise<Tried> {
  const promised = await promisedAt(subject, effort);
  const { pixels } = subject;
  const before = process.cpuUsage();
  await encodePicture(pixels, promised, provenanceXmp(false), 'avif');
  const { user, system } = process.cpuUsage(before);
  const curve = await Promise.all(
    around.map(async (more) => {
      const quality = Math.min(100, promised.quality + more);
      return { quality, ...(await lookOf(pixels, { ...promised, quality })) };
    }),
  );
  return { ...curve[around.indexOf(0)]!, cpuMs: (user + system) / 1000, curve };
}

/** Bytes at the distance of the promised file at the usual effort. */
function equal(effort: number, measure: 'butteraugli' | 'ssimulacra', only?: string): number {
  const of = tried.filter(({ kind }) => only === undefined || kind === only);
  return geometricMean(
    of.map(({ byEffort }) => {
      const { curve } = byEffort.get(effort)!;
      const base = byEffort.get(usual)!;
      const quality = qualityFor(curve, measure, base[measure]) ?? curve.at(-1)!.quality;
      return at(curve, quality, 'bytes') / base.bytes;
    }),
  );
}

/** How much less quality looks the same: the mean, and the standard deviation. */
function less(effort: number): string {
  const differences = tried.map(({ byEffort }) => {
    const { curve } = byEffort.get(effort)!;
    const promised = curve[around.indexOf(0)]!.quality;
    return (
      (qualityFor(curve, 'butteraugli', byEffort.get(usual)!.butteraugli) ?? promised) - promised
    );
  });
  const mean = differences.reduce((sum, one) => sum + one, 0) / differences.length;
  const square = differences.reduce((sum, one) => sum + (one - mean) ** 2, 0) / differences.length;
  return `${mean.toFixed(1)} (${Math.sqrt(square).toFixed(1)})`;
}

function ofThorough(measure: keyof Look): string {
  const ratios = tried.map((one) => one.thorough[measure] / one.byEffort.get(usual)![measure]);
  return geometricMean(ratios).toFixed(3);
}

function same(effort: number, measure: 'bytes' | 'butteraugli' | 'ssimulacra' | 'cpuMs'): number {
  return geometricMean(
    tried.map(({ byEffort }) => byEffort.get(effort)![measure] / byEffort.get(usual)![measure]),
  );
}
