import { existsSync, lstatSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Choices } from './choices.ts';
import { ciWorkflow, gitlabPipeline, runner } from './ci-workflow.ts';
import { firstConfig } from './first-config.ts';
import { firstManifest } from './first-manifest.ts';
import { missingLines } from './missing-lines.ts';
import { nextSteps, type PictureFolder } from './next-steps.ts';
import { schemaPath } from './schema-path.ts';
import type { Site } from './site.ts';

/**
 * Writes a first manifest, a config, .gitignore lines and what CI needs into the site's folder, which exists. Existing files stay as they
 * are. Resolves to lines that say what was written, and what comes next.
 */
export async function writeFirstFiles(site: Site, choices: Choices): Promise<string[]> {
  const { root } = site;
  // Before anything is written there.
  const pictures = pictureFolder(site, choices);
  const module = existsSync(join(root, 'src')) ? 'src/pictures.ts' : 'pictures.ts';
  return [
    await writeNew(root, 'tintype.images.yaml', firstManifest(schemaPath(root))),
    hasConfig(root)
      ? 'kept     the config that is there'
      : await writeNew(root, 'tintype.config.ts', firstConfig(choices, module)),
    await extendFile(root, '.gitignore', [
      '.tintype/attempts/',
      '.env.local',
      'tintype-sheet.html',
      ...(pictures === 'ignored' ? ['public/images/'] : []),
      ...(pictures === 'ignored' && choices.pages === 'module' ? [module] : []),
    ]),
    ...(choices.store === 'lfs' ? [await extendFile(root, '.gitattributes', [lfsLine])] : []),
    ...(await writeCi(site, choices)),
    '',
    ...nextSteps(site, choices, { pictures, module }),
  ];
}

/** Records stay in git itself, because a pull request shows them. */
const lfsLine = '.tintype/originals/** filter=lfs diff=lfs merge=lfs -text';

function hasConfig(root: string): boolean {
  return ['ts', 'mts', 'js', 'mjs', 'json'].some((extension) =>
    existsSync(join(root, `tintype.config.${extension}`)),
  );
}

function pictureFolder({ root, hasBuild }: Site, { pages }: Choices): PictureFolder {
  if (pages === 'vite' || pages === 'bundler') return 'none';
  // An existing folder may contain the user's own pictures.
  return hasBuild && !existsSync(join(root, 'public/images')) ? 'ignored' : 'committed';
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

async function extendFile(root: string, name: string, wanted: readonly string[]): Promise<string> {
  const file = join(root, name);
  const status = lstatSync(file, { throwIfNoEntry: false });
  // A clone can contain a link to any file. Git does not follow links here either (since 2.32).
  if (status?.isFile() === false) return `kept     ${name}, which is no regular file`;
  const before = status ? await readFile(file, 'utf8') : '';
  const lines = missingLines(before, wanted);
  if (lines.length === 0) return `kept     ${name}`;
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  await writeFile(file, `${gap}${lines.join('\n')}\n`, { flag: 'a' });
  return `extended ${name}: ${lines.join(' ')}`;
}

async function writeCi(site: Site, { ci }: Choices): Promise<string[]> {
  if (ci === 'none') return [];
  return [await (ci === 'gitlab' ? writePipeline(site) : writeWorkflow(site))];
}

/** GitLab reads one file, so a file that is there is only named. */
async function writePipeline(site: Site): Promise<string> {
  const written = await writeNew(site.repository, '.gitlab-ci.yml', gitlabPipeline(site));
  return written.startsWith('kept')
    ? addToOther('.gitlab-ci.yml', site)
    : `${written}: fails where a picture is missing; it needs no key`;
}

function addToOther(name: string, { packageManager }: Site): string {
  return `kept     ${name}: add "${runner(packageManager)} --frozen" to it, which fails where a picture is missing; it needs no key`;
}

/** Writes no workflow if another CI is set up, and never writes through a link. */
async function writeWorkflow(site: Site): Promise<string> {
  const { root, repository } = site;
  const other = otherCis.find((name) => existsSync(join(repository, name)));
  if (other !== undefined && !existsSync(join(repository, '.github'))) {
    return addToOther(other, site);
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
