import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Site } from './site.ts';

/** What decides which files `init` writes. */
export interface Choices {
  /** How pages get their pictures. `module`: from a module of all of them. `files`: by their paths. */
  readonly pages: 'vite' | 'bundler' | 'module' | 'files';
  /** Where the bytes of bought pictures are. */
  readonly store: 'git' | 'lfs' | 'bucket';
  readonly ci: 'github' | 'gitlab' | 'none';
}

/** What to choose where nobody can be asked. A package is never chosen that is not installed. */
export function detectedChoices({ repository, hasVitePlugin }: Site): Choices {
  const hasGitLab =
    existsSync(join(repository, '.gitlab-ci.yml')) && !existsSync(join(repository, '.github'));
  return {
    pages: hasVitePlugin ? 'vite' : 'files',
    store: 'git',
    ci: hasGitLab ? 'gitlab' : 'github',
  };
}

/** What to suggest to a person. */
export function suggestedChoices(site: Site): Choices {
  const { hasVite, hasNext, hasBundler } = site;
  const detected = detectedChoices(site);
  const pages = hasVite ? 'vite' : hasNext ? 'module' : hasBundler ? 'bundler' : detected.pages;
  return { ...detected, pages };
}

/** The packages that a project needs for its choices. */
export function packagesFor({ pages, store }: Choices): readonly string[] {
  return [
    'tintype',
    ...(pages === 'vite' ? ['vite-plugin-tintype'] : []),
    ...(pages === 'bundler' ? ['tintype-unplugin'] : []),
    ...(store === 'bucket' ? ['@tintype/s3'] : []),
  ];
}
