import { commitHint } from './commit-hint.ts';
import { type Context, report } from '../context.ts';
import { openStore } from '../store/open-store.ts';
import type { UncommittedPurchases } from '../store/store.ts';

/** What `git stash` or `git clean` would remove; `null`: nothing, or git cannot tell. Only reads. */
export async function uncommittedPurchases(context: Context): Promise<UncommittedPurchases | null> {
  const { versionControl } = await openStore(context);
  return (await versionControl?.uncommitted()) ?? null;
}

/**
 * After a purchase, even one that failed: warns about pictures that are not committed, with the command to type. `cwd`: as in
 * `Folders`.
 */
export async function warnOfUncommitted(context: Context, cwd: string | null): Promise<void> {
  const purchases = await uncommittedPurchases(context);
  if (purchases === null) return;
  const message = commitHint(purchases, { cwd, storeDir: context.config.storeDir }).trimEnd();
  report(context, { type: 'warning', code: 'not-committed', message });
}
