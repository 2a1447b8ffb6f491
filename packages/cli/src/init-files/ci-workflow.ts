import { relative, sep } from 'node:path';
import type { PackageManager, Site } from './site.ts';

/**
 * The GitHub Actions workflow that `init` writes. It fails if a manifest has a mistake or a picture is not in the store. It has
 * no key and buys nothing.
 */
export function ciWorkflow({ root, repository, packageManager }: Site): string {
  const folder = relative(repository, root).split(sep).join('/');
  const steps = [...installSteps[packageManager ?? 'none'], ...checks(packageManager)];
  return `# Fails where a picture is missing from .tintype. It buys nothing and needs no key.
name: Pictures
on: [push, pull_request]
permissions: { contents: read }
jobs:
  pictures:
    runs-on: ubuntu-latest
${folder === '' ? '' : `    defaults: { run: { working-directory: ${JSON.stringify(folder)} } }\n`}    steps:
      - uses: actions/checkout@v4
        with: { lfs: true }
${steps.map((step) => `      - ${step}\n`).join('')}`;
}

/** The same for GitLab. */
export function gitlabPipeline({ root, repository, packageManager }: Site): string {
  const folder = relative(repository, root).split(sep).join('/');
  const steps = [...installSteps[packageManager ?? 'none'], ...checks(packageManager)];
  const commands = steps.flatMap((step) => (step.startsWith('run: ') ? [step.slice(5)] : []));
  return `# Fails where a picture is missing from .tintype. It buys nothing and needs no key.
pictures:
  image: ${packageManager === 'bun' ? 'oven/bun:1' : 'node:24'}
  script:
${[...(folder === '' ? [] : [`cd ${JSON.stringify(folder)}`]), ...commands].map((command) => `    - ${command}\n`).join('')}`;
}

const node = 'uses: actions/setup-node@v4\n        with: { node-version: 24 }';

/** Corepack brings the package manager that \`package.json\` names. */
const installSteps: { readonly [Name in NonNullable<PackageManager> | 'none']: readonly string[] } =
  {
    npm: [node, 'run: npm ci'],
    pnpm: [node, 'run: corepack enable', 'run: pnpm install --frozen-lockfile'],
    yarn: [node, 'run: corepack enable', 'run: yarn install'],
    bun: [node, 'uses: oven-sh/setup-bun@v2', 'run: bun install --frozen-lockfile'],
    none: [node],
  };

function checks(packageManager: PackageManager): readonly string[] {
  const run = runner(packageManager);
  return [`run: ${run} check`, `run: ${run} --frozen`];
}

/** How a project runs the command. */
export function runner(packageManager: PackageManager): string {
  return {
    npm: 'npx tintype',
    pnpm: 'pnpm exec tintype',
    yarn: 'yarn tintype',
    bun: 'bunx tintype',
    none: 'npx --yes tintype',
  }[packageManager ?? 'none'];
}
