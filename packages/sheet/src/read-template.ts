import { readFile } from 'node:fs/promises';

/** The page that `page/build.ts` made. It is one folder up, both from `src` and from `dist`. */
export function readTemplate(): Promise<string> {
  return readFile(new URL('../page/dist/page.html', import.meta.url), 'utf8');
}
