import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { EXIT } from '../exit-codes.ts';
import { usesVitePlugin } from '@tintype/core';
import { firstConfig } from '../init-files/first-config.ts';
import { FIRST_MANIFEST } from '../init-files/first-manifest.ts';
import { missingIgnoreLines } from '../init-files/gitignore.ts';
import type { Shell } from '../shell.ts';

export interface InitFlags {
  readonly root?: string;
  readonly quiet?: boolean;
}

/** Writes a first manifest, config and .gitignore lines into the working folder. What is there already stays as it is. */
export async function initCommand(shell: Shell, flags: InitFlags): Promise<number> {
  const root = resolve(shell.cwd, flags.root ?? '.');
  await mkdir(root, { recursive: true });
  const hasVitePlugin = usesVitePlugin(root);
  const lines = [
    await writeNew(root, 'tintype.images.yaml', FIRST_MANIFEST),
    hasConfig(root)
      ? 'kept     the config that is there'
      : await writeNew(root, 'tintype.config.ts', firstConfig({ hasVitePlugin })),
    await extendGitignore(root, hasVitePlugin),
    '',
    'Next:',
    '  npx tintype plan                 what it would make, and for how much',
    '  npx tintype --provider offline   stand-ins, without a key and for nothing',
    '  npx tintype                      the pictures; it needs OPENAI_API_KEY, in .env.local for instance',
    '',
    'Commit .tintype/ when it is there: it holds the pictures that you have paid for.',
  ];
  if (!flags.quiet) shell.stdout.write(`${lines.join('\n')}\n`);
  return EXIT.delivered;
}

function hasConfig(root: string): boolean {
  return ['ts', 'mts', 'js', 'mjs', 'json'].some((extension) =>
    existsSync(join(root, `tintype.config.${extension}`)),
  );
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

async function extendGitignore(root: string, hasVitePlugin: boolean): Promise<string> {
  const file = join(root, '.gitignore');
  const before = existsSync(file) ? await readFile(file, 'utf8') : '';
  // A folder that is there already may hold pictures of the user's own.
  const wanted = hasVitePlugin || existsSync(join(root, 'public/images')) ? [] : ['public/images/'];
  const lines = missingIgnoreLines(before, [
    '.tintype/attempts/',
    '.env.local',
    'tintype-sheet.html',
    ...wanted,
  ]);
  if (lines.length === 0) return 'kept     .gitignore';
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  await writeFile(file, `${gap}${lines.join('\n')}\n`, { flag: 'a' });
  return `extended .gitignore: ${lines.join(' ')}`;
}
