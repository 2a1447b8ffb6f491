/** Every bench with a table in `bench/RESULTS.md`, one after the other, with the flags that it is given: `npm run bench`. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const benches = ['encode'] as const;

for (const bench of benches) {
  const script = fileURLToPath(new URL(`${bench}.ts`, import.meta.url));
  const args = ['-C', 'tintype-source', script, ...process.argv.slice(2)];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}
