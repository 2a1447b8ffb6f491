/**
 * Everything that must hold before a change lands, one after the other; stops at the first that does not.
 * `--no-tests`: where they have just passed, as in CI.
 */
import { spawnSync } from 'node:child_process';

const steps: readonly (readonly [name: string, command: string])[] = [
  ['build', 'pnpm --recursive --filter "./packages/*" run build'],
  ['format', 'oxfmt --check'],
  ['lint', 'oxlint --type-aware --deny-warnings'],
  ['imports', 'depcruise packages/*/src --config .dependency-cruiser.mjs'],
  ['types', 'node --run typecheck'],
  ['tests', 'vitest run --mode quick'],
  ['schemas', 'vitest run packages/cli/test/schemas.slow.test.ts'],
  ['unused code', 'knip'],
  ['packages', 'node scripts/check-packages.ts'],
];

const isTesting = !process.argv.includes('--no-tests');
for (const [name, command] of steps) {
  if (name === 'tests' && !isTesting) continue;
  const started = performance.now();
  const { status } = spawnSync(command, { shell: true, stdio: 'inherit' });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (status !== 0) {
    console.error(`\ncheck: ${name} failed (${command})`);
    process.exit(1);
  }
  console.log(`check: ${name} passed in ${seconds} s`);
}
