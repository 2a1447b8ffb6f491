/**
 * Builds the packages whose sources are newer than their build. Tests and benches start the built command line, because it starts sooner
 * than its sources. Vitest calls this before the first test, and before tests run again.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
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
    // A bench that `node` starts does not have the workspace's programs in its path.
    env: {
      ...process.env,
      PATH: join(root, 'node_modules/.bin') + delimiter + process.env['PATH'],
    },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`the build of ${stale.join(', ')} failed:\n${stdout}`);
}

function isStale(name: string): boolean {
  const folder = join(root, 'packages', name);
  // The emulators are private, and run from their sources.
  if (name === 'emulators') return false;
  const sources = ['src', 'page/src'].flatMap((name) => filesBelow(join(folder, name)));
  const files = [...sources, join(folder, 'package.json'), join(folder, 'page/build.ts')];
  return Math.max(...files.map(writtenAt)) >= writtenAt(join(folder, 'dist'));
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.map((name) => join(folder, name));
}

/** In milliseconds since 1970; 0: there is nothing. */
function writtenAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
