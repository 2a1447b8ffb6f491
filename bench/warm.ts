/**
 * Warm runs of the built command line, compared with a script that only lists and hashes the same files.
 *
 *     node -C tintype-source bench/warm.ts [--rounds 5] [--images 1000] [--many 10000] [--save]
 */
import { fileURLToPath } from 'node:url';
import { compare, type Contestant } from './support/compare.ts';
import { numberFlags } from './support/flags.ts';
import { medianOf, ratioOf } from './support/ratios.ts';
import { publish } from './support/results.ts';
import { comparisonTable, goalTable } from './support/tables.ts';
import { tintype, warmProject } from './warm/warm-project.ts';

const { rounds, images, many } = numberFlags({ rounds: 5, images: 1000, many: 10_000 });
const look = fileURLToPath(new URL('warm/look.mjs', import.meta.url));

const first = await warmProject(images, [16, 32, 48]);
const few = await compare([looking(first), warm('generate', first)], rounds);
const second = await warmProject(many, []);
const more = await compare(
  [looking(second), warm('generate', second), warm('plan', second)],
  rounds,
);

const bytesPerHundred = (name: string) =>
  (medianOf(more, name, 'peakBytes') - medianOf(more, 'looking', 'peakBytes')) / (many / 100);
publish(
  'Warm',
  `${images} images in 12 files each:

${comparisonTable(few, 'looking')}

${many} images in 3 files each:

${comparisonTable(more, 'looking')}

${goalTable([
  {
    what: `warm run, ${images} x 12: wall, to looking`,
    measured: ratioOf(few, 'tintype generate', 'looking', 'wallMs'),
    atMost: 2,
  },
  {
    what: `warm run, ${many}: wall, to looking`,
    measured: ratioOf(more, 'tintype generate', 'looking', 'wallMs'),
    atMost: 2,
  },
  {
    what: `warm plan, ${many}: wall, to looking`,
    measured: ratioOf(more, 'tintype plan', 'looking', 'wallMs'),
    atMost: 2,
  },
  {
    what: 'warm run: MB more than looking, per 100 images',
    measured: bytesPerHundred('tintype generate') / 1e6,
    atMost: 1,
  },
  {
    what: 'warm plan: MB more than looking, per 100 images',
    measured: bytesPerHundred('tintype plan') / 1e6,
    atMost: 1,
  },
])}`,
);

function looking(root: string): Contestant {
  return { name: 'looking', command: [process.execPath, look, root] };
}

function warm(command: 'generate' | 'plan', root: string): Contestant {
  return {
    name: `tintype ${command}`,
    command: [process.execPath, tintype, command],
    cwd: root,
  };
}
