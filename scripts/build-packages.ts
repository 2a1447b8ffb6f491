/**
 * Builds the packages whose sources are newer than their build. Tests and benches start the built command line, because it takes less than
 * half of the processor time of its sources to start. Vitest calls this before the first test, and before tests run again.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

const root = fileURLToPath(new URL('../', import.meta.url));

export default function setUp(project: TestProject): void {
  buildPackages();
  project.onTestsRerun(async () => buildPackages());
}

export function buildPackages(): void {
  const stale = readdirSync(join(root, 'packages')).filter(isStale);
  if (stale.length === 0) return;
  const filters = stale.map((name) => `--filter="./packages/${name}"`).join(' ');
  const { status, stdout } = spawnSync(`pnpm --recursive ${filters} run --if-present build`, {
    cwd: root,
    shell: true,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`the build of ${stale.join(', ')} failed:\n${stdout}`);
}

function isStale(name: string): boolean {
  const folder = join(root, 'packages', name);
  // The emulators are private, and run from their sources.
  if (name === 'emulators') return false;
  const sources = readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' });
  const files = ['package.json', ...sources.map((file) => join('src', file))];
  return (
    Math.max(...files.map((file) => writtenAt(join(folder, file)))) >=
    writtenAt(join(folder, 'dist'))
  );
}

/** In milliseconds since 1970; 0: there is nothing. */
function writtenAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
