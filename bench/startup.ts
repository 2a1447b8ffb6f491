/**
 * Compares the start-up of the built command line with Node that does nothing.
 *
 *     node -C tintype-source bench/startup.ts [--rounds 15] [--save]
 */
import { compare, type Contestant } from './support/compare.ts';
import { numberFlags } from './support/flags.ts';
import { ratioOf } from './support/ratios.ts';
import { publish } from './support/results.ts';
import { comparisonTable, goalTable } from './support/tables.ts';
import { tintype, warmProject } from './warm/warm-project.ts';

const { rounds } = numberFlags({ rounds: 15 });
const root = await warmProject(10, [16, 32, 48]);
const nothing = 'node -e 0';
const commands = [
  { name: 'tintype --help', args: ['--help'], atMost: 2 },
  { name: 'tintype plan, 10 images', args: ['plan'], atMost: 3 },
  { name: 'tintype, 10 images', args: [], atMost: 3 },
] as const;

const samples = await compare(
  [
    { name: nothing, command: [process.execPath, '-e', '0'] },
    ...commands.map(({ name, args }): Contestant => ({
      name,
      command: [process.execPath, tintype, ...args],
      cwd: root,
    })),
  ],
  rounds,
);
publish(
  'Start-up',
  `In a project with a \`tintype.config.ts\`, in which nothing has changed:

${comparisonTable(samples, nothing)}

${goalTable(
  commands.map(({ name, atMost }) => ({
    what: `${name}: wall`,
    measured: ratioOf(samples, name, nothing, 'wallMs'),
    atMost,
  })),
)}`,
);
