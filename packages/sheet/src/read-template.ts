import { readFile } from 'node:fs/promises';

/** The page, as `page/build.ts` made it: from `src` and from `dist` alike it is one folder up. */
export function readTemplate(): Promise<string> {
  return readFile(new URL('../page/dist/page.html', import.meta.url), 'utf8');
}
