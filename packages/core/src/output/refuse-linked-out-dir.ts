import { TintypeError } from '../errors.ts';
import { leadsOut } from '../fs/leads-out.ts';

/** Refuses an output folder that leads out of the project by a link. Both paths are absolute. Throws `output-not-ours`. */
export async function refuseLinkedOutDir({
  root,
  outDir,
}: {
  readonly root: string;
  readonly outDir: string;
}): Promise<void> {
  const real = await leadsOut(root, outDir);
  if (real === null) return;
  throw new TintypeError(
    'output-not-ours',
    `${outDir} leads out of the project through a symbolic link, to ${real}. Nothing was written; if the files belong there, set outDir to that folder in tintype.config.ts, or with --out-dir`,
  );
}
