import { commitHint } from './commit-hint.ts';
import { type Context, report } from '../context.ts';
import { openStore } from '../store/open-store.ts';
import type { UncommittedPurchases } from '../store/store.ts';

/** What a stash or a clean of git would take away; `null`: nothing, or git cannot say. Only reads. */
export async function uncommittedPurchases(context: Context): Promise<UncommittedPurchases | null> {
  return (await openStore(context).versionControl?.uncommitted()) ?? null;
}

/** After a purchase, and however it ended: warns of what no commit has, with what to type. `cwd`: as in `Folders`. */
export async function warnOfUncommitted(context: Context, cwd: string | null): Promise<void> {
  const purchases = await uncommittedPurchases(context);
  if (purchases === null) return;
  const message = commitHint(purchases, { cwd, storeDir: context.config.storeDir }).trimEnd();
  report(context, { type: 'warning', code: 'not-committed', message });
}
