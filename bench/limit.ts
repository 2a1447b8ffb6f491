/**
 * How far the thorough AVIF files are from the fewest bytes that this encoder reaches at equal butteraugli, by a search over its settings:
 * chroma, bits and tuning at the thorough effort, and higher efforts.
 *
 *     node -C tintype-source bench/limit.ts [--drawn 1] [--real 3] [--every 1] [--width 208] [--compression 80] [--save]
 *
 * `--drawn`, `--real`: as in `bench/bytes.ts`, which says where the pictures and the measures come from. `--every 3`: only
 * every third picture, because the search takes minutes for each.
 */
import sharp from 'sharp';
import {
  encoderSettings,
  type ResolvedSettings,
  resolveSettings,
} from '../packages/core/src/image/encoder-settings.ts';
import { thorough } from '../packages/core/src/image/encoding-speed.ts';
import { at, geometricMean, qualityFor } from './bytes/curve.ts';
import { judges } from './bytes/judges.ts';
import { lookOf } from './bytes/look-at-files.ts';
import { subjectOf } from './bytes/subjects.ts';
import { numberFlags } from './support/flags.ts';
import { publish } from './support/results.ts';
import { goalTable, table } from './support/tables.ts';

const flags = numberFlags({ drawn: 1, real: 3, every: 1, width: 208, compression: 80 });
sharp.concurrency(1);
sharp.cache(false);

const atThorough = ['4:2:0', '4:4:4'].flatMap((chromaSubsampling) =>
  [8, 10].flatMap((bitdepth) =>
    ['auto', 'iq'].map((tune) => ({ chromaSubsampling, bitdepth, tune })),
  ),
);
const searched = [...atThorough, { effort: 7 }, { effort: 9 }];
/** Around the promised quality: tuning and bits change what a quality means. */
const around = [-14, -4, 6];

const found: { readonly kind: string; readonly ratio: number; readonly by: string }[] = [];
const all = await judges(flags);
for (const [kind, path] of all.filter((_, index) => index % flags.every === 0)) {
  const { pixels, content } = await subjectOf(kind, path, flags.width);
  // Some wallpapers are of one colour at this size.
  if (content.texture === null) continue;
  const asked = encoderSettings({ format: 'avif', compression: flags.compression }, thorough);
  const ours = await resolveSettings(asked, async () => content);
  if (ours.format !== 'avif' || 'lossless' in ours) throw new Error('lossy AVIF only');
  const look = await lookOf(pixels, ours);
  const tried = await Promise.all(
    searched.map(async (settings) => {
      const curve = await Promise.all(
        around.map(async (more) => {
          const quality = Math.min(100, ours.quality + more);
          const one = { ...ours, ...settings, quality } as ResolvedSettings;
          return { quality, ...(await lookOf(pixels, one)) };
        }),
      );
      const quality = qualityFor(curve, 'butteraugli', look.butteraugli);
      // It does not look as good at any of the qualities.
      const bytes = quality === null ? Infinity : at(curve, quality, 'bytes');
      return { ratio: look.bytes / bytes, by: Object.values(settings).join(', ') };
    }),
  );
  const best = tried.toSorted((a, b) => b.ratio - a.ratio)[0]!;
  found.push({ kind, ...(best.ratio > 1 ? best : { ratio: 1, by: 'the thorough file itself' }) });
  process.stderr.write('.');
}
process.stderr.write('\n');

publish(
  'Limit',
  `${found.length} pictures, ${flags.width} pixels across, at \`output_compression: ${flags.compression}\`: bytes of the thorough file to the fewest at its butteraugli (3-norm), over ${searched.length} settings: chroma, bits and tuning (auto or iq) at effort ${thorough.effort}, and efforts 7 and 9.

${table(
  ['', 'ratio', 'fewest with'],
  found.map(({ kind, ratio, by }) => [kind, ratio.toFixed(2), by]),
)}

${goalTable([
  {
    what: 'to the limit, all',
    measured: geometricMean(found.map(({ ratio }) => ratio)),
    atMost: 1.06,
  },
  {
    what: 'to the limit, worst',
    measured: Math.max(...found.map(({ ratio }) => ratio)),
    atMost: 1.06,
  },
])}`,
);
