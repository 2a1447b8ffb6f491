/**
 * Compares a machine whose shared cache answers late with the same machine without a shared cache. The cache has everything or
 * nothing.
 *
 *     node -C tintype-source bench/late-cache.ts [--rounds 5] [--pictures 24] [--save]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formats, widths } from './encode/work.ts';
import { compare, type Contestant } from './support/compare.ts';
import { numberFlags } from './support/flags.ts';
import { ratioOf } from './support/ratios.ts';
import { publish } from './support/results.ts';
import { sharedProject, sharingMachine } from './support/sharing-machine.ts';
import { comparisonTable, goalTable } from './support/tables.ts';

const { rounds, pictures } = numberFlags({ rounds: 5, pictures: 24 });
const elsewhere = await mkdtemp(join(tmpdir(), 'tintype-bench-late-'));
const project = await sharedProject(pictures);

const filling = await contestant('fills the cache', {
  dir: join(elsewhere, 'full'),
  mode: 'readwrite',
  delayMs: 0,
});
await compare([filling], 1);

const without = 'no shared cache';
const late: Contestant[] = [];
for (const what of ['full', 'empty']) {
  for (const delayMs of [0, 50, 500, 5000]) {
    const remote = { dir: join(elsewhere, what), mode: 'read', delayMs } as const;
    late.push(await contestant(`${what}, answers after ${delayMs} ms`, remote));
  }
}
const samples = await compare([await contestant(without, null), ...late], rounds);
publish(
  'Shared cache that is late',
  [
    `${pictures} pictures to ${formats.length * widths.length} files each:`,
    comparisonTable(samples, without),
    goalTable(
      late.map(({ name }) => ({
        what: `${name}: wall, to ${without}`,
        measured: ratioOf(samples, name, without, 'wallMs'),
        atMost: 1.05,
      })),
    ),
  ].join('\n\n'),
);
await rm(elsewhere, { recursive: true });

async function contestant(
  name: string,
  remote: Parameters<typeof sharingMachine>[2],
): Promise<Contestant> {
  const root = join(elsewhere, name.replaceAll(/\W+/g, '-'));
  const { command, env, forget } = await sharingMachine(root, project, remote);
  return { name, command, env, before: forget };
}
