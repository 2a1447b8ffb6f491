import { packagesFor, type Choices } from './choices.ts';
import { runner } from './ci-workflow.ts';
import type { Site } from './site.ts';

/**
 * What to do with `public/images` in git. If there is a build, git ignores the folder, because a build makes it again. Without
 * a build, the site is served as it is committed, so the folder is committed. A plugin does not need the folder.
 */
export type PictureFolder = 'ignored' | 'committed' | 'none';

/** The commands that come next, the first of them first, and what else to know. */
export function nextSteps(
  site: Site,
  choices: Choices,
  { pictures, module }: { readonly pictures: PictureFolder; readonly module: string },
): string[] {
  const { packageManager, hasVite, hasVitePlugin } = site;
  const run = runner(packageManager);
  const missing = packagesFor(choices).filter((name) => !site.dependencies.has(name));
  const adds = missing.some((name) => name !== 'tintype');
  const commands = [
    ...(adds ? [[`${adder(packageManager)} ${missing.join(' ')}`, 'what these files need']] : []),
    [`${run} plan`, 'see what it would make, and for how much'],
    [`${run} --provider offline`, 'draw free stand-ins; needs no key'],
    [run, 'buy the pictures; needs OPENAI_API_KEY, for example in .env.local'],
  ] as const;
  const width = Math.max(...commands.map(([command]) => command.length));
  const also = pictures === 'committed' ? ', and public/images/' : '';
  return [
    'Next:',
    ...commands.map(([command, what]) => `  ${command.padEnd(width)}   ${what}`),
    '',
    choices.store === 'bucket'
      ? `Then commit .tintype/, which holds the records of the pictures that you have paid for${also}. Their bytes are in the bucket.`
      : `Then commit .tintype/, which holds the pictures that you have paid for${also}.`,
    ...(choices.store === 'bucket' ? ['Name your bucket in the config above.'] : []),
    ...(choices.store === 'lfs'
      ? ['Run "git lfs install" once on each machine, because the pictures are in Git LFS.']
      : []),
    ...(pictures === 'committed'
      ? [
          'public/images/ is not in .gitignore, because no build step of this project makes it: the site is served as it is committed.',
        ]
      : []),
    ...(pictures === 'ignored'
      ? [`public/images/ is in .gitignore: run "${run}" before the site is built.`]
      : []),
    ...pageSteps(choices, hasVite && !hasVitePlugin, module),
  ];
}

function pageSteps({ pages }: Choices, hasViteWithoutPlugin: boolean, module: string): string[] {
  switch (pages) {
    case 'vite':
      return hasViteWithoutPlugin
        ? [
            `Add the plugin to vite.config: import tintype from 'vite-plugin-tintype'; plugins: [tintype()].`,
          ]
        : [];
    case 'bundler':
      return [
        `Add the plugin to your bundler's config, such as: import { tintype } from 'tintype-unplugin/webpack'; plugins: [tintype()].`,
      ];
    case 'module':
      return [
        `Pages import from ${module}, which a run writes: import { hero } from './pictures'.`,
      ];
    case 'files':
      return hasViteWithoutPlugin
        ? [
            'This project uses Vite. The package vite-plugin-tintype imports pictures into its build: install it, add it to vite.config, and remove outDir from the config above.',
          ]
        : [];
  }
}

function adder(packageManager: Site['packageManager']): string {
  return {
    npm: 'npm install --save-dev',
    pnpm: 'pnpm add --save-dev',
    yarn: 'yarn add --dev',
    bun: 'bun add --dev',
    none: 'npm install --save-dev',
  }[packageManager ?? 'none'];
}
