import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository: string = fileURLToPath(new URL('../../../', import.meta.url));

/** A Markdown file of the repository, by its path from the root. */
export interface MarkdownPage {
  readonly file: string;
  readonly text: string;
}

/** A fenced block of code. */
export interface CodeBlock {
  /** The file and the line of its fence: `docs/tutorial.md:12`. */
  readonly at: string;
  readonly language: string;
  /** The file that a reader makes of it; `null`: it is not said. */
  readonly name: string | null;
  readonly code: string;
}

/** All pages that a reader may see: those of the site, and the READMEs. */
export function markdownPages(): readonly MarkdownPage[] {
  return filesBelow(repository)
    .map((path) => relative(repository, path).replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.md') && !file.startsWith('.changeset/'))
    .map((file) => ({ file, text: readFileSync(join(repository, file), 'utf8') }));
}

const skipped = new Set([
  'node_modules',
  'dist',
  '.git',
  'coverage',
  'cache',
  '.changeset',
  'fixtures',
]);

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

export function codeBlocks({ file, text }: MarkdownPage): readonly CodeBlock[] {
  const fence = /^```(\S*)(?: \[([^\]]+)\])?\n([\s\S]*?)^```$/gm;
  return [...text.matchAll(fence)].map(
    ({ 1: language = '', 2: name = null, 3: code = '', index }) => {
      const line = text.slice(0, index).split('\n').length;
      return { at: `${file}:${line}`, language, name, code };
    },
  );
}
