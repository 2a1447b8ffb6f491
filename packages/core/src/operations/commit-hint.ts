import { count } from '../amounts.ts';
import { relative } from 'node:path';
import type { UncommittedPurchases } from '../store/store.ts';

export interface Folders {
  /** Absolute: the user's working folder; `null`: unknown. */
  readonly cwd: string | null;
  /** Absolute. */
  readonly storeDir: string;
}

/** After a run that bought: the command that commits the pictures, because `git stash -u` and `git clean` would remove them. */
export function commitHint(purchases: UncommittedPurchases, folders: Folders): string {
  return `${inNoCommit(purchases)}. ${advice(purchases, folders)}`;
}

/**
 * The hint in a plan. It appears only if the last purchase is older than a day, because the user may still be working on a
 * newer one.
 */
export function staleHint(
  purchases: UncommittedPurchases,
  folders: Folders,
  now: Date,
): string | null {
  const ageMs = now.getTime() - purchases.lastAt.getTime();
  if (!(ageMs > dayMs)) return null;
  const days = count(Math.floor(ageMs / dayMs), 'day');
  return `${inNoCommit(purchases)}, and the last was bought ${days} ago. ${advice(purchases, folders)}`;
}

function inNoCommit({ pictures }: UncommittedPurchases): string {
  return `${count(pictures, 'picture')} ${pictures === 1 ? 'is' : 'are'} in no commit yet`;
}

function advice({ pictures }: UncommittedPurchases, { cwd, storeDir }: Folders): string {
  const path = quoted(cwd === null ? storeDir : relative(cwd, storeDir) || '.');
  const them = pictures === 1 ? 'it' : 'them';
  return `To keep ${them}:\n  git add -- ${path} && git commit -m "Add pictures" -- ${path}\n`;
}

const dayMs = 24 * 60 * 60 * 1000;

/** Quotes a path for a shell if it has a space or a quote in it. */
export function quoted(path: string, platform = process.platform): string {
  if (/^[\w./\\:@%+-]+$/.test(path)) return path;
  return platform === 'win32' ? `"${path}"` : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
