/**
 * What a clean install of core takes on this platform: packs it, installs the file into an empty folder, and adds up the files of each
 * package as a disk keeps them. Needs a build and npm's registry.
 *
 *     node -C tintype-source bench/install-size.ts
 */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  globSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { table } from './support/tables.ts';

const core = fileURLToPath(new URL('../packages/core/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tintype-install-'));
const run = (program: string, ...args: readonly string[]) =>
  execFileSync(program, args, { cwd: folder, encoding: 'utf8' });
try {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  // pnpm, because npm does not know the versions of packages of the workspace.
  execFileSync('pnpm', ['pack', '--pack-destination', folder], { cwd: core });
  const [tarball = ''] = globSync('*.tgz', { cwd: folder });
  run('npm', 'install', '--no-audit', '--no-fund', join(folder, tarball));
  const modules = join(folder, 'node_modules');
  const own = [...needsOf(join(core, 'package.json'))];
  const packages = globSync('node_modules/{*,@*/*}/package.json', { cwd: folder }).length;
  console.log(
    `${kbOf(modules)} kB, ${own.length} dependencies, ${packages} packages with core itself; core alone ${kbOf(join(modules, '@tintype/core'))} kB\n`,
  );
  const sizes = own.map(
    (name) =>
      [name, sum([...closureOf(modules, name)].map((one) => kbOf(join(modules, one))))] as const,
  );
  console.log(
    table(
      ['package', 'kB, with what it needs'],
      sizes.toSorted(([, one], [, other]) => other - one).map(([name, kb]) => [name, String(kb)]),
    ),
  );
} finally {
  rmSync(folder, { recursive: true });
}

/** A package and all that it needs. What is not for this platform is not installed. */
function closureOf(modules: string, name: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(name) || !existsSync(join(modules, name))) return found;
  found.add(name);
  for (const needed of needsOf(join(modules, name, 'package.json')))
    closureOf(modules, needed, found);
  return found;
}

function needsOf(file: string): readonly string[] {
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(file, 'utf8')) as Record<
    string,
    Readonly<Record<string, string>> | undefined
  >;
  return Object.keys({ ...dependencies, ...optionalDependencies });
}

/** In units of 1,024 bytes, each file rounded up to blocks, as `du -k` counts. */
function kbOf(path: string): number {
  const names = globSync('**', { cwd: path, withFileTypes: true });
  return Math.round(
    sum(names.map((entry) => statSync(join(entry.parentPath, entry.name)).blocks)) / 2,
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
