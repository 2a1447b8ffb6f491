import type { Env } from '../process/env-files.ts';
import { checkFile } from './check-file.ts';
import type { Store, VerifiedStore } from './store.ts';
import { type CheckElsewhere, verifyStore } from './verify-store.ts';
import { findChangesByGit } from './version-control.ts';

/** `Store.verify` of a store in the folder `dir`, with what git would do to its files. */
export async function verifyFolder(
  store: Pick<Store, 'list' | 'attempts' | 'batches'>,
  dir: string,
  realEnv: Env,
  checkElsewhere?: CheckElsewhere,
): Promise<VerifiedStore> {
  const verified = await verifyStore(store, (file) => checkFile(dir, file), checkElsewhere);
  const byGit = await findChangesByGit(dir, realEnv);
  return { ...verified, findings: [...verified.findings, ...byGit] };
}
