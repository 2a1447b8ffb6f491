import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PlacedError, type PlacedFile } from '@tintype/core/modules';
import type { Plugin, Rollup } from 'vite';
import type { Emitter } from './asset-target.ts';
import { expandPage } from './build-pages.ts';
import { type Builds, type BuildState, lateUrlIn } from './build-state.ts';
import { fillInUrls } from './late-pictures.ts';
import { nameConflict } from './name-conflicts.ts';
import { isPublicCopied } from './public-outputs.ts';
import { scheme } from './references.ts';
import { textOf, warnOfLeftovers } from './warn-of-leftovers.ts';

/** The end of a bundle, when style sheets, pages and the manifest exist. */
export function finishPlugin(builds: Builds): Plugin {
  /**
   * Names of files that Rolldown overwrote. It warns about them at the end, and does not rename an asset that collides with a
   * fixed name.
   */
  const overwritten = new Set<string>();
  /** Names that have the same picture from a worker. */
  const shared = new Set<string>();
  return {
    name: 'tintype:finish',
    apply: 'build',
    enforce: 'post',
    sharedDuringBuild: true,
    buildStart: () => {
      overwritten.clear();
      shared.clear();
    },
    onLog(_, { code, message }) {
      if (code !== 'FILE_NAME_CONFLICT') return true;
      const [, fileName] = /emitted file "?(.+?)"? overwrites/.exec(message) ?? [];
      if (fileName === undefined) return true;
      // Rollup would rename an asset of the site, so this warning can only be about the same picture from a worker.
      if (!('rolldownVersion' in this.meta)) {
        return !builds.all().some(({ target }) => target.hasEmitted(fileName));
      }
      if (shared.has(fileName)) return false;
      overwritten.add(fileName);
      return true;
    },
    generateBundle: {
      order: 'post',
      async handler(_, bundle) {
        const state = builds.of(this.environment);
        const { target, placed, modules, pages } = state;
        await expandLatePages(state, bundle);
        fillInStyles(state, bundle);
        await warnOfLeftovers(state, bundle);
        if (modules.size === 0 && pages.size === 0) return;
        placed.push(...[...pages.values()].flat());
        const conflict = nameConflict(placed, (one) => ownerOf(one, state, bundle));
        if (conflict !== null) this.error(new PlacedError(conflict));
        for (const { fileName, file } of placed) {
          // A file that is linked is empty in the bundle, unless a worker has it.
          const output = target.delivery === 'link' ? bundle[fileName] : undefined;
          if (output !== undefined && hasContent(output, file.sha256)) shared.add(fileName);
        }
        if (target.delivery === 'bundle') {
          await emitBytes(this, placed, bundle);
        } else if (target.isInBundle) {
          // These files were in the bundle only for their URLs. Their bytes are linked or copied.
          const empty = [...modules.values(), ...pages.values()].flat();
          for (const { fileName } of empty) delete bundle[fileName];
        }
      },
    },
    closeBundle() {
      const { placed, target } = builds.find(this.environment) ?? { placed: [], target: null };
      const conflict = nameConflict(placed, ({ fileName, file }) => {
        if (!overwritten.has(fileName) || shared.has(fileName) || target === null) return null;
        return target.hasEmitted(fileName) && !target.isNamedByContent(file) ? ofSite : null;
      });
      if (conflict !== null) this.error(new PlacedError(conflict));
    },
  };
}

function isEmpty(output: Rollup.OutputBundle[string]): boolean {
  return output.type === 'asset' && output.source.length === 0;
}

function hasContent(output: Rollup.OutputBundle[string], sha256: string): boolean {
  if (output.type !== 'asset') return false;
  return createHash('sha256').update(output.source).digest('hex') === sha256;
}

const ofSite = 'the name of a file of the site';

/** Expands pages that were emitted or changed after the others. */
async function expandLatePages(state: BuildState, bundle: Rollup.OutputBundle): Promise<void> {
  for (const asset of Object.values(bundle)) {
    if (asset.type !== 'asset' || !asset.fileName.endsWith('.html')) continue;
    const html = textOf(asset.source);
    if (!html.includes(scheme)) continue;
    const page = asset.fileName;
    const expanded = await expandPage(state, html, page, page);
    if (expanded !== html) asset.source = expanded;
  }
}

/** A file of the build that has the name of a picture but is not the picture. */
function ownerOf(
  { fileName, file }: PlacedFile,
  { target, environment }: BuildState,
  bundle: Rollup.OutputBundle,
): string | null {
  const output = bundle[fileName];
  // A worker's picture is in the bundle already. A linked file is in it only for its URL, and is empty.
  const isOurs =
    output === undefined ||
    (target.hasEmitted(fileName) && isEmpty(output)) ||
    hasContent(output, file.sha256);
  if (!isOurs) return ofSite;
  const { publicDir } = environment.config;
  return isPublicCopied(environment.config) &&
    !target.isNamedByContent(file) &&
    existsSync(join(publicDir, fileName))
    ? `a file of ${publicDir}`
    : null;
}

function fillInStyles(state: BuildState, bundle: Rollup.OutputBundle): void {
  for (const asset of Object.values(bundle)) {
    if (asset.type !== 'asset' || typeof asset.source !== 'string') continue;
    if (!asset.fileName.endsWith('.css')) continue;
    const host = { fileName: asset.fileName, type: 'css' } as const;
    const filled = fillInUrls(asset.source, (file) => lateUrlIn(state, file, host));
    if (filled !== asset.source) asset.source = filled;
  }
}

async function emitBytes(
  emitter: Emitter,
  files: readonly PlacedFile[],
  bundle: Rollup.OutputBundle,
): Promise<void> {
  const named = new Map(files.map((placed) => [placed.fileName, placed.file]));
  for (const [fileName, file] of named) {
    if (Object.hasOwn(bundle, fileName)) continue;
    emitter.emitFile({ type: 'asset', fileName, source: await file.read() });
  }
}
