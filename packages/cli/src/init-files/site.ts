import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageFacts } from '@tintype/core';
import { foldersUp } from './folders-up.ts';

/** The facts about a folder that decide what `init` writes. */
export interface Site {
  /** Absolute. */
  readonly root: string;
  /** Absolute: the repository's folder, where CI looks for workflows; without a repository, the root. */
  readonly repository: string;
  /** The names of its packages. */
  readonly dependencies: ReadonlySet<string>;
  readonly hasVitePlugin: boolean;
  /** The project uses Vite, or a framework based on it that accepts Vite plugins. */
  readonly hasVite: boolean;
  readonly hasNext: boolean;
  /** It uses a bundler for which there is a plugin. */
  readonly hasBundler: boolean;
  /** A build step makes the site from its sources, and can make its pictures, too. */
  readonly hasBuild: boolean;
  readonly packageManager: PackageManager;
}

/** The package manager whose lock file exists; `null`: there is no `package.json`. */
export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun' | null;

export function inspectSite(root: string): Site {
  const { dependencies, scripts } = packageFacts(root);
  const hasAny = (names: readonly string[]) => names.some((name) => dependencies.has(name));
  const folders = foldersUp(root);
  const repository = folders.find((folder) => existsSync(join(folder, '.git'))) ?? root;
  return {
    root,
    repository,
    dependencies,
    hasVitePlugin: dependencies.has('vite-plugin-tintype'),
    hasVite: hasAny(viteHosts),
    hasNext: dependencies.has('next'),
    hasBundler: hasAny(bundlers),
    hasBuild: scripts.has('build') || hasAny([...viteHosts, ...otherBuilders]),
    packageManager: packageManagerOf(root, repository),
  };
}

const viteHosts = ['vite', '@sveltejs/kit', 'astro', 'nuxt', 'vitepress', '@react-router/dev'];

const bundlers = ['webpack', '@rspack/core', '@rsbuild/core', 'rollup', 'rolldown', 'esbuild'];

const otherBuilders = ['next', 'gatsby', 'webpack', 'parcel', '@angular/cli', '@11ty/eleventy'];

const lockFiles = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['package-lock.json', 'npm'],
] as const;

function packageManagerOf(root: string, repository: string): PackageManager {
  const folders = foldersUp(root);
  const inside = folders.slice(0, folders.indexOf(repository) + 1);
  if (!inside.some((folder) => existsSync(join(folder, 'package.json')))) return null;
  const found = inside.flatMap((folder) =>
    lockFiles.filter(([file]) => existsSync(join(folder, file))),
  );
  return found[0]?.[1] ?? 'npm';
}
