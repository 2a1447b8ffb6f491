import { extname, relative } from 'node:path';
import { TintypeError } from '../errors.ts';
import { slashed } from '../fs/slashed.ts';
import type { AssetMap } from '../types.ts';
import { openOutputFolder } from './output-folder.ts';
import { moduleHeader, renderModule } from './picture-module.ts';

/** The module of the pictures, as a file. */
export interface PictureModule {
  /** Relative to the output folder, as other outputs are. */
  readonly file: string;
  /** The text that it should have; `null`: it has that text. */
  readonly textFor: (assetMap: AssetMap) => Promise<string | null>;
  readonly write: (text: string) => Promise<void>;
}

/** The paths are absolute. */
export interface ModulePlace {
  readonly root: string;
  readonly outDir: string | null;
  /** `null`: the project has none. */
  readonly module: string | null;
  /** The address of `outDir` on the site. */
  readonly base: string;
}

/**
 * Opens the module; `null`: the project has none. Throws `output-not-ours` if something has the path that Tintype did
 * not write, or if a link leads out of the project.
 */
export async function openModule({
  module,
  root,
  outDir,
  base,
}: ModulePlace): Promise<PictureModule | null> {
  if (module === null || outDir === null) return null;
  const folder = openOutputFolder(root);
  const name = slashed(relative(root, module));
  const isTyped = extname(name).endsWith('ts');
  const kind = await folder.kindOf(name);
  if (kind === 'other' || (kind === 'file' && !(await isOurs()))) {
    throw new TintypeError(
      'output-not-ours',
      `${name} was not written by Tintype, so it was not overwritten. Move it away, or name another file as module in the config.`,
    );
  }
  return {
    file: slashed(relative(outDir, module)),
    textFor: async (assetMap) => {
      const text = renderModule(assetMap, base, isTyped);
      return (await folder.readText(name)) === text ? null : text;
    },
    write: (text) => folder.write(name, text, { flush: true }),
  };

  async function isOurs(): Promise<boolean> {
    return (await folder.readText(name))?.startsWith(moduleHeader) === true;
  }
}
