import { lstatSync, type Stats } from 'node:fs';

/** What has the path, links not followed; `null`: nothing, or it cannot be looked at. */
export function statusOf(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}
