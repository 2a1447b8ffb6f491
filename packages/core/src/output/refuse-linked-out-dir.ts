import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, relative, sep } from 'node:path';
import { TintypeError } from '../errors.ts';

/**
 * Refuses an output folder that is named inside the project and, links followed, lies outside of it: a clone may bring
 * such a link. It need not exist. Both paths are absolute. Throws `output-not-ours`.
 */
export async function refuseLinkedOutDir({
  root,
  outDir,
}: {
  readonly root: string;
  readonly outDir: string;
}): Promise<void> {
  if (isOutside(root, outDir)) return;
  const real = await realFolder(outDir);
  if (!isOutside(await realFolder(root), real)) return;
  throw new TintypeError(
    'output-not-ours',
    `${outDir} leads out of the project by a symbolic link, to ${real}. Nothing was written; if that is where the files belong, set outDir to it in tintype.config.ts, or with --out-dir`,
  );
}

/** Of a folder, or of as much of its path as exists. */
async function realFolder(folder: string): Promise<string> {
  for (let existing = folder; ; existing = dirname(existing)) {
    const real = await realpath(existing).catch(() => null);
    if (real !== null || existing === dirname(existing)) return real ?? existing;
  }
}

function isOutside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
}
