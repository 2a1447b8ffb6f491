/** Builds the contact sheet's page into one file, `dist/page.html`. `npm run build` and the tests do this first. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const folder = import.meta.dirname;

/** Vitest calls this before the first test. */
export default async function buildPage(): Promise<void> {
  const [script, style] = await Promise.all([bundle('page.ts'), bundle('page.css')]);
  const frame = await readFile(join(folder, 'src/page.html'), 'utf8');
  const texts: Readonly<Record<string, string>> = { SCRIPT: script, STYLE: style };
  const html = frame
    .replace(
      /__TINTYPE_(SCRIPT|STYLE)_HASH__/g,
      (_, name: string) => `sha256-${digest(texts[name]!)}`,
    )
    // Without the white space that a formatter puts around it, because the policy allows this exact text.
    .replace(/\s*__TINTYPE_(SCRIPT|STYLE)__;?\s*/g, (_, name: string) => texts[name]!);
  await mkdir(join(folder, 'dist'), { recursive: true });
  // Each of two test runs at the same time finds a whole page.
  const temporary = join(folder, `dist/page.${process.pid}.tmp`);
  await writeFile(temporary, html);
  await rename(temporary, join(folder, 'dist/page.html'));
}

async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'src', entry)],
    bundle: true,
    minify: true,
    write: false,
    charset: 'utf8',
    format: 'iife',
    // Where the page runs: browsers of the last two years.
    target: ['chrome120', 'firefox121', 'safari17.4'],
    legalComments: 'none',
  });
  return outputFiles.map(({ text }) => text.trim()).join('');
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await buildPage();
}
