import { statusOf } from './status-of.ts';

/** Whether something has the path, even a broken link. */
export function isThere(path: string): boolean {
  return statusOf(path) !== null;
}
