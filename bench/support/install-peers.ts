import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the other tools and of the scripts that import them. */
export const peersDir = fileURLToPath(new URL('../peers/', import.meta.url));

/** Installs the versions in `bench/peers/package-lock.json`, unless they are installed already. */
export function installPeers(): void {
  if (isInstalled()) return;
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: peersDir,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error('npm ci in bench/peers failed');
}

/** npm keeps a copy of the lockfile that it installed, without the entry of the root. */
function isInstalled(): boolean {
  const copy = `${peersDir}node_modules/.package-lock.json`;
  if (!existsSync(copy)) return false;
  const packagesOf = (path: string): Record<string, { version: string; optional?: boolean }> =>
    JSON.parse(readFileSync(path, 'utf8')).packages;
  const installed = packagesOf(copy);
  return Object.entries(packagesOf(`${peersDir}package-lock.json`)).every(
    ([name, { version, optional }]) =>
      name === '' || optional === true || installed[name]?.version === version,
  );
}
