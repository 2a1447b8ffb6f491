/**
 * Compares two machines of one core each that share a cache with one such machine alone. Both encode the same pictures.
 *
 *     node -C tintype-source bench/shared-cache.ts [--rounds 3] [--pictures 200] [--save]
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../packages/core/src/hash.ts';
import { formats, widths } from './encode/work.ts';
import { compare } from './support/compare.ts';
import { numberFlags } from './support/flags.ts';
import { ratioOf } from './support/ratios.ts';
import { publish } from './support/results.ts';
import { sharedProject, sharingMachine } from './support/sharing-machine.ts';
import { comparisonTable, goalTable } from './support/tables.ts';

const { rounds, pictures } = numberFlags({ rounds: 3, pictures: 200 });
const elsewhere = await mkdtemp(join(tmpdir(), 'tintype-bench-shared-'));
const remote = { dir: join(elsewhere, 'remote'), mode: 'readwrite', delayMs: 0 } as const;
const project = await sharedProject(pictures);
const lone = await sharingMachine(join(elsewhere, 'lone'), project, null);
const first = await sharingMachine(join(elsewhere, 'first'), project, remote);
const second = await sharingMachine(join(elsewhere, 'second'), project, remote);

const alone = 'one machine';
const together = 'two machines that share a cache';
const samples = await compare(
  [
    { name: alone, command: pinned(0, lone.command), env: lone.env, before: lone.forget },
    {
      name: together,
      command: [
        'sh',
        '-c',
        `${pinned(0, first.command).join(' ')} & a=$!; ${pinned(1, second.command).join(' ')} & b=$!; wait $a && wait $b`,
      ],
      env: first.env,
      before: async () => {
        for (const { forget } of [first, second]) await forget();
        await rm(remote.dir, { recursive: true, force: true });
      },
    },
  ],
  rounds,
);
const digests = await Promise.all(
  [lone, first, second].map(async ({ outDir }) => digestOf(outDir)),
);
if (new Set(digests).size > 1) throw new Error('the machines made other files');

publish(
  'Shared cache',
  [
    `${pictures} pictures to ${formats.length * widths.length} files each. CPU is that of all machines together.`,
    comparisonTable(samples, alone),
    goalTable([
      {
        what: `${together}: wall, to ${alone}`,
        measured: ratioOf(samples, together, alone, 'wallMs'),
        atMost: 0.55,
      },
      // The wall time as it would be if nothing else used the processors.
      {
        what: `${together}: CPU of each, to ${alone}`,
        measured: ratioOf(samples, together, alone, 'cpuMs') / 2,
        atMost: 0.55,
      },
    ]),
  ].join('\n\n'),
);
await rm(elsewhere, { recursive: true });

function pinned(core: number, command: readonly string[]): [string, ...string[]] {
  return ['taskset', '-c', `${core}`, ...command];
}

async function digestOf(dir: string): Promise<string> {
  const names = (await readdir(dir)).toSorted();
  const digests = await Promise.all(
    names.map(async (name) => `${name} ${sha256(await readFile(join(dir, name)))}`),
  );
  return sha256(digests.join('\n'));
}
