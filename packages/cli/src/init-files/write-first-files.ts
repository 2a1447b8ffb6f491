import { existsSync, lstatSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { ciWorkflow, runner } from './ci-workflow.ts';
import { firstConfig } from './first-config.ts';
import { firstManifest } from './first-manifest.ts';
import { missingIgnoreLines } from './gitignore.ts';
import { inspectSite, schemaPath, type Site } from './site.ts';

/**
 * Writes a first manifest, a config, .gitignore lines and a CI workflow into the folder (absolute), and makes the folder if it
 * is missing. Existing files stay as they are. Resolves to lines that say what was written, and what comes next.
 */
export async function writeFirstFiles(root: string): Promise<string[]> {
  await mkdir(root, { recursive: true });
  const site = inspectSite(root);
  // Before anything is written there.
  const pictures = pictureFolder(site);
  return [
    await writeNew(root, 'tintype.images.yaml', firstManifest(schemaPath(root))),
    hasConfig(root)
      ? 'kept     the config that is there'
      : await writeNew(root, 'tintype.config.ts', firstConfig(site)),
    await extendGitignore(root, pictures === 'ignored' ? ['public/images/'] : []),
    await writeWorkflow(site),
    '',
    ...nextSteps(site, pictures),
  ];
}

function hasConfig(root: string): boolean {
  return ['ts', 'mts', 'js', 'mjs', 'json'].some((extension) =>
    existsSync(join(root, `tintype.config.${extension}`)),
  );
}

/**
 * What to do with `public/images` in git. If there is a build, git ignores the folder, because a build makes it again. Without
 * a build, the site is served as it is committed, so the folder is committed. Vite's plugin does not need the folder.
 */
type PictureFolder = 'ignored' | 'committed' | 'none';

function pictureFolder({ root, hasVitePlugin, hasBuild }: Site): PictureFolder {
  if (hasVitePlugin) return 'none';
  // An existing folder may contain the user's own pictures.
  return hasBuild && !existsSync(join(root, 'public/images')) ? 'ignored' : 'committed';
}

/** The commands that come next, the first of them first. */
function nextSteps({ packageManager, hasVite, hasVitePlugin }: Site, pictures: PictureFolder) {
  const run = runner(packageManager);
  const commands = [
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
    `Then commit .tintype/, which holds the pictures that you have paid for${also}.`,
    ...(pictures === 'committed'
      ? [
          'public/images/ is not in .gitignore, because no build step of this project makes it: the site is served as it is committed.',
        ]
      : []),
    ...(pictures === 'ignored'
      ? [`public/images/ is in .gitignore: run "${run}" before the site is built.`]
      : []),
    ...(hasVite && !hasVitePlugin
      ? [
          'This project uses Vite. The package vite-plugin-tintype imports pictures into its build: install it, add it to vite.config, and remove outDir from the config above.',
        ]
      : []),
  ];
}

async function writeNew(root: string, name: string, text: string): Promise<string> {
  try {
    await writeFile(join(root, name), text, { flag: 'wx' });
    return `wrote    ${name}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return `kept     ${name}`;
    throw error;
  }
}

async function extendGitignore(root: string, more: readonly string[]): Promise<string> {
  const file = join(root, '.gitignore');
  const status = lstatSync(file, { throwIfNoEntry: false });
  // A clone can contain a link to any file. Git does not follow links here either (since 2.32).
  if (status?.isFile() === false) return 'kept     .gitignore, which is no regular file';
  const before = status ? await readFile(file, 'utf8') : '';
  const ignored = ['.tintype/attempts/', '.env.local', 'tintype-sheet.html', ...more];
  const lines = missingIgnoreLines(before, ignored);
  if (lines.length === 0) return 'kept     .gitignore';
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  await writeFile(file, `${gap}${lines.join('\n')}\n`, { flag: 'a' });
  return `extended .gitignore: ${lines.join(' ')}`;
}

/** Writes no workflow if another CI is set up, and never writes through a link. */
async function writeWorkflow(site: Site): Promise<string> {
  const { root, repository, packageManager } = site;
  const check = `${runner(packageManager)} --frozen`;
  const other = otherCis.find((name) => existsSync(join(repository, name)));
  if (other !== undefined && !existsSync(join(repository, '.github'))) {
    return `kept     ${other}: add "${check}" to it, which fails where a picture is missing; it needs no key`;
  }
  // Another project of the repository may have one.
  const folder = relative(repository, root).split(sep).join('-');
  const name = `.github/workflows/tintype${folder === '' ? '' : `-${folder}`}.yml`;
  const folders = [dirname(dirname(name)), dirname(name)].map((path) => join(repository, path));
  const isFolder = (path: string) =>
    lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== false;
  if (!folders.every(isFolder)) return 'kept     .github, which is no folder';
  await mkdir(join(repository, dirname(name)), { recursive: true });
  const written = await writeNew(repository, name, ciWorkflow(site));
  return `${written}: fails where a picture is missing; it needs no key`;
}

const otherCis = [
  '.gitlab-ci.yml',
  'azure-pipelines.yml',
  'bitbucket-pipelines.yml',
  '.circleci',
  '.drone.yml',
  '.woodpecker.yml',
  'Jenkinsfile',
];
