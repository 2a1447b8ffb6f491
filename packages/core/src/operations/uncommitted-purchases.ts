import { commitHint, type UncommittedPurchases } from './commit-hint.ts';
import { type Context, report } from '../context.ts';
import { bytesPath, listStore } from '../store/list-store.ts';
import { uncommittedFiles } from '../store/uncommitted-files.ts';
import { whyNotCommitted } from '../store/why-not-committed.ts';

/** What a stash or a clean of git would take away; `null`: nothing, or git cannot say. Only reads. */
export async function uncommittedPurchases({
  config,
  realEnv,
}: Context): Promise<UncommittedPurchases | null> {
  const { storeDir } = config;
  const { records } = await listStore(storeDir);
  const purchases = records.flatMap(({ path, stored }) =>
    stored.kind === 'record' ? [{ path, record: stored.record }] : [],
  );
  // A store that git ignores has been said before it was bought into.
  if (purchases.length === 0 || (await whyNotCommitted(storeDir, realEnv)) !== null) return null;
  const paths = purchases.flatMap(({ path, record }) => [path, bytesPath(record)]);
  const uncommitted = new Set(await uncommittedFiles(storeDir, realEnv, paths));
  const times = purchases
    .filter(({ path, record }) => uncommitted.has(path) || uncommitted.has(bytesPath(record)))
    .map(({ record }) => record.provenance.createdAt)
    .toSorted();
  const last = times.at(-1);
  return last === undefined ? null : { pictures: times.length, lastAt: new Date(last) };
}

/** After a purchase, and however it ended: warns of what no commit has, with what to type. `cwd`: as in `Folders`. */
export async function warnOfUncommitted(context: Context, cwd: string | null): Promise<void> {
  const purchases = await uncommittedPurchases(context);
  if (purchases === null) return;
  const message = commitHint(purchases, { cwd, storeDir: context.config.storeDir }).trimEnd();
  report(context, { type: 'warning', code: 'not-committed', message });
}
