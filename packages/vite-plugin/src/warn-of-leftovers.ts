import { type Dirent, existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { basename, isAbsolute, join, relative, sep } from 'node:path';
import type { Rollup } from 'vite';
import type { BuildState } from './build-state.ts';
import { componentAdvice } from './component-advice.ts';
import { findLeftovers, mayHaveReferences, referencePlaces } from './find-leftovers.ts';
import { resolvesMarkdown } from './resolves-markdown.ts';
import { isPublicCopied } from './public-outputs.ts';

/** Warns about every reference that is left in the output, with its file. */
export async function warnOfLeftovers(
  { environment, run }: BuildState,
  bundle: Rollup.OutputBundle,
): Promise<void> {
  const { config } = environment;
  // The page's bundle also contains the files of a worker's bundle.
  if (config.isWorker) return;
  const lines: string[] = [];
  for (const [file, text] of [
    ...(resolvesMarkdown(config.plugins) ? unresolvedTexts(bundle) : textsOf(bundle)),
    ...(isPublicCopied(config) ? publicTexts(config.publicDir) : []),
  ]) {
    const places = /\.html?$/.test(file) ? await referencePlaces(text) : text;
    const { project } = await run.open();
    const leftovers = findLeftovers(places, (name) => project.find(name) !== null);
    if (leftovers.length === 0) continue;
    const output = bundle[file];
    const sources = output?.type === 'chunk' ? sourcesOf(output, leftovers, config.root) : [];
    const from = sources.length === 0 ? '' : ` (${sources.join(', ')})`;
    lines.push(`  ${file}: ${leftovers.join(', ')}${from}`);
  }
  if (lines.length === 0) return;
  config.logger.warn(
    `[tintype] these references are still in the output, where no browser understands them:\n${lines.join('\n')}\n` +
      componentAdvice(config.plugins),
  );
}

/** `src/app.tsx:12` for the files of a chunk that contain one of the references. */
function sourcesOf(
  { moduleIds }: Rollup.OutputChunk,
  leftovers: readonly string[],
  root: string,
): string[] {
  const places = moduleIds.flatMap((id) => {
    if (!isAbsolute(id) || id.includes('?') || id.includes('/node_modules/')) return [];
    const text = existsSync(id) ? readFileSync(id, 'utf8') : '';
    const lines = text.split('\n');
    return leftovers
      .map((written) => lines.findIndex((line) => line.includes(written)))
      .filter((at) => at !== -1)
      .map((at) => `${relative(root, id).split(sep).join('/')}:${at + 1}`);
  });
  return [...new Set(places)];
}

type NamedText = readonly [file: string, text: string];

/** The files of a bundle that may have references. */
function textsOf(bundle: Rollup.OutputBundle): NamedText[] {
  return Object.values(bundle).flatMap((output): NamedText[] => {
    const { fileName } = output;
    if (output.type === 'asset' && !checked.test(fileName)) return [];
    const text = textOf(output.type === 'chunk' ? output.code : output.source);
    return mayHaveReferences(text) ? [[fileName, text]] : [];
  });
}

/** The same, without the Markdown source that chunks of Astro contain: `@tintype/astro` has resolved its references. */
function unresolvedTexts(bundle: Rollup.OutputBundle): NamedText[] {
  return textsOf(bundle).flatMap(([file, text]): NamedText[] => {
    const output = bundle[file];
    const isCollection =
      output?.type === 'chunk' && output.moduleIds.includes('\0astro:data-layer-content');
    return isCollection ? [] : [[file, text.replaceAll(markdownImage, '')]];
  });
}

const markdownImage = /!\[[^\]]*\]\(\s*<?tintype:/g;

/** The files that Vite copies unchanged. Links are not followed. */
function publicTexts(publicDir: string): NamedText[] {
  const below = existsSync(publicDir) ? [...entriesBelow(publicDir)] : [];
  const texts = below.filter((entry) => entry.isFile() && checked.test(entry.name));
  return texts.flatMap(({ parentPath, name }): NamedText[] => {
    const path = join(parentPath, name);
    if (lstatSync(path).size > maxPublicBytes) return [];
    const text = readFileSync(path, 'utf8');
    const file = `${basename(publicDir)}/${relative(publicDir, path).split(sep).join('/')}`;
    return mayHaveReferences(text) ? [[file, text]] : [];
  });
}

/** Node's own recursive `readdirSync` follows links, and so runs without end where one leads in a circle (24.21, 2026-11-30). */
function* entriesBelow(folder: string): Generator<Dirent> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    yield entry;
    if (entry.isDirectory()) yield* entriesBelow(join(folder, entry.name));
  }
}

/** Much larger than text that a person writes. Larger files are data. */
const maxPublicBytes = 5_000_000;

/** Files with text in which references may be. */
const checked = /\.(?:html?|m?js|cjs|css|json|webmanifest|svg|xml)$/;

export function textOf(source: string | Uint8Array): string {
  return typeof source === 'string' ? source : Buffer.from(source).toString();
}
