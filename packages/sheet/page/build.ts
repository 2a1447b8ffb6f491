/** Builds the contact sheet's page into one file, `dist/page.html`. A part of the package's build. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { minify } from 'terser';

const folder = import.meta.dirname;
const page = join(folder, 'dist/page.html');

async function buildPage(): Promise<void> {
  const [script, style] = await Promise.all([bundle('page.ts').then(smallest), bundle('page.css')]);
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
  await rename(temporary, page);
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

/** What esbuild minified has 1.5 kB more, most of it in the word `function`. No function of the page has a `this`, and no getter of it an effect. */
async function smallest(script: string): Promise<string> {
  const { code } = await minify(script, {
    ecma: 2022,
    compress: {
      passes: 4,
      hoist_funs: true,
      unsafe_arrows: true,
      pure_getters: true,
      keep_fargs: false,
    },
  });
  return code!;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

await buildPage();
