import { nearestFolder, gitIn } from '../process/git.ts';
import type { Env } from '../process/env-files.ts';
import type { StoreRecord } from '../types.ts';
import { recordNames } from './layout.ts';

/** Who bought a record: the author of the commit that added it; `null`: it is not committed, or git cannot tell. */
export type BuyerOf = (record: StoreRecord) => string | null;

/** The last answer for each folder: a page asks after every change, and as a rule nothing was committed since. */
const known = new Map<string, { readonly head: string; readonly buyers: Promise<BuyerOf> }>();

/** The buyers of a store in a folder. It asks git for its log once for each commit that is checked out. */
export async function buyersInGit(dir: string, realEnv: Env): Promise<BuyerOf> {
  const git = gitIn(nearestFolder(dir), realEnv);
  try {
    const head = await git(['rev-parse', '--is-shallow-repository', 'HEAD']);
    const last = known.get(dir);
    if (last?.head === head) return await last.buyers;
    // A commit without a parent is the edge of a shallow clone, and seems to add all that came before it.
    const parents = head.startsWith('true') ? '%p' : 'known';
    const added = ['--diff-filter=A', '--no-renames', '--relative', '--name-only'];
    const log = git(['log', ...added, `--format=%x01${parents}%x01%aN`, '--', 'records']);
    const buyers = log.then(buyersOf);
    known.set(dir, { head, buyers });
    return await buyers;
  } catch {
    known.delete(dir);
    return () => null;
  }
}

function buyersOf(log: string): BuyerOf {
  const names = new Map<string, string>();
  let name = '';
  // The newest commit comes first, so the one that added a record first is the last to be set.
  for (const line of log.split('\n')) {
    const [, parents, author] = line.split('\u0001');
    if (author !== undefined) name = parents === '' ? '' : author;
    else if (line !== '') names.set(line.slice(line.lastIndexOf('/') + 1), name);
  }
  return (record) => {
    const file = recordNames(record).find((one) => names.has(one));
    return (file !== undefined && names.get(file)) || null;
  };
}
