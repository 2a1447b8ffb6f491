import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Config } from '@tintype/core';
import type { ResolvedConfig } from 'vite';

/** If the command line has written pictures below Vite's `publicDir`, warns once that a build ships them as well. */
export function warnOfPublicOutputs(
  { outDir, root }: Pick<Config, 'outDir' | 'root'>,
  { publicDir, build, logger }: Pick<ResolvedConfig, 'publicDir' | 'build' | 'logger'>,
): void {
  const isCopied = publicDir !== '' && build.copyPublicDir;
  if (!isCopied) return;
  // No `outDir` is set: before the plugin was installed, the command line wrote to its default folder.
  const found = outDir ?? join(root, 'public/images');
  if (!isBelow(found, publicDir) || !existsSync(join(found, 'tintype.assets.json'))) return;
  const folder = relative(root, found).split(sep).join('/');
  logger.warnOnce(
    `[tintype] Vite ships ${folder}, where the command line wrote pictures, beside those that are imported. ` +
      `Unless pages use them, remove outDir from tintype.config, and delete ${folder}`,
  );
}

/** Whether a build puts a copy of `publicDir` into its output. A server's build keeps no assets. */
export function isPublicCopied({
  publicDir,
  build,
}: Pick<ResolvedConfig, 'publicDir' | 'build'>): boolean {
  return publicDir !== '' && build.copyPublicDir && build.emitAssets && build.write;
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
