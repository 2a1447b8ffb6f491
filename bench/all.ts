/** Every bench with a table in `bench/RESULTS.md`, one after the other: `npm run bench -- [--rounds 5] [--save]`. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, save: { type: 'boolean', default: false } },
});
const rounds = ['--rounds', values.rounds];
const save = values.save ? ['--save'] : [];

/** Name and flags. Benches that measure bytes and pixels need no rounds. */
const benches = [
  ['quality', []],
  ['colours', []],
  ['bytes', []],
  ['efforts', []],
  ['placeholders', []],
  ['limit', []],
  ['fit-quality', []],
  ['encode', rounds],
  ['cold', rounds],
  ['warm', rounds],
  ['startup', rounds],
  ['vite-warm', rounds],
  ['vite-foreign', rounds],
  ['shared-cache', ['--rounds', '3']],
  ['late-cache', rounds],
  ['batch-memory', []],
  ['remote-originals', ['--rounds', '3']],
  ['shared-money', []],
  ['queue', []],
  ['queue-encode', []],
  ['looks', []],
  ['simulation', []],
] as const;

for (const [bench, flags] of benches) {
  const script = fileURLToPath(new URL(`${bench}.ts`, import.meta.url));
  const args = ['-C', 'tintype-source', script, ...flags, ...save];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}
