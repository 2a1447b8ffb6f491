import { readFile } from 'node:fs/promises';

/** The page, as `sheet-page/build.ts` made it: from `src` and from `dist` alike it is two folders up. */
export function readTemplate(): Promise<string> {
  return readFile(new URL('../../sheet-page/dist/page.html', import.meta.url), 'utf8');
}
