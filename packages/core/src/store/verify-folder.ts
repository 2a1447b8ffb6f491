import type { Env } from '../process/env-files.ts';
import { lookAtFile } from './look-at-file.ts';
import type { Store, VerifiedStore } from './store.ts';
import { type LookElsewhere, verifyStore } from './verify-store.ts';
import { findChangesByGit } from './version-control.ts';

/** `Store.verify` of a store in the folder `dir`, with what git would do to its files. */
export async function verifyFolder(
  store: Pick<Store, 'list' | 'attempts' | 'batches'>,
  dir: string,
  realEnv: Env,
  lookElsewhere?: LookElsewhere,
): Promise<VerifiedStore> {
  const verified = await verifyStore(store, (file) => lookAtFile(dir, file), lookElsewhere);
  const byGit = await findChangesByGit(dir, realEnv);
  return { ...verified, findings: [...verified.findings, ...byGit] };
}
