import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Config } from '@tintype/core';
import type { ResolvedConfig } from 'vite';

/** Says once, where the command line has written pictures below Vite's `publicDir`, that a build ships these as well. */
export function warnOfPublicOutputs(
  { outDir, root }: Pick<Config, 'outDir' | 'root'>,
  { publicDir, build, logger }: Pick<ResolvedConfig, 'publicDir' | 'build' | 'logger'>,
): void {
  const isCopied = publicDir !== '' && build.copyPublicDir;
  if (!isCopied) return;
  // Nothing says where: before the plugin was installed, the command line wrote elsewhere.
  const isUnset = outDir === join(root, 'node_modules/.cache/tintype-files');
  const found = [outDir, ...(isUnset ? [join(root, 'public/images')] : [])].find(
    (path) => isBelow(path, publicDir) && existsSync(join(path, 'tintype.assets.json')),
  );
  if (found === undefined) return;
  const folder = relative(root, found).split(sep).join('/');
  logger.warnOnce(
    `[tintype] Vite ships ${folder}, where the command line wrote pictures, beside those that are imported. ` +
      `Unless pages use them, set outDir in tintype.config to a folder that is not shipped, such as 'node_modules/.cache/tintype-files', and delete ${folder}`,
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
